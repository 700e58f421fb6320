"""Regridding to cells whose axes are not evenly spaced, and the roles of cells."""

import netCDF4
import numpy as np
import pytest
import xarray as xr

from paramscape.grid.cells import Cells
from paramscape.prepare.native_soil import cell_of_pixels
from paramscape.prepare.regrid import conservative
from paramscape.prepare.roles import with_roles
from paramscape.products.domain import read_domain
from paramscape.study import BlocksDomain, Grid, PointsDomain, RectangleDomain, Space

GRID = {"west": -100.0, "east": -98.0, "south": 40.0, "north": 42.0, "resolution": 0.125}
BLOCKS = BlocksDomain.model_validate(
    {"kind": "blocks", "grid": GRID, "block": 8, "neighbours": [[1, 1]]}
)


def native(step, seed=0, margin=0.5):
    lat = np.arange(40 - margin + step / 2, 42 + margin, step)
    lon = np.arange(-100 - margin + step / 2, -98 + margin, step)
    values = np.random.default_rng(seed).uniform(0, 10, (3, lat.size, lon.size))
    axes = {"time": np.arange(3), "lat": lat, "lon": lon}
    return xr.DataArray(values, axes, ("time", "lat", "lon")).to_dataset(name="rain")


@pytest.mark.parametrize("step", [0.03125, 0.05, 0.1, 0.125, 0.25])
def test_a_sampled_cell_has_the_mean_that_it_has_in_the_full_grid(step):
    domain, whole = read_domain(BLOCKS), read_domain(RectangleDomain(grid=Grid(**GRID)))
    data = native(step)
    found = conservative(data, domain)["rain"]
    full = conservative(data, whole)["rain"].sel(lat=domain.lat, lon=domain.lon)
    np.testing.assert_allclose(found, full, rtol=1e-4)
    assert found.dims == ("time", "lat", "lon") and "time" in found.coords


def test_a_cell_of_the_products_own_grid_is_taken_as_it_is():
    domain = read_domain(BLOCKS)
    data = native(0.125).astype("f4").assign_coords(time=[0, 1, 2])
    found = conservative(data, domain)["rain"]
    own = data["rain"].sel(lat=domain.lat, lon=domain.lon, method="nearest")
    np.testing.assert_array_equal(found.values.astype("f4"), own.values)


def test_missing_values_count_by_the_share_of_the_cell():
    domain, data = read_domain(BLOCKS), native(0.0625)
    row, column = (
        int(np.abs(data[a].values - domain[a].values[0]).argmin()) for a in ("lat", "lon")
    )
    data["rain"][0, row, column] = np.nan
    left = conservative(data, domain, minimum_share=0.5)["rain"]
    assert np.isfinite(left[0, 0, 0]) and np.isnan(conservative(data, domain)["rain"][0, 0, 0])
    assert int(np.isnan(conservative(data, domain)["rain"]).sum()) == 1


def test_cells_beyond_the_source_are_missing():
    far = native(0.125).sel(lat=slice(None, 41.5))
    found = conservative(far, read_domain(BLOCKS))["rain"]
    assert np.isnan(found.sel(lat=slice(41.6, None))).all()
    assert np.isfinite(found.sel(lat=slice(None, 41.4))).all()


def test_pixels_belong_to_the_cell_around_them():
    points = [
        {"name": "a", "latitude": 41.0, "longitude": -99.5},
        {"name": "b", "latitude": 41.05, "longitude": -98.5},
    ]
    domain = read_domain(
        PointsDomain.model_validate({"kind": "points", "points": points, "resolution": 0.125})
    )
    pixels = native(1 / 64).isel(time=0, drop=True)
    cell = cell_of_pixels(pixels, domain)
    for number, point in enumerate(points):
        inside = cell.where(cell == number, drop=True)
        assert inside.size == 64
        assert float(inside.lat.mean()) == pytest.approx(point["latitude"], abs=0.01)
        assert float(inside.lon.mean()) == pytest.approx(point["longitude"], abs=0.01)


def test_sampled_cells_learn_and_their_neighbours_are_scored():
    cells = Cells.of(with_roles(read_domain(BLOCKS), Space()))
    assert cells.count == 8 and cells.learners.sum() == 4 and cells.are_split
    domain = with_roles(read_domain(BLOCKS), Space())
    learns = domain.role.values == 1
    assert {*np.unique(domain.role)} == {0, 1, 2}
    rows, columns = np.nonzero(learns)
    north = (53 - domain.lat.values[rows]) / 0.125 - 0.5
    west = (domain.lon.values[columns] + 125) / 0.125 - 0.5
    assert (np.round(north) % 8 == 0).all() and (np.round(west) % 8 == 0).all()


def test_without_a_split_the_domain_has_no_role():
    for domain in (BLOCKS, RectangleDomain(grid=Grid(**GRID))):
        found = with_roles(read_domain(domain), Space(learn="all"))
        assert "role" not in found and "sampled" not in found
        assert Cells.of(found).learners.all() and not Cells.of(found).are_split


def test_cells_in_the_left_out_box_are_only_scored():
    domain = read_domain(RectangleDomain(grid=Grid(**GRID)))
    found = with_roles(domain, Space(leave_out=(-99.0, -98.0, 40.0, 41.0)))
    out = (found.role == 2).values
    assert out.sum() == 64 and out[:8, 8:].all()


def test_cells_that_a_file_marks_learn(tmp_path):
    path = tmp_path / "learn.nc"
    with netCDF4.Dataset(path, "w") as file:
        for axis, values in (
            ("lat", np.arange(40.25, 42, 0.5)),
            ("lon", np.arange(260.25, 262, 0.5)),
        ):
            file.createDimension(axis, values.size)
            file.createVariable(axis, "f8", (axis,))[:] = values
        mask = np.zeros((4, 4))
        mask[2:] = 1
        file.createVariable("v", "f4", ("lat", "lon"))[:] = mask
    learn = {"path": path, "variable": "v"}
    for domain in (BLOCKS, RectangleDomain(grid=Grid(**GRID))):
        found = with_roles(read_domain(domain), Space.model_validate({"learn": learn}))
        active = found["mask"] > 0
        north = (found.lat > 41).broadcast_like(active)
        assert (found.role.where(active) == 1).equals(active & north)


def test_a_domain_without_a_learner_is_refused():
    with pytest.raises(ValueError, match="none of the 8 active cells is learned from"):
        with_roles(read_domain(BLOCKS), Space(leave_out=(-101, -97, 39, 43)))
