"""The interface between calibrators and what they simulate with: VIC or its surrogates."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from torch import Tensor

from paramscape.study import Period


@dataclass(frozen=True)
class Windows:
    """Windows of consecutive days of the training period that are simulated side by side.

    first_days: (window,) int, first day of each window, counted from 0 at the training period's
        first day.
    days: length of every window.
    cells: (cell,) int, indices of the active cells to simulate, or None for all of them.
    """

    first_days: Tensor
    days: int
    cells: Tensor | None = None

    def require_inside(self, length: int) -> None:
        """Refuse windows that leave a training period of `length` days.

        Raises:
            ValueError: with the windows' first days, and those that are possible.
        """
        first, last = self.first_days, length - self.days
        if int(first.min()) < 0 or int(first.max()) > last:
            raise ValueError(
                f"windows of {self.days} days from days {first.tolist()} leave the training "
                f"period of {length} days; start them between 0 and {last}"
            )


class Simulator(Protocol):
    """A model from parameter fields to daily fluxes; gradients flow through it.

    Parameters are physical values in the order of the priors' names; fluxes are named and in the
    units of `study.quantities.TARGETS`.
    """

    name: str
    is_stateful: bool
    """Whether windows start from states that earlier simulations left. If not, any day can be
    simulated by itself at no further cost."""

    def run(
        self, parameters: Tensor, period: Period, warmup_days: int | None = None
    ) -> Mapping[str, Tensor]:
        """Simulate a period after a warm-up, without gradients.

        Args:
            parameters: (member?, cell, parameter).
            period: days to return.
            warmup_days: length of a short warm-up in place of the whole one. It starts from a
                state derived from the state that the parameters of the last `respin` reached that
                day. A simulator that is not stateful ignores it.

        Returns:
            targets by name, each (member?, time, cell).

        Raises:
            ValueError: if parameters have another shape or are not finite, or if the forcing
                does not cover warm-up and period.
        """
        ...

    def respin(self, parameters: Tensor) -> None:
        """Run the training period with parameters (cell, parameter), and keep the states.

        Windows start from these states.
        """
        ...

    def simulate_windows(self, parameters: Tensor, windows: Windows) -> Mapping[str, Tensor]:
        """Simulate windows of the training period; gradients flow back to the parameters.

        Args:
            parameters: (cell, parameter) of all active cells, also where `windows.cells` is given.
            windows: which days and cells.

        Returns:
            targets by name, each (window, day, cell).

        Raises:
            ValueError: if parameters have another shape or are not finite, or if a window leaves
                the training period.
        """
        ...

    def state_dict(self) -> dict[str, Any]:
        """Everything that a resumed training needs."""
        ...

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore from `state_dict`."""
        ...
