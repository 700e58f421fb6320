"""The methods on VIC at the paper's size: evaluations of searches, epochs of learned methods.

Sun et al. (2024) give minutes on an A100 in their Table 2: 705 for SCE-UA, 180 for dPL and 152 for
GAN-PO, the latter two for 200 epochs.
"""

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from pydantic import BaseModel

from paramscape.bench.calibration_case import make_problem
from paramscape.bench.measure import Timing
from paramscape.bench.session import Bench
from paramscape.bench.table import Row, Target, not_measured, timing_row
from paramscape.calibration import CALIBRATORS, Problem
from paramscape.jobs.checkpoint import Checkpoint, RunPaths
from paramscape.study import Calibration

GROUP = "methods on VIC"
ON_GPU = "methods on VIC, on a GPU"
EVALUATIONS = {"mpr-sceua": 2000, "cell-sceua": 500}
SOME_EVALUATIONS = {"mpr-sceua": 168, "cell-sceua": 60}
SHORT_WARMUP = 15  # [d]
EPOCHS, SOME_EPOCHS = 200, 4
PAPER = {"mpr-sceua": 705.0, "dpl-a": 180.0, "dpl-z": 180.0, "gan-po": 152.0}  # [min]
SEARCHED = {"mpr-sceua": Target("at most", 12.0)}  # [min]
EPOCH = {name: Target("at most", 12.0) for name in ("gan-po", "dpl-z")}  # [s]
ALL_EPOCHS = {name: Target("at most", 5.0) for name in EPOCH}  # on a GPU [min]
LEARNED = ("gan-po", "gan-po-l1", "dpl-z", "dpl-a")


def measure_methods(bench: Bench) -> list[Row]:
    """Minutes of searches, and seconds of epochs with and without validation, on the CPU."""
    problem = make_problem(bench.settings.quick)
    rows = []
    for method in EVALUATIONS:
        for warmup_days in (None, SHORT_WARMUP):
            rows += _search(bench, problem, method, warmup_days)
    for method in LEARNED:
        rows += _epochs(bench, problem, method, GROUP)
    return rows


def measure_methods_on_gpu(bench: Bench) -> list[Row]:
    """Epochs of learned methods on a GPU."""
    if not torch.cuda.is_available():
        return [not_measured(ON_GPU, "no GPU")]
    problem = make_problem(bench.settings.quick, "cuda")
    return [row for method in LEARNED for row in _epochs(bench, problem, method, ON_GPU)]


def _search(bench: Bench, problem: Problem, method: str, warmup_days: int | None) -> list[Row]:
    """Minutes of all evaluations, measured or extrapolated from the first population and loops."""
    whole = bench.settings.full and not bench.settings.quick
    wanted = EVALUATIONS[method]
    count = wanted if whole else SOME_EVALUATIONS[method]
    changes = {"max_evaluations": count, "stall_loops": count, "warmup_days": warmup_days}
    population, *loops = _calibrate(bench, problem, method, changes)
    first, last = population["evaluations"], loops[-1]["evaluations"]
    seconds = sum(row["seconds"] for row in loops) / (last - first)
    minutes = (population["seconds"] + (wanted - first) * seconds) / 60
    lead = "the whole warm-up" if warmup_days is None else f"a warm-up of {warmup_days} days"
    what = f"{method}, {problem.periods.train.days} days after {lead}"
    judged = warmup_days is not None and not bench.settings.quick
    target = SEARCHED.get(method) if judged else None
    note = "" if whole else f"extrapolated from {last:.0f}"
    return [
        Row(
            GROUP,
            f"{what}: {first:.0f} in parallel",
            first / population["seconds"],
            "evaluations/s",
        ),
        Row(GROUP, f"{what}: in loops", 1 / seconds, "evaluations/s"),
        _minutes(GROUP, f"{what}: {wanted} evaluations", minutes, method, target, note),
    ]


def _epochs(bench: Bench, problem: Problem, method: str, group: str) -> list[Row]:
    """Seconds of the epochs after the first (the last is validated), and of 200 epochs."""
    changes = {"epochs": SOME_EPOCHS, "validate_every": SOME_EPOCHS}
    seconds = [row["seconds"] for row in _calibrate(bench, problem, method, changes)]
    plain, validated = seconds[1:-1], seconds[-1]
    judged = not bench.settings.quick
    target = EPOCH.get(method) if judged and group == GROUP else None
    whole = ALL_EPOCHS.get(method) if judged and group == ON_GPU else None
    timing = Timing(tuple(plain), tuple([0.0] * len(plain)))
    minutes = EPOCHS * min(plain) / 60
    return [
        replace(timing_row(group, f"{method}: one epoch", timing, target=target), processor=None),
        Row(group, f"{method}: one epoch with its validation", validated, "s"),
        _minutes(group, f"{method}: {EPOCHS} epochs", minutes, method, whole),
    ]


def _minutes(
    group: str, what: str, minutes: float, method: str, target: Target | None, note: str = ""
) -> Row:
    """A row of minutes, with the paper's if it gives them."""
    paper = f"the paper: {PAPER[method]:g}" if method in PAPER else ""
    notes = "; ".join(part for part in (paper, note) if part)
    return Row(group, what, minutes, "min", target=target, note=notes)


def _calibrate(
    bench: Bench, problem: Problem, method: str, changes: dict[str, Any]
) -> list[dict[str, float]]:
    """History of a calibration with the method's default settings except some."""
    usual: BaseModel = getattr(Calibration(runs=[_RUN]), method.replace("-", "_"))
    settings = type(usual).model_validate(usual.model_dump() | changes)
    folder = bench.folder / method
    checkpoint = Checkpoint(folder / "checkpoint.pt", "bench")
    checkpoint.remove()
    paths = RunPaths(folder / "history.csv", checkpoint)
    CALIBRATORS[method](problem, settings, paths, seed=1)
    return _read(paths.history)


_RUN = {"method": "default", "simulator": "vic"}


def _read(history: Path) -> list[dict[str, float]]:
    with history.open() as file:
        return [{k: float(v) for k, v in row.items() if v} for row in csv.DictReader(file)]
