import numpy as np
import pytest
import xarray as xr

from paramscape.prepare.regrid import conservative, edges_of


def centres(low, high, step):
    return low + step * (np.arange(round((high - low) / step)) + 0.5)


def grid(south, north, west, east, step):
    return xr.Dataset(coords={"lat": centres(south, north, step), "lon": centres(west, east, step)})


def random_field(lat, lon, times=3, seed=0):
    values = np.random.default_rng(seed).uniform(0, 10, (times, lat.size, lon.size))
    axes = {"time": np.arange(times), "lat": lat, "lon": lon}
    return xr.DataArray(values, axes, ("time", "lat", "lon"), attrs={"units": "mm"}).to_dataset(
        name="rain"
    )


def overlap(source, source_step, target, target_step, measure):
    low = np.maximum(source[:, None] - source_step / 2, target - target_step / 2)
    high = np.minimum(source[:, None] + source_step / 2, target + target_step / 2)
    return np.where(high > low, measure(high) - measure(low), 0.0)


def sine(lat):
    return np.sin(np.radians(lat))


@pytest.mark.parametrize("step", [1 / 120, 0.05, 0.1, 0.125, 0.25, 0.5])
@pytest.mark.parametrize("target_step", [0.25, 1 / 12, 0.0625])
def test_a_cell_is_the_area_weighted_mean_of_what_it_covers(step, target_step):
    target = grid(31.5, 31.5 + 5 * target_step, 113.5, 113.5 + 6 * target_step, target_step)
    lat, lon = centres(31.5 - 2 * step, 33.5, step), centres(113.5 - 2 * step, 115.5, step)
    data = random_field(lat, lon)
    rows = overlap(lat, step, target.lat.values, target_step, sine)
    columns = overlap(lon, step, target.lon.values, target_step, lambda x: x)
    slow = np.einsum("tyx,yi,xj->tij", data.rain, rows / rows.sum(0), columns / columns.sum(0))
    np.testing.assert_allclose(conservative(data, target).rain, slow, rtol=1e-9)


@pytest.mark.parametrize(
    ("step", "target_step"), [(0.1, 0.25), (0.125, 0.25), (1 / 120, 0.25), (0.1, 0.2 / 1.7)]
)
def test_the_area_weighted_mean_of_the_domain_is_kept(step, target_step):
    target = grid(31.5, 33.5, 113.5, 115.5, target_step)
    data = random_field(centres(31.5, 33.5, step), centres(113.5, 115.5, step), times=1)
    result = conservative(data, target).rain

    def mean(field, width):
        half = width / 2
        area = sine(field.lat + half) - sine(field.lat - half)
        return float(field.weighted(area).mean())

    assert mean(result, target_step) == pytest.approx(mean(data.rain, step), rel=1e-6)


def test_coordinates_in_32_bits_do_not_move_the_cells():
    target = grid(31.5, 33.5, 113.5, 116.5, 0.25)
    data = random_field(centres(31, 34, 0.1), centres(113, 117, 0.1))
    rounded = data.assign_coords(lat=data.lat.astype("f4"), lon=data.lon.astype("f4"))
    expected = conservative(data, target).rain
    np.testing.assert_allclose(conservative(rounded, target).rain, expected, rtol=1e-9)


def test_a_constant_stays_constant_and_keeps_its_attributes():
    data = random_field(centres(31, 34, 0.1), centres(113, 117, 0.1)) * 0 + 4.25
    data.rain.attrs["units"] = "mm"
    result = conservative(data, grid(31.5, 33.5, 113.5, 116.5, 0.25)).rain
    np.testing.assert_allclose(result, 4.25, rtol=1e-12)
    assert result.attrs["units"] == "mm" and result.dims == ("time", "lat", "lon")


def test_the_direction_of_latitude_does_not_matter():
    target = grid(31.5, 33.5, 113.5, 116.5, 0.25)
    data = random_field(centres(31, 34, 0.1), centres(113, 117, 0.1))
    xr.testing.assert_allclose(
        conservative(data.isel(lat=slice(None, None, -1)), target), conservative(data, target)
    )


def test_missing_cells_leave_the_mean_of_the_rest():
    target = grid(31.5, 32.0, 113.5, 114.0, 0.25)
    data = random_field(centres(31.5, 32.0, 0.125), centres(113.5, 114.0, 0.125), times=1)
    data["rain"][0, 0, 0] = np.nan
    result = conservative(data, target, minimum_share=0.7).rain
    weight = np.diff(sine(np.array([31.5, 31.625, 31.75])))
    known = data.rain.values[0, :2, :2]
    expected = (known[0, 1] * weight[0] + known[1].sum() * weight[1]) / (weight[0] + 2 * weight[1])
    assert float(result[0, 0, 0]) == pytest.approx(expected, rel=1e-12)
    assert np.isnan(conservative(data, target, minimum_share=0.8).rain[0, 0, 0])
    assert np.isfinite(conservative(data, target, minimum_share=1.0).rain[0, 1:, 1:]).all()


