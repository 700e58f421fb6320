"""The methods' rows say what their histories say."""

from types import SimpleNamespace

import pytest
import torch

from paramscape.bench import methods
from paramscape.bench.calibration_case import make_problem
from paramscape.bench.session import Bench, Settings
from paramscape.jobs.history import History
from paramscape.vic.engine.compiled import build

needs_compiler = pytest.mark.skipif(build.compiler() is None, reason="no C++ compiler is found")


def writes(columns, rows, asked):
    """A calibrator that writes a history and notes its settings."""

    def calibrate(problem, settings, run_paths, seed):
        asked.append(settings)
        history = History(columns)
        for row in rows:
            history.record(dict(zip(columns, row, strict=True)))
        history.write(run_paths.history)

    return calibrate


@pytest.fixture
def full_size(tmp_path):
    """A benchmark of the whole case, which the stand-ins for calibrators never simulate."""
    problem = SimpleNamespace(periods=SimpleNamespace(train=SimpleNamespace(days=730)))
    return Bench(Settings(), tmp_path, cores=1), problem


def test_a_search_is_extrapolated_from_its_population_and_loops(full_size, monkeypatch):
    asked = []
    rows = [(84, 20.0), (128, 11.0), (168, 10.0)]
    calibrate = writes(("evaluations", "seconds"), rows, asked)
    monkeypatch.setattr(methods, "CALIBRATORS", {"mpr-sceua": calibrate})
    together, looped, minutes = methods._search(*full_size, "mpr-sceua", 30)
    assert together.value == pytest.approx(84 / 20)
    assert looped.value == pytest.approx(84 / 21)
    assert minutes.value == pytest.approx((20 + 1916 * 21 / 84) / 60)
    assert minutes.verdict == "pass"
    assert minutes.note == "the paper: 705; extrapolated from 168"
    assert (asked[0].max_evaluations, asked[0].warmup_days) == (168, 30)
    assert not methods._search(*full_size, "mpr-sceua", None)[-1].target


def test_epochs_are_judged_without_the_first_and_without_validation(full_size, monkeypatch):
    asked = []
    rows = [(1, 30.0), (2, 13.0), (3, 14.0), (4, 19.0)]
    calibrators = {"gan-po": writes(("epoch", "seconds"), rows, asked)}
    monkeypatch.setattr(methods, "CALIBRATORS", calibrators)
    plain, validated, minutes = methods._epochs(*full_size, "gan-po", methods.GROUP)
    assert (plain.value, plain.worst, plain.verdict) == (13.0, 14.0, "fail")
    assert validated.value == 19.0
    assert minutes.value == pytest.approx(200 * 13 / 60)
    assert minutes.note == "the paper: 152"
    assert asked[0].channels == 64
    on_gpu = methods._epochs(*full_size, "gan-po", methods.ON_GPU)
    assert [row.target for row in on_gpu[:2]] == [None, None]
    assert on_gpu[2].verdict == "fail"


@needs_compiler
def test_the_case_is_a_problem_that_methods_take():
    problem = make_problem(quick=True)
    data = problem.data
    assert data.attributes.shape == (12, 6)
    assert len(data.times) == len(data.observations) == 81
    assert data.observations.isfinite().all()
    assert set(range(12)) == set(data.soil_native["cell"].values.flat)
    again = problem.simulator.run(problem.default, problem.periods.train)["et"]
    observed = data.observations[20:60]
    assert again.shape == observed.shape
    assert 0.01 < float((again - observed).abs().mean()) < float(observed.mean())


@needs_compiler
def test_one_learned_method_and_one_search_run_on_the_quick_case(bench, monkeypatch):
    monkeypatch.setattr(methods, "SOME_EPOCHS", 3)
    monkeypatch.setattr(methods, "LEARNED", ("dpl-a",))
    monkeypatch.setattr(methods, "EVALUATIONS", {"mpr-sceua": 2000})
    monkeypatch.setattr(methods, "SOME_EVALUATIONS", {"mpr-sceua": 90})
    monkeypatch.setattr(methods, "SHORT_WARMUP", 2)
    rows = methods.measure_methods(bench)
    assert [row.unit for row in rows] == [*(["evaluations/s"] * 2 + ["min"]) * 2, "s", "s", "min"]
    assert all(row.value > 0 for row in rows)
    assert not any(row.target for row in rows)


def test_without_a_gpu_its_rows_say_so(bench, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert [row.note for row in methods.measure_methods_on_gpu(bench)] == ["not measured: no GPU"]
