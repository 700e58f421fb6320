"""The flat axis on which all physics runs.

A column is a hydrological response unit: one vegetation tile in one snow band of one cell. A lane
is a column of one member; lanes are (member, column) flattened.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import torch
from torch import Tensor

from paramscape.vic.check_parameters import check_bands, possible_elevation
from paramscape.vic.options import Options
from paramscape.vic.parameters import SOIL_OF_LAYER, Parameters
from paramscape.vic.processes import constants as c
from paramscape.vic.processes.safe_math import in_order


@dataclass(frozen=True)
class Columns:
    """The columns that all members share, and the number of members.

    All tensors are (column,) over cell, tile and band in that order; columns without area are
    left out.

    cell, kind: index of the cell and of the vegetation class. bare: whether it is the bare tile.
    weight: share of the cell's area; sums to 1 in each cell.
    warmer: band's air temperature above the cell's [K]. wetter: band's precipitation over the
    cell's. cells: number of cells. members: number of members.
    """

    cell: Tensor
    kind: Tensor
    bare: Tensor
    weight: Tensor
    warmer: Tensor
    wetter: Tensor
    coldest_band: Tensor  # (cell,) smallest `warmer` of all bands of the file [K]
    band_elevation: Tensor | None  # (cell,) area mean [m], where bands are used
    band: Tensor  # index of the snow band
    band_share: Tensor  # (band, column) cell's area over that of the column's band, else 0
    cells: int
    members: int

    @property
    def count(self) -> int:
        """Number of columns of one member."""
        return self.cell.shape[0]

    @property
    def lanes(self) -> int:
        """Number of columns of all members together."""
        return self.members * self.count

    def for_members(self, members: int) -> "Columns":
        """The same columns, repeated by another number of members."""
        return replace(self, members=members)

    def places(self, cells: Tensor) -> Tensor:
        """(column,) indices of the columns of some cells (cell,), in the order of the cells."""
        counts = torch.bincount(self.cell, minlength=self.cells)
        starts, some = (counts.cumsum(0) - counts)[cells], counts[cells]
        cell = torch.arange(len(cells), device=some.device).repeat_interleave(some)
        place = torch.arange(len(cell), device=some.device)
        return place + (starts - some.cumsum(0) + some)[cell]

    def select(self, cells: Tensor) -> "Columns":
        """The columns of some cells (cell,), which are numbered from 0 in their order."""
        place, elevation = self.places(cells), self.band_elevation
        counts = torch.bincount(self.cell, minlength=self.cells)[cells]
        names = ("kind", "bare", "weight", "warmer", "wetter", "band")
        return Columns(
            **{name: getattr(self, name)[place] for name in names},
            cell=torch.arange(len(cells), device=place.device).repeat_interleave(counts),
            coldest_band=self.coldest_band[cells],
            band_elevation=None if elevation is None else elevation[cells],
            band_share=self.band_share[:, place],
            cells=len(cells),
            members=self.members,
        )

    def repeat(self, values: Tensor) -> Tensor:
        """Repeat (..., column) for every member: (..., lane)."""
        wide = values[..., None, :].expand(*values.shape[:-1], self.members, self.count)
        return wide.reshape(*values.shape[:-1], self.lanes)

    def soil(self, parameters: Parameters, name: str) -> Tensor:
        """A soil parameter for every lane: (lane,) or (layer, lane)."""
        values = parameters.soil[name]
        if name in SOIL_OF_LAYER:
            layers = [self._member_cells(v) for v in values.unbind(-1)]
            return torch.stack(layers)
        return self._member_cells(values)

    def _member_cells(self, values: Tensor) -> Tensor:
        values = values[..., self.cell]
        return values.expand(self.members, self.count).reshape(self.lanes)

    @property
    def member_of_lane(self) -> Tensor:
        """Member of every lane."""
        return torch.arange(self.members, device=self.cell.device).repeat_interleave(self.count)

    @property
    def cell_of_lane(self) -> Tensor:
        """Index of every lane's cell among those of all members."""
        return self.member_of_lane * self.cells + self.cell.repeat(self.members)

    def cell_means(self, values: Tensor) -> Tensor:
        """Area-weighted cell means (row, member * cell) of values (row, lane)."""
        target = self.cell_of_lane
        weighted = values * self.repeat(self.weight)
        means = weighted.new_zeros(values.shape[0], self.members * self.cells)
        return means.index_add(1, target, weighted)


def columns_of(parameters: Parameters, options: Options, members: int = 1) -> Columns:
    """Lay out the columns of the parameters' cells for a number of members."""
    cover = parameters.vegetation["Cv"]
    cover = cover / in_order(cover)[:, None]
    bands = _bands(parameters, options)
    exists = (cover > 0)[:, :, None] & (bands.area > 0)[:, None, :]
    cell, kind, band = torch.nonzero(exists, as_tuple=True)
    tile = (cover > 0).cumsum(1) - 1
    return Columns(
        cell=cell,
        kind=kind,
        bare=tile[cell, kind] == parameters.nveg[cell],
        weight=cover[cell, kind] * bands.area[cell, band],
        warmer=bands.warmer[cell, band],
        wetter=bands.wetter[cell, band],
        coldest_band=bands.warmer.min(1).values,
        band_elevation=bands.elevation,
        band=band,
        band_share=_band_share(bands.area, cell, band),
        cells=parameters.cells,
        members=members,
    )


def _band_share(area: Tensor, cell: Tensor, band: Tensor) -> Tensor:
    rows = torch.arange(area.shape[1], device=area.device)[:, None]
    return torch.where(rows == band, 1.0 / area[cell, band], 0.0)


class Bands(NamedTuple):
    """The snow bands of the cells."""

    area: Tensor  # (cell, band) share of the cell's area
    warmer: Tensor  # (cell, band) air temperature above the cell's [K]
    wetter: Tensor  # (cell, band) precipitation over the cell's
    elevation: Tensor | None  # (cell,) area mean [m], where bands are used


def _bands(parameters: Parameters, options: Options) -> Bands:
    """The bands of the file, or one band without SNOW_BAND."""
    if not options.snow_band:
        one = torch.ones_like(parameters.latitude)[:, None]
        return Bands(one, torch.zeros_like(one), one, None)
    check_bands(parameters)
    area = parameters.bands["AreaFract"]
    area = area / in_order(area)[:, None]
    band_elevation = parameters.bands["elevation"]
    elevation = in_order(area * torch.where(area > 0, band_elevation, 0.0))
    known = possible_elevation(band_elevation)  # else there is no band: it has no area
    warmer = torch.where(known, c.LAPSE_RATE * (band_elevation - elevation[:, None]), 0.0)
    share = parameters.bands["Pfactor"]
    share = share / in_order(share)[:, None]
    wetter = torch.where(area > 0, share / torch.where(area > 0, area, 1.0), 0.0)
    return Bands(area, warmer, wetter, elevation)
