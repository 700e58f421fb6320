"""Detection of trainings that diverge, and the error that reports them."""

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

_LIMIT = 10.0  # times the misfit at the start
_VALIDATIONS = 3


class Diverged(FloatingPointError):
    """A training that cannot go on: a value that is not finite, or a collapse.

    The message says what happened in which epoch and mini-batch, the likely cause and remedy, and
    which checkpoint is kept.
    """


class DivergenceMonitor:
    """Detects values that are not finite, and trainings that collapse.

    A validation is bad if its misfit is above 10 times that at the start, which counts as 1 at
    least (about the misfit of the observations' mean), or if `update` is given further reasons.
    Three bad validations in a row are a collapse; one or two, as adversarial training has them,
    are not.

    Args:
        name: of the training, for messages.
        remedy: what a user can do, for messages.

    Attributes:
        n_bad: bad validations in a row so far.
    """

    def __init__(self, name: str, remedy: str):
        self.name, self.remedy = name, remedy
        self.limit = math.inf
        self.n_bad = 0

    def start_from(self, misfit: float) -> None:
        """Set the misfit at the start, by which later ones are judged."""
        self.limit = _LIMIT * max(misfit, 1.0)

    def require_finite_losses(self, losses: Mapping[str, float]) -> None:
        """Refuse losses that are not finite.

        Raises:
            FloatingPointError: naming the first.
        """
        for name, value in losses.items():
            if not math.isfinite(value):
                raise FloatingPointError(
                    f"the loss {name} of {self.name} is {value}, though the simulation is "
                    f"finite; {self.remedy}"
                )

    def require_finite_states(self, states: Mapping[str, Any]) -> None:
        """Refuse networks and optimizers, given by their state dicts, that are not finite.

        Raises:
            FloatingPointError: naming the first tensor.
        """
        for name, values in _tensors(states, ""):
            if values.is_floating_point() and not torch.isfinite(values).all():
                raise FloatingPointError(
                    f"{name} of {self.name} is no longer finite, because a gradient was not; "
                    + self.remedy
                )

    def require_finite_misfit(self, misfit: float) -> None:
        """Refuse a validation whose misfit is not finite.

        Raises:
            FloatingPointError: naming the misfit.
        """
        if not math.isfinite(misfit):
            raise FloatingPointError(
                f"the misfit of {self.name} in validation is {misfit}; {self.remedy}"
            )

    def update(self, misfit: float, *reasons: str) -> None:
        """Judge a validation.

        Args:
            misfit: lower is better.
            reasons: further ones for which this validation is bad.

        Raises:
            FloatingPointError: if it is the third bad validation in a row.
        """
        if misfit > self.limit:
            reasons = (f"the misfit {misfit:.4g} is above {self.limit:.4g}", *reasons)
        self.n_bad = self.n_bad + 1 if reasons else 0
        if self.n_bad >= _VALIDATIONS:
            raise FloatingPointError(
                f"the training of {self.name} collapsed, {self.n_bad} validations in a row were "
                f"bad: {' and '.join(reasons)}; {self.remedy}"
            )


@contextmanager
def error_context(where: str, kept: str) -> Iterator[None]:
    """Add to a FloatingPointError where in the training it occurred, and what is kept.

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
