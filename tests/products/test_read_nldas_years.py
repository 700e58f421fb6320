"""NLDAS-2 in yearly files: the same steps as from granules, some days at a time, sampled cells."""

from datetime import date, datetime, timedelta
from pathlib import Path

import netCDF4
import numpy as np
import pytest
import xarray as xr

from paramscape.prepare.forcing import prepare_forcing
from paramscape.products import ProductError
from paramscape.products.bounding_box import Box
from paramscape.products.listing import Listing
from paramscape.products.nldas import read
from paramscape.products.nldas.files import forcing_files, path_of, year_path
from paramscape.products.nldas.read import read_forcing
from paramscape.study import NldasForcing, Period

LAT, LON = 31.0625 + 0.125 * np.arange(12), -110.4375 + 0.125 * np.arange(16)
BOX = Box(-110.0, 31.5, -109.5, 32.0)
TURN = Period(start=date(1999, 12, 17), end=date(2000, 1, 12))
EPOCH = datetime(1979, 1, 1)


def values_at(hours: np.ndarray) -> dict[str, np.ndarray]:
    """Weather (time, lat, lon) that differs from hour to hour and cell to cell."""
    cell = np.arange(LAT.size)[:, None] * 0.01 + np.arange(LON.size) * 0.03
    course = (np.sin(hours * 0.26) + 0.01 * (hours % 500))[:, None, None]
    rain = np.where(hours[:, None, None] % 7 == 0, 1.5 + cell, 0.0)
    return {
        "Tair": 285 + course + cell, "Qair": 0.004 + 0 * course + 1e-4 * cell,
        "PSurf": 90000 + 100 * course + cell, "Wind_E": 2 + 0.1 * course + cell,
        "Wind_N": 1 + 0.2 * course + cell, "LWdown": 300 + course + cell,
        "SWdown": 100 + 10 * course + cell, "Rainf": rain,
    }  # fmt: skip


UNITS = {"Tair": "K", "Qair": "kg kg-1", "PSurf": "Pa", "Wind_E": "m s-1", "Wind_N": "m s-1"}
UNITS |= {"LWdown": "W m-2", "SWdown": "W m-2", "Rainf": "kg m-2"}


def write(path: Path, first: datetime, count: int) -> None:
    """Write `count` hourly records as one file."""
    hours = (first - EPOCH) / timedelta(hours=1) + np.arange(count)
    path.parent.mkdir(parents=True, exist_ok=True)
    with netCDF4.Dataset(path, "w") as file:
        file.shortname = "NLDAS_FORA0125_H_2.0"
        for axis, values in (("time", hours), ("lat", LAT), ("lon", LON)):
            file.createDimension(axis, values.size)
            file.createVariable(axis, "f8", (axis,))[:] = values
        file["time"].units = "hours since 1979-01-01 00:00:00"
        for name, field in values_at(hours).items():
            out = file.createVariable(name, "f4", ("time", "lat", "lon"), fill_value=-9999.0)
            out.units = UNITS[name]
            out[:] = field


@pytest.fixture
def years(tmp_path) -> NldasForcing:
    """Files of 1999 and 2000 with the hours of the turn of the year."""
    settings = NldasForcing(product="nldas-2", folder=tmp_path, layout="yearly")
    write(year_path(settings, 1999, Listing()), datetime(1999, 12, 17), 15 * 24)
    write(year_path(settings, 2000, Listing()), datetime(2000, 1, 1), 13 * 24)
    return settings


@pytest.fixture
def granules(tmp_path) -> NldasForcing:
    """Granules of five of these days."""
    settings = NldasForcing(product="nldas-2", folder=tmp_path / "granules")
    for k in range(5 * 24 + 1):
        hour = datetime(1999, 12, 29) + timedelta(hours=k)
        write(path_of(settings, hour, Listing()), hour, 1)
    return settings


def changed(settings: NldasForcing, **values) -> NldasForcing:
    return settings.model_copy(update=values)


def sampled_domain() -> xr.Dataset:
    """Cells 2 and 10 of both axes."""
    lat, lon = LAT[[2, 10]], LON[[2, 10]]
    mask = xr.DataArray(np.array([[1, 1], [0, 1]]), {"lat": lat, "lon": lon}, ("lat", "lon"))
    area = xr.full_like(mask, 1.6e8, float)
    return xr.Dataset({"mask": mask, "area": area}, attrs={"resolution": 0.125})


def test_steps_from_yearly_files_are_those_from_granules(years, granules):
    days = Period(start=date(1999, 12, 29), end=date(2000, 1, 2))
    in_years, in_granules = (
        read_forcing(s, days, BOX, ends_record=False) for s in (years, granules)
    )
    assert in_years.sizes["time"] == 5 * 24
    xr.testing.assert_identical(in_years, in_granules)


@pytest.mark.parametrize("days", [1, 3, 400])
def test_steps_do_not_depend_on_how_many_days_are_read_at_once(years, monkeypatch, days):
    expected = read_forcing(years, TURN, BOX)
    monkeypatch.setattr(read, "PIECE_DAYS", days)
    xr.testing.assert_identical(read_forcing(years, TURN, BOX), expected)


