"""A tiny run of the benchmark says what it measured, and what it did not."""

import json
import logging
import platform
from pathlib import Path

import numpy as np
import pytest
import torch

from paramscape.bench import compiling, executable, memory, precision, run
from paramscape.bench.case import OUTPUTS
from paramscape.bench.compiling import measure_compiling
from paramscape.bench.executable import largest_difference_of_days, loop_seconds, measure_executable
from paramscape.bench.gpu import measure_on
from paramscape.bench.measure import run_fresh
from paramscape.bench.memory import measure_memory
from paramscape.bench.precision import Difference
from paramscape.bench.probe import Job
from paramscape.bench.reproducibility import measure_reproducibility
from paramscape.bench.scaling import measure_scaling, measure_snow
from paramscape.bench.session import Settings
from paramscape.bench.simulation import largest_difference
from paramscape.bench.simulation import run as simulated
from paramscape.cli import main
from paramscape.vic.engine.compiled import build

needs_compiler = pytest.mark.skipif(build.compiler() is None, reason="no C++ compiler is found")
TIMERS = """
| Timer      | Wall Time     | CPU Time | Wall Time (secs/day) | CPU Time (secs/day) |
| Init Time  |      0.228121 | 0.034817 |          0.000312494 |             4.7e-05 |
| Run Time   |       10.4705 |  3.69364 |            0.0143431 |             5.0e-03 |
| Force Time |       4.61682 |  1.34062 |           0.00632441 |             1.8e-03 |
| Write Time | 9.23615e+242  |  2.08414 |         1.26523e+240 |             2.8e-03 |
"""


@needs_compiler
def test_the_command_prints_a_table_and_writes_json(tmp_path, capsys):
    file, text = tmp_path / "bench.json", tmp_path / "text.md"
    text.write_text("<!-- figures of this machine -->\n<!-- end of figures -->\n")
    command = ["bench", "--quick", "--only", "ensemble,executable,gpu", "--json", str(file)]
    assert main([*command, "--write", str(text)]) == 0
    printed = capsys.readouterr().out
    content = json.loads(file.read_text())
    assert content["machine"]["cores"] > 0 and content["settings"]["cells"] == 12
    rates = [row for row in content["rows"] if row["unit"] == "cell-days/s"]
    assert len(rates) >= 2 and all(row["value"] > 0 for row in rates)
    assert "not measured: no executable given" in printed
    assert printed in text.read_text()
    assert main(["bench", "table", str(file)]) == 0
    assert capsys.readouterr().out == printed


def test_what_cannot_be_measured_is_said(bench, monkeypatch):
    monkeypatch.setattr(run, "compiler", lambda: None)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    rows = [row for name in run.GROUPS for row in run._measured(bench, name)]
    reasons = {row.note for row in rows}
    assert reasons == {"not measured: no C++ compiler", "not measured: no GPU"}
    assert all(row.value is None and row.verdict == "" for row in rows)


def test_the_plain_loop_is_not_measured_as_the_compiled_one(bench, monkeypatch):
    monkeypatch.setenv("PARAMSCAPE_VIC", "eager")
    expected = "not measured: no C++ compiler"
    if build.compiler():
        expected = "not measured: $PARAMSCAPE_VIC asks for the eager loop"
    assert [row.note for row in run._measured(bench, "single")] == [expected]


@needs_compiler
def test_chunks_threads_and_order_are_judged_by_the_answer(bench):
    rows = measure_reproducibility(bench)
    judged = [row for row in rows if row.target]
    assert len(judged) == 6 and {row.verdict for row in judged} == {"pass"}


@needs_compiler
def test_cost_has_three_sizes_of_each_axis_and_snow_is_compared_with_none(bench):
    rows = measure_scaling(bench)
    assert [row.what.split(",")[0] for row in rows] == [
        *("2 members", "4 members", "8 members"), *("3 cells", "6 cells", "12 cells"),
        *("20 days", "40 days", "80 days"),
    ]  # fmt: skip
    assert [row.ratio for row in rows[::3]] == [1.0, 1.0, 1.0]
    assert "snow on 0.00% of cell-days" in measure_snow(bench)[1].note


@needs_compiler
def test_a_process_of_its_own_tells_its_memory(bench):
    inputs = bench.inputs("daily").of_cells(slice(0, 4)).of_days(3)
    found = run_fresh("paramscape.bench.probe", Job(inputs))
    assert found["outputs"] == 4 * 3 * 6 * 8
    assert 0 < found["before"] <= found["peak"]


def test_memory_is_shown_for_the_default_chunk_and_for_a_set_one(bench, monkeypatch):
    jobs = []

    def probe(module, job):
        jobs.append(job)
        return {"before": 1_000_000_000, "peak": 3_500_000_000, "outputs": 500_000_000}

    monkeypatch.setattr(memory, "run_fresh", probe)
    rows = measure_memory(bench)
    assert [row.value for row in rows] == [2.5, 2.5]
    assert jobs[0].lanes_at_once is None and 0 < jobs[1].lanes_at_once < jobs[1].inputs.lanes