def test_what_the_source_does_not_reach_is_missing():
    target = grid(31.5, 32.5, 113.5, 114.5, 0.25)
    data = random_field(centres(31.5, 32.0, 0.1), centres(113.5, 114.5, 0.1), times=1)
    result = conservative(data, target).rain[0]
    assert np.isfinite(result[:2]).all() and np.isnan(result[2:]).all()


def test_a_single_row_of_cells_is_not_the_whole_globe():
    data = random_field(centres(31, 34, 0.125), centres(113, 117, 0.125), times=1)
    whole = conservative(data, grid(31.5, 32.5, 113.5, 116.5, 0.25)).rain
    row = conservative(data, grid(31.75, 32.0, 113.5, 116.5, 0.25)).rain
    np.testing.assert_allclose(row[:, 0], whole[:, 1], rtol=1e-12)


def test_a_grid_of_one_cell_is_refused():
    data = random_field(centres(31, 34, 0.125), centres(113, 117, 0.125), times=1)
    with pytest.raises(ValueError, match="single cell"):
        conservative(data, grid(31.5, 31.75, 113.5, 113.75, 0.25))


def test_a_grid_that_differs_by_rounding_alone_is_the_same():
    target = grid(31.503, 33.003, -110.297, -108.797, 0.25)
    data = random_field(target.lat.values, target.lon.values)
    rounded = data.assign_coords(lat=data.lat.astype("f4"), lon=data.lon + 1e-4)
    np.testing.assert_allclose(conservative(rounded, target).rain, data.rain, rtol=1e-12)


def test_a_grid_that_is_shifted_by_half_a_cell_gives_means_of_neighbours():
    target = grid(31.5, 33.0, 113.5, 115.0, 0.25)
    lon = centres(113.375, 115.125, 0.25)
    data = random_field(target.lat.values, lon)
    halves = (data.rain.values[..., :-1] + data.rain.values[..., 1:]) / 2
    np.testing.assert_allclose(conservative(data, target).rain, halves, rtol=1e-9)


def test_a_grid_that_is_shifted_by_a_hundredth_of_a_cell_is_not_taken_for_the_same():
    target = grid(31.5, 33.0, 113.5, 115.0, 0.25)
    data = random_field(target.lat.values, target.lon.values + 0.0025)
    shares = 0.99 * data.rain.values[..., 1:6]  # of the cell that holds most of it
    shares += 0.01 * data.rain.values[..., 0:5]
    np.testing.assert_allclose(
        conservative(data, target, 0.5).rain.values[..., 1:6], shares, rtol=1e-9
    )


def test_a_coarser_grid_gives_each_cell_the_value_around_it():
    target = grid(31.5, 33.0, 113.5, 115.0, 0.25)
    data = random_field(centres(31.5, 33.0, 0.75), centres(113.5, 115.0, 0.75))
    expected = data.rain.values.repeat(3, axis=1).repeat(3, axis=2)
    np.testing.assert_allclose(conservative(data, target).rain, expected, rtol=1e-9)


def test_cells_beyond_a_partial_grid_are_missing():
    target = grid(31.5, 33.0, 113.5, 115.0, 0.25)
    data = random_field(target.lat.values[:4], target.lon.values[2:])
    found = conservative(data, target, 0.5).rain
    np.testing.assert_allclose(found[:, :4, 2:], data.rain, rtol=1e-12)
    assert np.isnan(found[:, 4:]).all() and np.isnan(found[:, :, :2]).all()


def test_a_single_cell_is_as_large_as_its_area():
    # A cell of 1/16 degree at 31.71875 N, where a degree of latitude has 111.195 km.
    side, lat = 0.0625, 31.71875
    area = (111_195 * side) ** 2 * np.cos(np.radians(lat))
    cell = xr.Dataset(
        {"area": (("lat", "lon"), [[area]])}, coords={"lat": [lat], "lon": [-110.03125]}
    )
    lat_edges, lon_edges = edges_of(cell)
    np.testing.assert_allclose(np.diff(lat_edges), side, rtol=1e-9)
    np.testing.assert_allclose(np.diff(lon_edges), side, rtol=1e-9)
    fine = xr.DataArray(
        np.arange(16.0).reshape(4, 4),
        {
            "lat": lat + (np.arange(4) - 1.5) * side / 4,
            "lon": -110.03125 + (np.arange(4) - 1.5) * side / 4,
        },
        ("lat", "lon"),
    )
    found = conservative(fine.to_dataset(name="x"), cell)["x"].values
    np.testing.assert_allclose(found, [[7.5]], rtol=1e-3)
    with pytest.raises(ValueError, match="add the variable `area`"):
        edges_of(cell.drop_vars("area"))
