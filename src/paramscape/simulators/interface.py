"""The interface in the middle: what a calibrator asks of VIC and of its surrogates."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from torch import Tensor

from paramscape.study import Period


@dataclass(frozen=True)
class Windows:
    """Stretches of days of the training period that are simulated side by side.

    first_days: (window,) int, index of each window's first day in the training period.
    days: length of every window.
    cells: (cell,) int, the active cells to simulate, or None for all of them.
    """

    first_days: Tensor
    days: int
    cells: Tensor | None = None

    def require_inside(self, length: int) -> None:
        """Refuse windows that leave a training period of so many days.

        Raises:
            ValueError: naming the windows' first days.
        """
        first, last = self.first_days, length - self.days
        if int(first.min()) < 0 or int(first.max()) > last:
            raise ValueError(
                f"windows of {self.days} days from days {first.tolist()} leave the training "
                f"period of {length} days; start them between 0 and {last}"
            )


class Simulator(Protocol):
    """Maps parameter fields to daily fluxes; gradients flow through it.

    Parameters are physical values in the order of `study.quantities.PARAMETERS`; fluxes are named
    and in the units of `study.quantities.TARGETS`.
    """

    name: str
    is_stateful: bool
    """Whether windows start from states that earlier simulations left, as a model with memory
    must; if not, any day can be simulated by itself at no further cost."""

    def run(
        self, parameters: Tensor, period: Period, warmup_days: int | None = None
    ) -> Mapping[str, Tensor]:
        """Simulate a period after a warm-up, without gradients.

        Args:
            parameters: (member?, cell, parameter).
            period: days to return.
            warmup_days: length of a short warm-up in place of the whole one. It starts from a
                state derived from the one that the parameters of the last `respin` reached that
                day. A simulator without states ignores it.

        Returns:
            targets by name, each (member?, time, cell).
        """
        ...

    def respin(self, parameters: Tensor) -> None:
        """Bring the states from which windows start in line with parameters (cell, parameter)."""
        ...

    def simulate_windows(self, parameters: Tensor, windows: Windows) -> Mapping[str, Tensor]:
        """Simulate windows of the training period; gradients flow back to the parameters.

        Args:
            parameters: (cell, parameter) of all active cells, also where `windows.cells` is given.
            windows: which days and cells.

        Returns:
            targets by name, each (window, day, cell).
        """
        ...

    def state_dict(self) -> dict[str, Any]:
        """Everything that a resumed training needs."""
        ...

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take up where `state_dict` was taken."""
        ...
