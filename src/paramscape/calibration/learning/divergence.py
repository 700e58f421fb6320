"""When a training is given up, and what is said of it."""

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

from paramscape.parameters.priors import PriorBox
from paramscape.study import METHODS

_TIMES_THE_START = 10.0
_VALIDATIONS = 3
_SHARE_AT_BOUNDS = 0.99
_NEAR = 1e-6


class Diverged(FloatingPointError):
    """A training that cannot go on: a value that is not finite, or parameter fields that are lost.

    The message says what happened in which epoch and mini-batch, the likely cause and remedy, and
    which checkpoint is kept.
    """


class Watch:
    """Looks for values that are not finite, and for parameter fields that are lost.

    Fields are lost if their misfit (`validation.Score`) is above 10 times that of the fields that
    training started from, which counts as 1 at least, about what the mean of the observations
    would have; or if more than 99 % of their values lie on the bounds of the priors. Three
    validations in a row with lost fields are a collapse. A single bad validation, as adversarial
    training has them, is none, nor are parameters that reach their bounds in part of the domain.

    Args:
        method: its name in the settings.
        learning_rate: Adam's step size.
        priors: the bounds.
    """

    def __init__(self, method: str, learning_rate: float, priors: PriorBox):
        self.method, self.learning_rate, self.priors = method, learning_rate, priors
        self.limit = math.inf
        self.lost = 0

    def start_from(self, misfit: float) -> None:
        """Take the misfit of the fields that training starts from as the measure."""
        self.limit = _TIMES_THE_START * max(misfit, 1.0)

    def require_finite_losses(self, losses: Mapping[str, float]) -> None:
        """Refuse losses that are not finite.

        Raises:
            FloatingPointError: naming the first.
        """
        for name, value in losses.items():
            if not math.isfinite(value):
                raise FloatingPointError(
                    f"the loss {name} of {self.method} is {value}, though its simulation is "
                    f"finite; {self._remedy()}"
                )

    def require_finite_states(self, states: Mapping[str, Any]) -> None:
        """Refuse networks and optimisers, given by their state dicts, that are not finite.

        Raises:
            FloatingPointError: naming the first tensor.
        """
        for name, values in _tensors(states, ""):
            if values.is_floating_point() and not torch.isfinite(values).all():
                raise FloatingPointError(
                    f"{name} of {self.method} is no longer finite, because a gradient was not; "
                    + self._remedy()
                )

    def see(self, misfit: float, parameters: Tensor) -> None:
        """Take a validation of parameters (cell, parameter) into account.

        Raises:
            FloatingPointError: if it is the third in a row whose fields are lost.
        """
        unit = self.priors.to_unit(parameters)
        share = float(((unit < _NEAR) | (unit > 1.0 - _NEAR)).double().mean())
        reasons = []
        if misfit > self.limit:
            reasons.append(f"the misfit {misfit:.4g} is above {self.limit:.4g}")
        if share > _SHARE_AT_BOUNDS:
            reasons.append(f"{100 * share:.1f} % of the parameters lie on the bounds of the priors")
        self.lost = self.lost + 1 if reasons else 0
        if self.lost >= _VALIDATIONS:
            raise FloatingPointError(
                f"the training of {self.method} collapsed, {self.lost} validations in a row were "
                f"bad: {' and '.join(reasons)}; {self._remedy()}"
            )

    def _remedy(self) -> str:
        words = (
            "most likely the steps are too long: lower "
            f"calibration.{self.method}.learning_rate (now {self.learning_rate})"
        )
        advice = METHODS[self.method].divergence_advice
        return f"{words}, or {advice}" if advice else words


@contextmanager
def told_where(where: str, kept: str) -> Iterator[None]:
    """Say of a value that is not finite where in the training it was met, and what is kept.

    Raises:
        Diverged: in place of any FloatingPointError.
    """
    try:
        yield
    except FloatingPointError as error:
        raise Diverged(f"{where}: {error}. {kept}") from error


def _tensors(states: Any, path: str) -> Iterator[tuple[str, Tensor]]:
    if isinstance(states, Tensor):
        yield path, states
    elif isinstance(states, Mapping):
        for name, part in states.items():
            yield from _tensors(part, f"{path}.{name}".lstrip("."))
