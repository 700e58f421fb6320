"""Chunks of members and cells that fit into memory."""

from collections.abc import Iterator
from typing import NamedTuple

import torch
from torch import Tensor

from paramscape.vic.columns import Columns
from paramscape.vic.engine.compiled.layout import GROUPS
from paramscape.vic.engine.memory import memory_for_simulation
from paramscape.vic.forcing import Forcing
from paramscape.vic.parameters import Parameters

COPIES = 4  # of an array, at the most, while it is prepared


class Chunk(NamedTuple):
    """A part of the members and cells; None for the members of a simulation without."""

    members: slice | None
    cells: slice


class Extent(NamedTuple):
    """How large a simulation is."""

    members: int | None
    cells: int
    lanes_of_cell: float
    steps: int
    substeps: int
    itemsize: int
    with_gradient: bool

    @property
    def bytes_of_lane(self) -> int:
        """Memory of a lane: its constants, vegetation of all months, and its states."""
        rows = COPIES * (GROUPS["land"] + 12 * GROUPS["cover"] + GROUPS["state"])
        tape = GROUPS["state"] * self.steps if self.with_gradient else 0
        return self.itemsize * (rows + tape)

    @property
    def bytes_of_cell(self) -> int:
        """Memory of a cell's weather."""
        return self.itemsize * COPIES * GROUPS["weather"] * self.steps * (1 + self.substeps)


def extent_of(
    parameters: Parameters, forcing: Forcing, columns: Columns, members: int | None
) -> Extent:
    """The size of a simulation of the columns of one member, repeated by `members`."""
    given = (*parameters.soil.values(), *parameters.vegetation.values(), forcing.air_temp)
    return Extent(
        members=members,
        cells=columns.cells,
        lanes_of_cell=columns.count / max(columns.cells, 1),
        steps=forcing.steps,
        substeps=forcing.substeps,
        itemsize=parameters.latitude.dtype.itemsize,
        with_gradient=torch.is_grad_enabled() and any(v.requires_grad for v in given),
    )


def chunks_of(extent: Extent, lanes_at_once: int | None, device: torch.device) -> Iterator[Chunk]:
    """Chunks of at most `lanes_at_once` lanes; by default as many as free memory allows.

    A chunk has at least one member of one cell.
    """
    budget = memory_for_simulation(device) // 2
    lanes = lanes_at_once or max(1, budget // extent.bytes_of_lane)
    by_weather = max(1, budget // extent.bytes_of_cell)
    by_lanes = max(1, int(lanes / extent.lanes_of_cell))
    cells = max(1, min(extent.cells, by_lanes, by_weather))
    members = max(1, int(lanes / extent.lanes_of_cell / cells))
    for first in range(0, extent.cells, cells):
        some = slice(first, min(first + cells, extent.cells))
        if extent.members is None:
            yield Chunk(None, some)
            continue
        for member in range(0, extent.members, members):
            yield Chunk(slice(member, min(member + members, extent.members)), some)


def joined(chunks: list[Chunk], parts: list[Tensor], cell_axis: int) -> Tensor:
    """Put results of chunks together, cells along an axis counted from the end."""
    if len(parts) == 1:
        return parts[0]
    rows: dict[int, list[Tensor]] = {}
    for chunk, part in zip(chunks, parts, strict=True):
        rows.setdefault(chunk.cells.start, []).append(part)
    return torch.cat(
        [torch.cat(row) if len(row) > 1 else row[0] for row in rows.values()], cell_axis
    )
