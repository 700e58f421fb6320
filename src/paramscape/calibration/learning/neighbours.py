"""What a network reads of the learners around a cell."""

from dataclasses import dataclass

import torch
from torch import Tensor

from paramscape.grid.cells import Cells
from paramscape.grid.sphere import EARTH_RADIUS

_FEW = 1e-6


@dataclass(frozen=True)
class Neighbours:
    """The nearest learners of each cell, itself excluded.

    index: (cell, neighbour) int, nearest first; where there are too few, any cell.
    distance: (cell, neighbour) [share of the largest distance allowed].
    near: (cell, neighbour) bool, whether the neighbour is a learner within that distance.
    """

    index: Tensor
    distance: Tensor
    near: Tensor

    @classmethod
    def of(cls, cells: Cells, count: int, kilometres: float) -> "Neighbours":
        """At most `count` learners within a great-circle distance [km] of each cell."""
        lat, lon = torch.from_numpy(cells.places).deg2rad().unbind(-1)
        learners = torch.from_numpy(cells.learners).nonzero().flatten()
        count = min(count, len(learners))
        rows = []
        for cell in range(cells.count):
            apart = _kilometres(lat[cell], lon[cell], lat[learners], lon[learners])
            apart = torch.where(learners == cell, torch.inf, apart)
            order = apart.argsort(stable=True)[:count]
            rows.append((learners[order], apart[order] / kilometres))
        index, distance = (torch.stack(column) for column in zip(*rows, strict=True))
        near = distance <= 1.0
        return cls(index, torch.where(near, distance, 1.0).to(torch.float32), near)

    def features(self, cells: Tensor, attributes: Tensor, record: Tensor) -> Tensor:
        """(cell, neighbour, feature) of the neighbours of some cells.

        Distance; attributes of the neighbour, and their difference to the cell's; mean and standard
        deviation of the record's forcing and, over the observed days, of its observations; share of
        observed days.

        Args:
            cells: (cell,) indices.
            attributes: (cell, attribute) of all cells.
            record: (day, cell, feature) of all cells in the window that is read: forcing,
                observation, and whether it was observed.
        """
        index = self.index[cells]
        theirs = attributes[index]
        parts = [
            self.distance[cells].to(attributes).unsqueeze(-1),
            theirs,
            theirs - attributes[cells].unsqueeze(1),
            _summary(record)[index],
        ]
        return torch.cat(parts, -1)

    def to(self, device: torch.device) -> "Neighbours":
        """The same on another device."""
        return Neighbours(self.index.to(device), self.distance.to(device), self.near.to(device))


def _summary(record: Tensor) -> Tensor:
    """(cell, value) statistics of a record, see `Neighbours.features`."""
    forcing, observed, present = record[..., :-2], record[..., -2], record[..., -1]
    days = present.sum(0)
    mean = observed.sum(0) / days.clamp(min=1.0)
    squares = ((observed - mean).square() * present).sum(0) / days.clamp(min=1.0)
    of_observed = torch.stack([mean, (squares + _FEW).sqrt(), days / len(record)], -1)
    return torch.cat([forcing.mean(0), forcing.std(0, correction=0), of_observed], -1)


def _kilometres(lat: Tensor, lon: Tensor, to_lat: Tensor, to_lon: Tensor) -> Tensor:
    """Great-circle distances [km] by the haversine formula; angles in radians."""
    across = ((to_lat - lat) / 2).sin().square()
    along = lat.cos() * to_lat.cos() * ((to_lon - lon) / 2).sin().square()
    return 2 * EARTH_RADIUS / 1000 * (across + along).clamp(max=1.0).sqrt().asin()
