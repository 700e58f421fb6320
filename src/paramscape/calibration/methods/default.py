"""The uncalibrated parameters, as a method like any other."""

from typing import Any

from torch import Tensor

from paramscape.calibration.problem import Problem
from paramscape.jobs.checkpoint import RunPaths
from paramscape.jobs.history import History


def keep_default(problem: Problem, settings: Any, paths: RunPaths, seed: int) -> Tensor:
    """Return the parameters that soil and vegetation give, with an empty history.

    Args:
        problem: its `default` is the answer.
        settings: none.
        paths: where the empty history (`epoch`, `seconds`) is written.
        seed: without effect.

    Returns:
        (cell, parameter) physical values.
    """
    History(("epoch", "seconds")).write(paths.history)
    return problem.default.clone()