@needs_compiler
def test_compiling_is_measured_for_what_this_processor_may_lack(bench, monkeypatch):
    source = '#include <vector>\nextern "C" int size() { return std::vector<int>(7).size(); }\n'
    monkeypatch.setattr(compiling, "source_of", lambda *_, **__: source)
    monkeypatch.setattr(bench, "settings", Settings())
    sets = ("native", "no-such-processor")
    monkeypatch.setattr(compiling, "INSTRUCTION_SETS", {platform.machine(): sets})
    monkeypatch.setattr(compiling, "compilers", lambda: [build.compiler()])
    seconds, memory, unknown = measure_compiling(bench)
    assert 0.0 < seconds.value < 60.0 and seconds.verdict == memory.verdict == "pass"
    assert 0.01 < memory.value < 0.25  # of the compiler, not of this process
    assert unknown.value is None and "no-such-processor is unknown to" in unknown.note


def test_a_process_that_fails_says_why():
    with pytest.raises(RuntimeError, match=r"(?s)failed in a new process:.*AttributeError"):
        run_fresh("paramscape.bench.probe", "no job")


def test_the_rows_of_a_device_are_the_plain_loops(bench, monkeypatch):
    monkeypatch.setenv("PARAMSCAPE_VIC", "eager")
    monkeypatch.setattr("paramscape.bench.gpu.SECONDS", 0.0)
    rows = measure_on(bench, torch.device("cpu"))
    assert [row.unit for row in rows] == ["cell-days/s", "s"] * 6
    assert all("2 of 40 days" in row.what for row in rows)


def test_a_program_that_fails_is_shown_with_its_cause(bench, monkeypatch):
    def fails(*_):
        raise executable.ProgramError("VIC ended with exit status 1:\n  no forcing")

    monkeypatch.setattr(executable, "_mode", fails)
    monkeypatch.setattr(bench, "settings", Settings(executable=bench.folder))
    notes = [row.note for row in measure_executable(bench)]
    assert notes == ["not measured: VIC ended with exit status 1: no forcing"] * 2


def test_vics_own_timers_give_its_time_steps_alone():
    assert loop_seconds(TIMERS) == pytest.approx(3.69364 - 1.34062 - 2.08414)
    assert loop_seconds("no table") is None


@needs_compiler
@pytest.mark.parametrize("mode", ["daily", "3-hourly"])
def test_days_of_the_program_are_sums_of_fluxes_and_moisture_at_their_end(bench, mode):
    inputs = bench.inputs(mode)
    steps = inputs.options.model_steps_per_day
    history = {}
    for name in OUTPUTS:
        values = simulated(inputs)[name].numpy()
        days = [values[i : i + steps] for i in range(0, len(values), steps)]
        last = name == "OUT_SOIL_MOIST"
        history[name] = np.stack([day[-1] if last else day.sum(0) for day in days])
    assert largest_difference_of_days(inputs, history) < 1e-12
    history["OUT_EVAP"][3, 2] += 0.25
    assert largest_difference_of_days(inputs, history) == pytest.approx(0.25)


def test_a_difference_that_is_no_number_is_not_overlooked():
    one = {"a": torch.tensor([0.0, float("nan")]), "b": torch.ones(1)}
    assert np.isnan(largest_difference(one, one))


def test_wrong_requests_are_refused_before_anything_is_measured(tmp_path, capsys):
    assert main(["bench", "--only", "speed"]) == 1
    assert "--only speed is not one of ensemble" in capsys.readouterr().err
    assert main(["bench", "--executable", str(tmp_path / "vic_image.exe")]) == 1
    assert "does not exist" in capsys.readouterr().err
    (tmp_path / "vic_image.exe").touch()
    command = ["bench", "--executable", str(tmp_path / "vic_image.exe"), "--mpirun", "no-mpirun -x"]
    assert main(command) == 1
    assert "--mpirun no-mpirun -x is not found" in capsys.readouterr().err


def test_the_table_of_precision_is_a_command(tmp_path, monkeypatch, capsys):
    found = Difference("a case", "OUT_EVAP", 500.0, 1e-5, 2e-3, 0.01)
    asked = []

    def errors(cases):
        asked.extend(cases)
        return [found]

    monkeypatch.setattr(precision, "precision_errors", errors)
    assert main(["bench", "precision", str(tmp_path), "other"]) == 0
    assert asked == [tmp_path, Path("other")]
    assert "| a case | EVAP | 500 mm |" in capsys.readouterr().out


@needs_compiler
def test_a_busy_machine_is_warned_of(monkeypatch, caplog):
    monkeypatch.setattr(run, "machine_facts", lambda: {"load_average": 2.5})
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with caplog.at_level(logging.WARNING):
        run.run_benchmark(Settings(quick=True, only=("gpu",)))
    assert "the load average is 2.5" in caplog.text
