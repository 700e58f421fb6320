"""Mini-batches: the windows of the training period that are simulated together."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from paramscape.calibration.problem import Problem, target_of
from paramscape.simulators.interface import Windows
from paramscape.study import StatefulWindows


@dataclass(frozen=True)
class MiniBatch:
    """Windows that are simulated together, and the days of them that are learned from.

    windows: what is simulated. used: (window, day) bool; a day that lies in two windows of the
    epoch is used in one of them.
    """

    windows: Windows
    used: Tensor

    @property
    def days(self) -> Tensor:
        """(window, day) days of the training period."""
        return self.windows.first_days[:, None] + torch.arange(self.windows.days)

    @property
    def simulated(self) -> tuple[Windows, ...]:
        """All windows that are simulated."""
        return (self.windows,)


def single_days(days: int, batch: int, generator: torch.Generator) -> list[MiniBatch]:
    """Mini-batches of random days; each day of the training period is in one of them.

    Args:
        days: days of the training period.
        batch: days in a mini-batch, at most; the mini-batches differ by one day at most.
        generator: of the order of the days.
    """
    order = torch.randperm(days, generator=generator)
    return [MiniBatch(Windows(part, 1), _used(part, 1)) for part in _deal(order, batch)]


def random_windows(
    days: int, cut: StatefulWindows, generator: torch.Generator, cells: Tensor | None = None
) -> list[MiniBatch]:
    """Mini-batches of random windows of consecutive days that use every day once.

    The period is cut into the fewest windows of equal length, which start at multiples of it. If
    they do not fit the period exactly, the last one is moved back to end with it; the days that it
    shares with the one before are simulated, but not used.

    Args:
        days: days of the training period.
        cut: most days of a window, and most windows in a mini-batch; the mini-batches differ by
            one window at most.
        generator: of the order of the windows.
        cells: (cell,) of the mini-batches; all by default.
    """
    length = _shared_out(days, cut.days)
    starts = torch.arange(0, days, length).clamp(max=days - length)
    order = starts[torch.randperm(len(starts), generator=generator)]
    return [
        MiniBatch(Windows(part, length, cells), _used(part, length))
        for part in _deal(order, cut.windows)
    ]


def windows_of_cells(
    days: int, cut: StatefulWindows, cells: Tensor, group: int, generator: torch.Generator
) -> list[MiniBatch]:
    """Mini-batches of random cells and windows that use every day of every cell once.

    Args:
        days: days of the training period.
        cut: see `random_windows`.
        cells: (cell,) to be grouped.
        group: cells in a mini-batch, at most.
        generator: of the groups of cells, of their windows and of the mini-batches' order.
    """
    shuffled = cells[torch.randperm(len(cells), generator=generator).to(cells.device)]
    batches = [
        batch
        for some in _deal(shuffled, group)
        for batch in random_windows(days, cut, generator, some)
    ]
    return [batches[place] for place in torch.randperm(len(batches), generator=generator).tolist()]


def simulate(problem: Problem, parameters: Tensor, windows: Windows) -> Tensor:
    """The target in windows, (window, day, cell), with gradients to the parameters.

    Raises:
        FloatingPointError: if a parameter is not finite, or if the simulation is not, naming the
            first cell, its day and its parameters.
    """
    require_finite_fields(parameters, problem.priors.names)
    fluxes = problem.simulator.simulate_windows(parameters, windows)
    simulated = target_of(fluxes, problem.target)
    broken = ~torch.isfinite(simulated.detach())
    if broken.any():
        window, day, place = broken.nonzero()[0].tolist()
        cell = place if windows.cells is None else int(windows.cells[place])
        values = zip(problem.priors.names, parameters[cell].tolist(), strict=True)
        raise FloatingPointError(
            f"{problem.simulator.name} gives {problem.target} that is not finite in "
            f"{int(broken.sum())} cell-days; the first is cell {cell}, day "
            f"{int(windows.first_days[window]) + day} of the training period, with "
            + ", ".join(f"{name}={value:.6g}" for name, value in values)
            + ". Look at the forcing of that day, or narrow the priors."
        )
    return simulated


def require_finite_fields(parameters: Tensor, names: Sequence[str]) -> None:
    """Refuse values (cell, parameter) of named parameters that are not finite.

    Raises:
        FloatingPointError: naming the first.
    """
    parameters = parameters.detach()
    broken = ~torch.isfinite(parameters)
    if broken.any():
        cell, column = broken.nonzero()[0].tolist()
        raise FloatingPointError(
            f"the network gives {names[column]}={float(parameters[cell, column])} in cell "
            f"{cell}, and {int(broken.sum())} values in all that are not finite; most likely its "
            "steps are too long: lower the method's learning_rate"
        )


def _used(first: Tensor, length: int) -> Tensor:
    """(window, day): whether the day lies in no window that starts at a multiple of the length.

    A window that was moved back shares its days before the next multiple.
    """
    shared = torch.remainder(-first, length)
    return torch.arange(length) >= shared[:, None]


def _shared_out(whole: int, most: int) -> int:
    """The size of the largest of the fewest equal parts of at most `most`."""
    return -(-whole // -(-whole // most))


def _deal(order: Tensor, batch: int) -> tuple[Tensor, ...]:
    """Cut an order into the fewest parts of at most `batch`, as equal as they can be."""
    return torch.tensor_split(order, -(-len(order) // batch))
