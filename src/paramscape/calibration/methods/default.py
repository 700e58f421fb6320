"""The uncalibrated parameters, as a method like any other."""

from typing import Any

from torch import Tensor

from paramscape.calibration.history import History
from paramscape.calibration.problem import Problem, Workplace


def keep_default(problem: Problem, settings: Any, workplace: Workplace) -> Tensor:
    """Return the parameters that soil and vegetation give, with an empty history.

    Args:
        problem: its `default` is the answer.
        settings: none.
        workplace: where the empty history (`epoch`, `seconds`) is written.

    Returns:
        (cell, parameter) physical values.
    """
    History(("epoch", "seconds")).write(workplace.history)
    return problem.default.clone()
