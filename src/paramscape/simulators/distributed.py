"""A simulator whose cells several processes share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from paramscape.grid.cells import Cells
from paramscape.simulators.interface import Simulator, Windows
from paramscape.simulators.workers import Team
from paramscape.study import Period


def cells_of_rank(cells: Cells, rank: int, size: int) -> Cells:
    """Every `size`-th cell from `rank` on: all processes have as much to do, whatever the land."""
    mask = cells.mask.copy()
    mask.flat[cells.flat_index] = torch.arange(cells.count).numpy() % size == rank
    return Cells(mask, cells.lat, cells.lon)


class SimulatorPart:
    """One process's part: a simulator of its own cells.

    Args:
        simulator: of the cells that `cells_of_rank` gives.
        rank, size: of the process and of the team.
        device: of the simulator.
    """

    def __init__(self, simulator: Simulator, rank: int, size: int, device: torch.device):
        self.simulator, self.rank, self.size, self.device = simulator, rank, size, device
        self._own: Tensor | None = None
        self._fluxes: Mapping[str, Tensor] = {}

    def about(self) -> tuple[str, bool]:
        """The simulator's name, and whether it keeps states."""
        return self.simulator.name, self.simulator.is_stateful

    def run(self, parameters: Tensor, period: Period, warmup_days: int | None) -> dict[str, Tensor]:
        """See `Simulator.run`; all cells are given, the own ones come back."""
        fluxes = self.simulator.run(self._select(parameters), period, warmup_days)
        return {name: values.cpu() for name, values in fluxes.items()}

    def respin(self, parameters: Tensor) -> None:
        """See `Simulator.respin`."""
        self.simulator.respin(self._select(parameters))

    def simulate(self, parameters: Tensor, windows: Windows) -> dict[str, Tensor]:
        """See `Simulator.simulate_windows`; without cells of its own a part gives nothing."""
        self._own, self._fluxes, cells = self._select(parameters).requires_grad_(), {}, None
        if windows.cells is not None:
            mine = windows.cells[windows.cells % self.size == self.rank]
            if not len(mine):
                return {}
            cells = mine.div(self.size, rounding_mode="floor").to(self.device)
        chosen = Windows(windows.first_days, windows.days, cells)
        with torch.enable_grad():
            self._fluxes = self.simulator.simulate_windows(self._own, chosen)
        return {name: values.detach().cpu() for name, values in self._fluxes.items()}

    def backward(self, gradients: Mapping[str, Tensor], owners: Tensor) -> Tensor:
        """Gradients (own cell, parameter) of the last simulation.

        Args:
            gradients: by target, (window, day, cell) of all cells that were simulated.
            owners: (cell,) whose they are.
        """
        if not self._fluxes:
            return torch.zeros_like(self._own).cpu()
        mine = owners == self.rank
        reached = [gradient[..., mine].to(self.device) for gradient in gradients.values()]
        torch.autograd.backward([self._fluxes[name] for name in gradients], reached)
        self._fluxes = {}
        return self._own.grad.cpu()

    def _select(self, parameters: Tensor) -> Tensor:
        return parameters[..., self.rank :: self.size, :].to(self.device, copy=True)


class SharedSimulator:
    """A `Simulator` each process of a team has some cells of; the leader's view of all.

    Args:
        team: of `SimulatorPart`s.
    """

    def __init__(self, team: Team):
        self.team = team
        self.name, self.is_stateful = team.ask("about")[0]

    def run(
        self, parameters: Tensor, period: Period, warmup_days: int | None = None
    ) -> dict[str, Tensor]:
        """See `Simulator.run`."""
        parts = self.team.ask("run", parameters.detach().cpu(), period, warmup_days)
        owners = self._owners(parameters.shape[-2])
        return {n: v.to(parameters.device) for n, v in _joined(parts, owners, -1).items()}

    def respin(self, parameters: Tensor) -> None:
        """See `Simulator.respin`."""
        self.team.ask("respin", parameters.detach().cpu())

    def simulate_windows(self, parameters: Tensor, windows: Windows) -> dict[str, Tensor]:
        """See `Simulator.simulate_windows`; gradients are for the last simulation alone."""
        cells = None if windows.cells is None else windows.cells.cpu()
        order = Windows(windows.first_days.cpu(), windows.days, cells)
        names: list[str] = []
        values = _Simulation.apply(parameters, self, order, names)
        return dict(zip(names, values, strict=True))

    def state_dict(self) -> dict[str, Any]:
        """No states: a training respins them before each epoch."""
        return {"states": None}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Nothing to restore."""

    def _owners(self, count: int, cells: Tensor | None = None) -> Tensor:
        """(cell,) rank of each cell's process."""
        return (torch.arange(count) if cells is None else cells) % self.team.size


class _Simulation(torch.autograd.Function):
    """Windows simulated by the parts: cells do not know of each other, and neither do gradients."""

    @staticmethod
    def forward(ctx, parameters, shared, windows, names):
        parts = shared.team.ask("simulate", parameters.detach().cpu(), windows)
        ctx.shared, ctx.names = shared, names
        ctx.cells = len(parameters)
        ctx.owners = shared._owners(ctx.cells, windows.cells)
        ctx.set_materialize_grads(False)
        whole = _joined(parts, ctx.owners, -1)
        names.extend(whole)
        return tuple(values.to(parameters.device) for values in whole.values())

    @staticmethod
    def backward(ctx, *gradients):
        given = dict(zip(ctx.names, gradients, strict=True))
        reached = {name: g.cpu() for name, g in given.items() if g is not None}
        parts = ctx.shared.team.ask("backward", reached, ctx.owners)
        whole = _joined([{"": part} for part in parts], ctx.shared._owners(ctx.cells), 0)[""]
        device = next(g.device for g in gradients if g is not None)
        return whole.to(device), None, None, None


def _joined(parts: list[Mapping[str, Tensor]], owners: Tensor, axis: int) -> dict[str, Tensor]:
    """Values of all cells along an axis, from those of each process's own."""
    whole = {}
    for name, like in next(part for part in parts if part).items():
        shape = list(like.shape)
        shape[axis] = len(owners)
        values = like.new_empty(shape).movedim(axis, 0)
        for rank, part in enumerate(parts):
            if name in part:
                values[owners == rank] = part[name].movedim(axis, 0)
        whole[name] = values.movedim(0, axis)
    return whole
