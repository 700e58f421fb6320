"""Cells of blocks and points, on axes that hold only their rows and columns."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from paramscape.grid.cell_size import bounds_around
from paramscape.grid.sphere import cell_area
from paramscape.products.bounding_box import contiguous
from paramscape.products.errors import ProductError
from paramscape.study import BlocksDomain, Point, PointsDomain

MOST_PLACES = 10_000
_COLUMNS = ("name", "latitude", "longitude")
_SAME = 1e-6  # [degrees] within which two points are the same


def blocks(settings: BlocksDomain, has_data: np.ndarray) -> xr.Dataset:
    """The sampled cells of a grid and their neighbours.

    With i the row from the north and j the column from the west of the product's grid, the
    sampled cells are those with i mod b = r and j mod b = c in blocks of b x b cells (Li and Lu
    2023, DAS-S4 and DAS-S8).

    Args:
        settings: grid, size of the blocks, cell of a block, neighbours.
        has_data: (lat, lon) bool of the grid, latitude ascending.

    Returns:
        (lat, lon) on the rows and columns that hold a cell, ascending: `mask`, `sampled` bool;
        `area` [m2]; the attribute `resolution` [degrees].

    Raises:
        ValueError: if no sampled cell has data.
    """
    there = has_data[::-1]  # from the north
    first, offset = settings.first_cell, settings.offset
    chosen = [
        (np.arange(size) + start) % settings.block == own
        for size, start, own in zip(there.shape, first, offset, strict=True)
    ]
    candidate = chosen[0][:, None] & chosen[1][None, :]
    sampled = candidate & there
    if not sampled.any():
        raise ValueError(
            f"none of the {int(candidate.sum())} sampled cells of domain.grid has data; make "
            "domain.grid larger, or domain.block smaller"
        )
    active = sampled.copy()
    for place in settings.neighbours:
        for cell in np.argwhere(sampled):
            found = _neighbour(tuple(cell), place, there, candidate)
            if found is not None:
                active[found] = True
    rows, columns = active[::-1].any(axis=1), active.any(axis=0)
    return _on_axes(
        np.array(settings.grid.latitudes)[rows],
        contiguous(np.array(settings.grid.longitudes))[columns],
        settings.grid.resolution,
        mask=active[::-1][np.ix_(rows, columns)],
        sampled=sampled[::-1][np.ix_(rows, columns)],
    )


def points(settings: PointsDomain) -> xr.Dataset:
    """Cells around points, see `blocks`; all are `sampled`.

    Raises:
        ProductError: if the table of points is wrong.
        ValueError: if two points are the same, or there are more than 10 000 places on the axes.
    """
    places = points_of(settings)
    lat = np.array([point.latitude for point in places])
    lon = contiguous(np.array([point.longitude for point in places]))
    _require_different(places, lat, lon)
    (lats, rows), (lons, columns) = (_merged(values) for values in (lat, lon))
    if lats.size * lons.size > MOST_PLACES:
        raise ValueError(
            f"{len(places)} points have {lats.size} latitudes and {lons.size} longitudes, more "
            f"than {MOST_PLACES} places; put points on common latitudes or longitudes, or take "
            "fewer"
        )
    mask = np.zeros((lats.size, lons.size), bool)
    mask[rows, columns] = True
    return _on_axes(lats, lons, settings.resolution, mask=mask, sampled=mask)


def points_of(settings: PointsDomain) -> tuple[Point, ...]:
    """The points of a list or of a table.

    Raises:
        ProductError: if the table lacks a column, a point, or holds a value that is not one.
    """
    if not isinstance(settings.points, Path):
        return _some(settings.points, "domain.points")
    path = settings.points
    table = pd.read_csv(path, skipinitialspace=True)
    lacking = [name for name in _COLUMNS if name not in table]
    if lacking:
        raise ProductError(
            f"the table of points lacks the column {lacking[0]}; it has {', '.join(table)}",
            path,
            cure=f"give the columns {', '.join(_COLUMNS)}",
        )
    rows = table[list(_COLUMNS)].astype({"name": str}).to_dict("records")
    found = []
    for number, row in enumerate(rows, 2):
        try:
            found.append(Point(**{str(name): value for name, value in row.items()}))
        except ValueError as error:
            raise ProductError(
                f"line {number} is not a point: {error}", path,
                cure="give a name, and degrees north and east",
            ) from error  # fmt: skip
    return _some(tuple(found), path)


def _some(places: tuple[Point, ...], where: Path | str) -> tuple[Point, ...]:
    if not places:
        raise ProductError("there is no point", where, cure="give at least one")
    return places


def _require_different(places: tuple[Point, ...], lat: np.ndarray, lon: np.ndarray) -> None:
    near = (np.abs(lat[:, None] - lat) < _SAME) & (np.abs(lon[:, None] - lon) < _SAME)
    first, second = np.nonzero(np.triu(near, 1))
    if first.size:
        names = f"{places[first[0]].name} and {places[second[0]].name}"
        raise ValueError(f"domain.points: {names} are the same place; keep one of them")


def _merged(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Different values, ascending, and the position of each value among them."""
    order = np.argsort(values, kind="stable")
    starts = np.concatenate([[True], np.diff(values[order]) > _SAME])
    position = np.empty(values.size, int)
    position[order] = np.cumsum(starts) - 1
    return values[order][starts], position


def _neighbour(
    cell: tuple[int, int], place: tuple[int, int], there: np.ndarray, sampled: np.ndarray
) -> tuple[int, int] | None:
    """The cell at a place relative to another, or the next one clockwise that has data.

    None if there is none, or if a place that comes before it lies outside the grid: there, a
    larger grid might have data, and would give another neighbour.
    """
    for row, column in _clockwise(place):
        at = cell[0] + row, cell[1] + column
        if not (0 <= at[0] < there.shape[0] and 0 <= at[1] < there.shape[1]):
            return None
        if there[at] and not sampled[at]:
            return at
    return None


def _clockwise(place: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Places (rows south, columns east) of a square ring, clockwise from one of them."""
    row, column = place
    reach = max(abs(row), abs(column))
    for _ in range(8 * reach):
        yield row, column
        if row == -reach and column < reach:
            column += 1
        elif column == reach and row < reach:
            row += 1
        elif row == reach and column > -reach:
            column -= 1
        else:
            row -= 1


def _on_axes(
    lat: np.ndarray, lon: np.ndarray, resolution: float, **fields: np.ndarray
) -> xr.Dataset:
    area = cell_area(bounds_around(lat, resolution), bounds_around(lon, resolution))
    named = {name: (("lat", "lon"), values) for name, values in fields.items()}
    return xr.Dataset(
        {**named, "area": (("lat", "lon"), area)},
        coords={"lat": lat, "lon": lon},
        attrs={"resolution": resolution},
    )
