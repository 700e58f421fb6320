"""Fields on the grid and values in active cells are the same numbers in two shapes."""

import numpy as np
import pytest
import xarray as xr

from paramscape.grid.cells import Cells

MASK = np.array([[True, False, True], [False, True, True]])
CELLS = Cells(MASK, np.array([30.0, 30.25]), np.array([110.0, 110.25, 110.5]))


def test_values_scattered_and_gathered_return() -> None:
    values = np.arange(8.0).reshape(2, 4)
    assert (CELLS.gather(CELLS.scatter(values, ("time",))) == values).all()


def test_cells_outside_the_domain_are_missing() -> None:
    assert np.isnan(CELLS.scatter(np.ones(4)).values[~MASK]).all()


def test_the_order_of_dimensions_does_not_matter() -> None:
    field = CELLS.scatter(np.arange(8.0).reshape(2, 4), ("time",)).transpose("lon", "time", "lat")
    assert (CELLS.gather(field) == np.arange(8.0).reshape(2, 4)).all()


def test_active_cells_count_in_row_major_order() -> None:
    domain = xr.Dataset(
        {"mask": (("lat", "lon"), MASK.astype(int))},
        coords={"lat": CELLS.lat, "lon": CELLS.lon},
    )
    assert Cells.of(domain).flat_index.tolist() == [0, 2, 4, 5]


def test_a_field_on_another_grid_is_refused() -> None:
    field = CELLS.scatter(np.ones(4)).assign_coords(lat=[31.0, 31.25])
    with pytest.raises(ValueError, match=r"is not the domain's grid"):
        CELLS.gather(field)
