"""Free runs: continuous simulations by surrogates with memory, without gradients."""

from typing import NamedTuple, Protocol

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from paramscape.simulators.surrogates.network import SurrogateNetwork
from paramscape.simulators.surrogates.samples import Samples

_DAYS = 50  # simulated at once without gradients; the results do not depend on it
_RUNS = 16  # members simulated side by side; the results do not depend on it


class SimulatedDays(NamedTuple):
    """What a network with memory gives for some days.

    values: standardised targets of each day.
    state: (run, cell, state) after the last day.
    """

    values: Tensor
    state: Tensor


class Dynamics(Protocol):
    """A network that advances its state day by day, for several runs side by side.

    couples_cells: whether a cell's simulation depends on other cells, so that no cell can be
        simulated alone.
    """

    network: SurrogateNetwork
    couples_cells: bool

    def start(self, runs: int, cells: int) -> Tensor:
        """The state (run, cell, state) on the first day of the warm-up."""
        ...

    def advance(self, forcing: Tensor, unit: Tensor, state: Tensor) -> SimulatedDays:
        """Simulate days one after another.

        Args:
            forcing: (day, run, cell, variable), standardised.
            unit: (run, cell, parameter) in the unit cube.
            state: (run, cell, state) before the first day; no gradient flows to it.

        Returns:
            targets (day, run, cell, target), and the state.
        """
        ...


@torch.no_grad()
def free_run(
    dynamics: Dynamics, forcing: Tensor, unit: Tensor, state: Tensor, first: int = 0
) -> SimulatedDays:
    """Simulate all days in one continuous run, without gradients.

    Args:
        dynamics: of the network.
        forcing: (day, cell, variable), standardised, the same in all runs.
        unit: (run, cell, parameter) in the unit cube.
        state: (run, cell, state) before the first day.
        first: days at the start whose targets are not returned.

    Returns:
        targets (run, day, cell, target) of the days from `first` on, and the state.
    """
    kept = [forcing.new_empty(len(unit), 0, forcing.shape[1], len(dynamics.network.targets))]
    done = 0
    for days in forcing.split(_DAYS):
        shared = days.unsqueeze(1).expand(-1, len(unit), -1, -1)
        values, state = dynamics.advance(shared, unit, state)
        if done + len(days) > first:
            kept.append(values[max(0, first - done) :].transpose(0, 1))
        done += len(days)
    return SimulatedDays(torch.cat(kept, 1), state)


@torch.no_grad()
def run_members(dynamics: Dynamics, samples: Samples) -> Tensor:
    """Standardised targets (member, day, cell, target) of a free run through all forcing.

    Args:
        dynamics: of the network.
        samples: standardised; the targets of the warm-up are left out.
    """
    dynamics.network.eval()
    values = []
    groups = samples.parameters.split(_RUNS)
    for unit in tqdm(groups, desc="running members", unit="group", leave=False, delay=5):
        start = dynamics.start(*unit.shape[:2])
        values.append(free_run(dynamics, samples.forcing, unit, start, samples.warmup_days).values)
    return torch.cat(values)


def predict_freely(dynamics: Dynamics, samples: Samples) -> np.ndarray:
    """Targets (member, day, cell, target), physical, of a free run through all forcing."""
    network = dynamics.network
    values = run_members(dynamics, samples.standardised(network))
    return network.to_physical(values).cpu().numpy()
