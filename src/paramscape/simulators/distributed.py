"""A simulator whose cells are distributed over several processes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from paramscape.grid.cells import Cells
from paramscape.simulators.interface import Simulator, Windows
from paramscape.simulators.workers import Workers
from paramscape.study import Period


def cells_of_rank(cells: Cells, rank: int, size: int) -> Cells:
    """Every `size`-th cell from cell `rank` on, so that all processes have as much to do."""
    mask = cells.mask.copy()
    mask.flat[cells.flat_index] = torch.arange(cells.count).numpy() % size == rank
    return Cells(mask, cells.lat, cells.lon)


@dataclass(frozen=True)
class SimulatorTraits:
    """See `Simulator`."""

    name: str
    is_stateful: bool


class SimulatorShard:
    """The worker of one process: a simulator of this rank's cells.

    Args:
        simulator: of the cells that `cells_of_rank` gives.
        rank, size: of the process, and number of processes.
        device: of the simulator.
    """

    def __init__(self, simulator: Simulator, rank: int, size: int, device: torch.device):
        self.simulator, self.rank, self.size, self.device = simulator, rank, size, device
        self._own: Tensor | None = None
        self._fluxes: Mapping[str, Tensor] = {}

    def traits(self) -> SimulatorTraits:
        """Name of the simulator, and whether it is stateful."""
        return SimulatorTraits(self.simulator.name, self.simulator.is_stateful)

    def run(self, parameters: Tensor, period: Period, warmup_days: int | None) -> dict[str, Tensor]:
        """`Simulator.run` with the parameters of all cells; returns this rank's cells."""
        fluxes = self.simulator.run(self._select(parameters), period, warmup_days)
        return {name: values.cpu() for name, values in fluxes.items()}

    def respin(self, parameters: Tensor) -> None:
        """`Simulator.respin` with the parameters of all cells."""
        self.simulator.respin(self._select(parameters))

    def simulate(self, parameters: Tensor, windows: Windows) -> dict[str, Tensor]:
        """`Simulator.simulate_windows`; empty if the windows have none of this rank's cells."""
        self._own, self._fluxes, cells = self._select(parameters).requires_grad_(), {}, None
        if windows.cells is not None:
            own = windows.cells[windows.cells % self.size == self.rank]
            if not len(own):
                return {}
            cells = own.div(self.size, rounding_mode="floor").to(self.device)
        chosen = Windows(windows.first_days, windows.days, cells)
        with torch.enable_grad():
            self._fluxes = self.simulator.simulate_windows(self._own, chosen)
        return {name: values.detach().cpu() for name, values in self._fluxes.items()}

    def backward(self, gradients: Mapping[str, Tensor], ranks: Tensor) -> Tensor:
        """Gradients (own cell, parameter) of the last simulation.

        Args:
            gradients: by target, (window, day, cell) of all simulated cells.
            ranks: (cell,) rank of each of these cells.
        """
        if not self._fluxes:
            return torch.zeros_like(self._own).cpu()
        own = ranks == self.rank
        received = [gradient[..., own].to(self.device) for gradient in gradients.values()]
        torch.autograd.backward([self._fluxes[name] for name in gradients], received)
        self._fluxes = {}
        return self._own.grad.cpu()

    def _select(self, parameters: Tensor) -> Tensor:
        return parameters[..., self.rank :: self.size, :].to(self.device, copy=True)


class DistributedSimulator:
    """The `Simulator` of rank 0, whose cells all processes simulate.

    Args:
        workers: a `SimulatorShard` in each process.
    """

    def __init__(self, workers: Workers):
        self.workers = workers
        traits = workers.call("traits")[0]
        self.name, self.is_stateful = traits.name, traits.is_stateful

    def run(
        self, parameters: Tensor, period: Period, warmup_days: int | None = None
    ) -> dict[str, Tensor]:
        """See `Simulator.run`."""
        shards = self.workers.call("run", parameters.detach().cpu(), period, warmup_days)
        ranks = self.ranks_of(parameters.shape[-2])
        return {n: v.to(parameters.device) for n, v in _joined(shards, ranks, -1).items()}

    def respin(self, parameters: Tensor) -> None:
        """See `Simulator.respin`."""
        self.workers.call("respin", parameters.detach().cpu())

    def simulate_windows(self, parameters: Tensor, windows: Windows) -> dict[str, Tensor]:
        """See `Simulator.simulate_windows`; gradients flow through the last simulation only."""
        cells = None if windows.cells is None else windows.cells.cpu()
        sent = Windows(windows.first_days.cpu(), windows.days, cells)
        names: list[str] = []
        values = _Simulation.apply(parameters, self, sent, names)
        return dict(zip(names, values, strict=True))

    def state_dict(self) -> dict[str, Any]:
        """No states, because a training respins them before each epoch."""
        return {"states": None}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Nothing to restore."""

    def ranks_of(self, count: int, cells: Tensor | None = None) -> Tensor:
        """(cell,) rank of each of `count` cells, or of some of them."""
        return (torch.arange(count) if cells is None else cells) % self.workers.size


class _Simulation(torch.autograd.Function):
    """Windows simulated by the workers; a cell's gradients depend on that cell only."""

    @staticmethod
    def forward(ctx, parameters, simulator, windows, names):
        shards = simulator.workers.call("simulate", parameters.detach().cpu(), windows)
        ctx.simulator, ctx.names = simulator, names
        ctx.cells = len(parameters)
        ctx.ranks = simulator.ranks_of(ctx.cells, windows.cells)
        ctx.set_materialize_grads(False)
        whole = _joined(shards, ctx.ranks, -1)
        names.extend(whole)
        return tuple(values.to(parameters.device) for values in whole.values())

    @staticmethod
    def backward(ctx, *gradients):
        by_name = dict(zip(ctx.names, gradients, strict=True))
        sent = {name: g.cpu() for name, g in by_name.items() if g is not None}
        shards = ctx.simulator.workers.call("backward", sent, ctx.ranks)
        whole = _joined([{"": shard} for shard in shards], ctx.simulator.ranks_of(ctx.cells), 0)[""]
        device = next(g.device for g in gradients if g is not None)
        return whole.to(device), None, None, None


def _joined(shards: list[Mapping[str, Tensor]], ranks: Tensor, axis: int) -> dict[str, Tensor]:
    """Values of all cells along an axis, from those of each rank's cells."""
    whole = {}
    for name, like in next(shard for shard in shards if shard).items():
        shape = list(like.shape)
        shape[axis] = len(ranks)
        values = like.new_empty(shape).movedim(axis, 0)
        for rank, shard in enumerate(shards):
            if name in shard:
                values[ranks == rank] = shard[name].movedim(axis, 0)
        whole[name] = values.movedim(0, axis)
    return whole
