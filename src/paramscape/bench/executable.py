"""The real VIC program on the same cells, inputs, period and cores."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from paramscape.bench.case import FIRST, MODES, OUTPUTS, Inputs
from paramscape.bench.measure import PACKAGES, Timing, timed
from paramscape.bench.session import Bench
from paramscape.bench.simulation import run
from paramscape.bench.table import Row, Target, not_measured, timing_row
from paramscape.vic.executable import Program, ProgramError
from paramscape.vic.executable.check_outputs import read_history
from paramscape.vic.executable.check_parameters import read_grid
from paramscape.vic.executable.folder import clear_folder, write_folder
from paramscape.vic.executable.program import run_program
from paramscape.vic.image.write_global import GLOBAL, RESULTS, ImageCase

GROUP = "comparison with the real program"
TARGETS = {"daily": Target("at least", 15.0), "3-hourly": Target("at least", 30.0)}
OURS = "import sys; from paramscape.cli import main; sys.exit(main())"


@dataclass(frozen=True)
class Real:
    """Timings of the real program in one mode.

    start: a run of one day. whole: the whole run. loop: the time steps alone, without reading
    forcing and writing output, in processor time by VIC's timers [s]; None if its log has none.
    """

    start: Timing
    whole: Timing
    loop: float | None

    @property
    def parts(self) -> dict[str, float | None]:
        """Times that our ensemble is compared with [s]; None if unknown."""
        net = self.whole.best - self.start.best
        return {"without start-up": net if net > 0 else None, "time steps alone": self.loop}


def measure_executable(bench: Bench) -> list[Row]:
    """Measure both modes; if the program fails in a mode, its row shows the cause."""
    if bench.settings.executable is None:
        return [not_measured(GROUP, "no executable given (--executable vic_image.exe)")]
    rows = []
    for mode in MODES:
        try:
            rows += _mode(bench, mode)
        except ProgramError as error:
            rows.append(not_measured(GROUP, " ".join(str(error).split()), mode))
    return rows


def _mode(bench: Bench, mode: str) -> list[Row]:
    case = ImageCase(MODES[mode], FIRST, bench.case.last, OUTPUTS)
    folder = bench.folder / mode / "real"
    processes = min(bench.cores, bench.inputs(mode).parameters.cells)
    program = Program(bench.settings.executable, processes, bench.settings.mpirun)
    one_day = replace(case, end=case.start)
    start, _ = _run(bench, one_day, program, bench.folder / mode / "one day")
    real = Real(start, *_run(bench, case, program, folder))
    history = read_history(folder, case, read_grid(folder))
    difference = largest_difference_of_days(bench.inputs(mode), history)
    what = f"{mode}, {processes} process" + ("es" if processes > 1 else "")
    return [
        *_real_rows(bench, mode, real, what),
        _own(bench, case, mode, real),
        Row(GROUP, f"{mode}: largest difference of daily outputs, float64", difference, "mm"),
        *_ratios(bench, mode, real),
    ]


def _run(
    bench: Bench, case: ImageCase, program: Program, folder: Path
) -> tuple[Timing, float | None]:
    """Time the program in a new folder; also the shortest time of its steps alone."""
    clear_folder(folder)
    write_folder(folder, case, bench.files)
    loops: list[float | None] = []

    def once() -> None:
        for old in (folder / RESULTS).iterdir():
            old.unlink()
        loops.append(loop_seconds(run_program(program, folder).read_text(errors="replace")))

    timing = timed(once, bench.settings.repeats, warm_up=case.days == 1)
    return timing, min((loop for loop in loops if loop), default=None)


def _real_rows(bench: Bench, mode: str, real: Real, what: str) -> list[Row]:
    rows = [
        timing_row(GROUP, f"{what}: whole run, with reading and writing", real.whole),
        timing_row(GROUP, f"{what}: run of one day, its start-up", real.start),
    ]
    amount = bench.inputs(mode).cell_days
    for name, seconds in real.parts.items():
        if seconds is None:
            rows.append(not_measured(GROUP, "too short, or no timers", f"{what}: {name}"))
        else:
            rows.append(Row(GROUP, f"{what}: {name}", amount / seconds, "cell-days/s"))
    return rows


def _ratios(bench: Bench, mode: str, real: Real) -> list[Row]:
    """Our ensemble, from inputs in memory to outputs in memory, over the real program."""
    ours, amount = bench.ensemble(mode).rate, bench.inputs(mode).cell_days
    target = None if bench.settings.quick else TARGETS[mode]
    what = f"{mode}: our ensemble over the real program"
    return [
        Row(GROUP, f"{what}, {name}", ours * seconds / amount, "1", target=target)
        for name, seconds in real.parts.items()
        if seconds is not None
    ]


def loop_seconds(log: str) -> float | None:
    """Processor time of VIC's time steps without forcing and output [s], from its timing table.

    The table is that of the first process. VIC 5.1 does not initialise its wall time of writing,
    so all values are from the column of processor time. MPI's waiting counts as processor time.
    """
    found = {}
    for line in log.splitlines():
        columns = [text.strip() for text in line.strip().strip("|").split("|")]
        if len(columns) == 5 and columns[0] in ("Run Time", "Force Time", "Write Time"):
            found[columns[0]] = float(columns[2])
    if len(found) < 3:
        return None
    seconds = found["Run Time"] - found["Force Time"] - found["Write Time"]
    return seconds if seconds > 0 else None


def largest_difference_of_days(inputs: Inputs, history: dict[str, np.ndarray]) -> float:
    """Largest difference of our daily outputs in float64 to VIC's (day, cell[, layer])."""
    steps = inputs.options.model_steps_per_day
    largest = 0.0
    for name, values in run(inputs).items():
        by_step = values.unflatten(0, (-1, steps))
        daily = by_step[:, -1] if name == "OUT_SOIL_MOIST" else by_step.sum(1)
        difference = (daily - torch.from_numpy(np.ascontiguousarray(history[name]))).abs().max()
        largest = max(largest, float(difference))
    return largest


def _own(bench: Bench, case: ImageCase, mode: str, real: Real) -> Row:
    """Time `paramscape vic` on the same files, in new processes."""
    folder = bench.folder / mode / "ours"
    clear_folder(folder)
    write_folder(folder, case, bench.files)
    timing = timed(_command(folder), bench.settings.repeats)
    ratio = real.whole.best / timing.best
    what = f"{mode}: `paramscape vic`, float64, whole"
    return timing_row(GROUP, what, timing, ratio=ratio, note="ratio: real program, whole, over it")


def _command(folder: Path) -> Callable[[], None]:
    found = [str(PACKAGES), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, found))}

    def command() -> None:
        ran = subprocess.run(
            [sys.executable, "-c", OURS, "vic", "-g", GLOBAL],
            cwd=folder, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if ran.returncode:
            raise RuntimeError(f"`paramscape vic` failed in {folder}:\n{ran.stderr[-2000:]}")

    return command
