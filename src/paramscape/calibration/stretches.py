"""Which days of the training period are simulated together."""

from collections.abc import Mapping

import torch
from torch import Tensor

from paramscape.names import PARAMETERS
from paramscape.simulator import Windows

from .problem import Problem


def single_days(days: int, batch: int, generator: torch.Generator) -> list[Windows]:
    """Mini-batches of random days; each day of the training period is in one of them.

    Args:
        days: days of the training period.
        batch: days in a mini-batch, at most; the mini-batches differ by one day at most.
        generator: of the order of the days.
    """
    order = torch.randperm(days, generator=generator)
    return [Windows(part, 1) for part in _deal(order, batch)]


def stretches(days: int, length: int, batch: int, generator: torch.Generator) -> list[Windows]:
    """Mini-batches of random stretches of consecutive days; together they hold every day.

    Stretches start at multiples of their length. Where the period is not a whole number of
    stretches, the last one is moved back to end with the period, so that it shares days with the
    one before.

    Args:
        days: days of the training period.
        length: days of a stretch; the whole period where that is shorter.
        batch: stretches in a mini-batch, at most; the mini-batches differ by one at most.
        generator: of the order of the stretches.
    """
    starts = stretch_starts(days, length)
    order = starts[torch.randperm(len(starts), generator=generator)]
    return [Windows(part, min(length, days)) for part in _deal(order, batch)]


def stretch_starts(days: int, length: int) -> Tensor:
    """(window,) first days of the stretches that cover a period; see `stretches`."""
    length = min(length, days)
    starts = torch.arange(0, days - length + 1, length)
    if days % length:
        starts = torch.cat([starts, torch.tensor([days - length])])
    return starts


def simulate(problem: Problem, parameters: Tensor, windows: Windows) -> Tensor:
    """The target in windows, (window, day, cell), with gradients to the parameters.

    Raises:
        FloatingPointError: if the simulation is not finite, naming the first cell, its day and
            its parameters.
    """
    fluxes = problem.simulator.simulate_windows(parameters, windows)
    simulated = _target(fluxes, problem.target)
    broken = ~torch.isfinite(simulated.detach())
    if broken.any():
        window, day, place = broken.nonzero()[0].tolist()
        cell = place if windows.cells is None else int(windows.cells[place])
        values = zip(PARAMETERS, parameters[cell].tolist(), strict=True)
        raise FloatingPointError(
            f"{problem.simulator.name} gives {problem.target} that is not finite in "
            f"{int(broken.sum())} cell-days; the first is cell {cell}, day "
            f"{int(windows.first_days[window]) + day} of the training period, with "
            + ", ".join(f"{name}={value:.6g}" for name, value in values)
            + ". Look at the forcing of that day, or narrow the priors."
        )
    return simulated


def _target(fluxes: Mapping[str, Tensor], target: str) -> Tensor:
    if target not in fluxes:
        raise ValueError(
            f"the simulator gives {', '.join(fluxes)}, but {target} is calibrated; choose a "
            "simulator that was made for it"
        )
    return fluxes[target]


def _deal(order: Tensor, batch: int) -> tuple[Tensor, ...]:
    """Cut an order into the fewest parts of at most `batch`, as equal as they can be."""
    return torch.tensor_split(order, -(-len(order) // batch))
