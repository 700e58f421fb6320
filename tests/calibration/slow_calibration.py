"""Calibrate the small land as a job does, slowly: slow_calibration.py METHOD FOLDER."""

import sys
import time
from pathlib import Path

import torch
from test_interrupted_calibrations import SETTINGS, with_soil

from conftest import make_land
from paramscape.calibration import CALIBRATORS
from paramscape.jobs.checkpoint import Checkpoint, RunPaths
from paramscape.jobs.interruption import handle_sigterm
from paramscape.jobs.job import logged


def main(method: str, folder: Path) -> None:
    """Calibrate with a simulator that needs 20 ms for each call."""
    problem = with_soil(make_land().problem)
    for name in ("run", "simulate_windows"):
        setattr(problem.simulator, name, slow(getattr(problem.simulator, name)))
    place = RunPaths(folder / "history.csv", Checkpoint(folder / "checkpoint.pt", "test"))
    CALIBRATORS[method](problem, SETTINGS[method], place, 5)


def slow(function):
    """The same function, which takes its time."""

    def called(*arguments):
        time.sleep(0.02)
        return function(*arguments)

    return called


if __name__ == "__main__":
    torch.set_num_threads(1)
    with logged(Path(sys.argv[2]) / "job.log"), handle_sigterm():
        main(sys.argv[1], Path(sys.argv[2]))