@pytest.mark.parametrize("steps", [8, 4])
def test_longer_steps_are_means_and_totals_of_hours(years, steps):
    hourly = read_forcing(years, TURN, BOX)
    joined = read_forcing(changed(years, steps_per_day=steps), TURN, BOX)
    count = 24 // steps
    assert joined.attrs["step_hours"] == count and joined.sizes["time"] == 27 * steps
    np.testing.assert_array_equal(joined["time"], hourly["time"].values[::count])
    for name in ("tas", "vp", "wind", "dswrf"):
        means = hourly[name].values.reshape(-1, count, 6, 6).mean(axis=1)
        np.testing.assert_allclose(joined[name], means, rtol=1e-6)
    totals = hourly["prcp"].values.reshape(-1, count, 6, 6).sum(axis=1)
    np.testing.assert_allclose(joined["prcp"], totals, rtol=1e-6)


def test_of_sampled_cells_their_own_rows_and_columns_are_read(years):
    found = read_forcing(years, TURN, Box.of(sampled_domain()))
    np.testing.assert_allclose(found["lat"], LAT[[2, 10]])
    np.testing.assert_allclose(found["lon"], LON[[2, 10]])
    assert found.attrs["resolution"] == 0.125
    whole = read_forcing(years, TURN, Box(-110.5, 31, -108.5, 32.5))
    np.testing.assert_array_equal(found["tas"], whole["tas"].sel(lat=found.lat, lon=found.lon))


def test_the_forcing_of_a_sampled_cell_is_that_of_its_own_native_cell(years):
    found = prepare_forcing(years, TURN, sampled_domain(), 24, ends_record=True)
    whole = read_forcing(years, TURN, Box(-110.5, 31, -108.5, 32.5))
    native = whole["tas"].sel(lat=found.lat, lon=found.lon)
    np.testing.assert_allclose(found["tas"].values[:, 1, 1], native[:, 1, 1], rtol=1e-6)
    assert np.isnan(found["tas"].values[:, 1, 0]).all()


def test_a_sampled_cell_between_native_cells_is_their_mean(years):
    shifted = sampled_domain().assign_coords(lon=LON[[2, 10]] + 0.0625)
    found = prepare_forcing(years, TURN, shifted, 24, ends_record=True)
    whole = read_forcing(years, TURN, Box(-110.5, 31, -108.5, 32.5))
    west, east = (whole["prcp"].isel(lat=2, lon=k).values for k in (2, 3))
    np.testing.assert_allclose(found["prcp"].values[:, 0, 0], (west + east) / 2, rtol=1e-6)


def test_the_step_at_the_turn_of_the_year_takes_the_next_years_first_record(years):
    december = Period(start=date(1999, 12, 31), end=date(1999, 12, 31))
    found = read_forcing(years, december, BOX, ends_record=False)
    midnight = (datetime(2000, 1, 1) - EPOCH) / timedelta(hours=1)
    cell = values_at(np.array([midnight]))["Rainf"][0, 6, 6]
    assert float(found["prcp"].sel(lat=LAT[6], lon=LON[6])[-1]) == pytest.approx(cell)
    files = list(forcing_files(years, december, Listing()))
    assert [(f.path.name[18:22], f.closes_record) for f in files] == [("1999", 0), ("2000", 1)]


def test_a_record_that_ends_with_the_data_repeats_the_last(years):
    found = read_forcing(years, Period(start=date(2000, 1, 5), end=date(2000, 1, 13)), BOX)
    assert found.sizes["time"] == 9 * 24
    before, last = found["tas"].values[-2], found["tas"].values[-1]
    assert not np.array_equal(before, last)
    year_path(years, 2000, Listing()).unlink()
    alone = read_forcing(years, Period(start=date(1999, 12, 20), end=date(1999, 12, 31)), BOX)
    assert alone.sizes["time"] == 12 * 24
    with pytest.raises(ProductError, match=r"does not exist[\s\S]*A2000\.020\.nc"):
        read_forcing(years, TURN, BOX)


def test_hours_that_a_yearly_file_lacks_are_named(years):
    early = Period(start=date(1999, 12, 15), end=date(1999, 12, 20))
    with pytest.raises(ProductError, match=r"records are missing, the first at 1999-12-15 00:00"):
        read_forcing(years, early, BOX)


def test_a_truncated_yearly_file_is_refused(years):
    path = year_path(years, 1999, Listing())
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(ProductError, match="fetch the file again"):
        read_forcing(years, TURN, BOX)


def test_years_on_different_grids_are_refused(years):
    with netCDF4.Dataset(year_path(years, 2000, Listing()), "a") as file:
        file["lat"][:] = LAT + 0.01
    with pytest.raises(ProductError, match="its grid differs from that of the first"):
        read_forcing(years, TURN, BOX)


def test_a_cell_that_lacks_whole_pieces_is_named(years):
    with netCDF4.Dataset(year_path(years, 1999, Listing()), "a") as file:
        for name in UNITS:
            file[name][:, 6, 6] = -9999
    with pytest.raises(ProductError, match="no value at some times"):
        read_forcing(years, TURN, BOX)
