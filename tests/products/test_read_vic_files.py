"""VIC's own files: real cases, and inputs that VIC itself would take in silence."""

from datetime import date

import numpy as np
import pytest
import xarray as xr

from paramscape.products import ProductError
from paramscape.products.bounding_box import Box
from paramscape.products.domain import read_domain
from paramscape.products.vic_domain import read_vic_domain
from paramscape.products.vic_forcing.read import read_forcing
from paramscape.study import Period, VicDomain, VicForcing
from paramscape.study.quantities import FORCINGS, UNITS

LAT, LON = np.array([31.5, 31.75, 32.0]), np.array([113.5, 113.75])
BOX = Box(113.375, 31.375, 113.875, 32.125)
DAYS = Period(start=date(2009, 1, 1), end=date(2009, 1, 3))
MILD = {"tas": 9.0, "prcp": 0.5, "pres": 99.0, "dswrf": 120.0, "dlwrf": 280.0, "vp": 0.8, "wind": 2}


def _on_grid(steps: xr.Dataset, domain: xr.Dataset) -> xr.Dataset:
    axes = {axis: domain[axis] for axis in ("lat", "lon")}
    return steps.reindex(axes, method="nearest", tolerance=1e-3)


@pytest.fixture
def forcing(tmp_path):
    """A writer of a VIC forcing file of three days from changes to mild weather."""

    def write(change=None, encoding=None, names=None) -> VicForcing:
        time = np.datetime64("2009-01-01", "ns") + np.arange(24) * np.timedelta64(3, "h")
        data = {
            name: (
                ("time", "lat", "lon"),
                np.full((24, 3, 2), MILD[name], "f4"),
                {"units": UNITS[name]},
            )
            for name in FORCINGS
        }
        dataset = xr.Dataset(data, coords={"time": time, "lat": LAT, "lon": LON})
        if change is not None:
            dataset = change(dataset)
        dataset = dataset.rename(names or {})
        dataset.to_netcdf(tmp_path / "forcing.2009.nc", encoding=encoding)
        return VicForcing(product="vic", prefix=tmp_path / "forcing.", names=names or {})

    return write


@pytest.mark.parametrize(
    ("case", "year"), [("walnut-gulch-3hourly", 2008), ("findley-lake-3hourly", 1971)]
)
def test_real_cases_keep_the_numbers_of_their_files(shared, case, year):
    folder = shared / "vic-reference" / case
    domain = read_domain(VicDomain(kind="vic", path=folder / "domain.nc"))
    settings = VicForcing(product="vic", prefix=folder / "forcing.")
    period = Period(start=date(year, 1, 1), end=date(year, 12, 31))
    steps = _on_grid(read_forcing(settings, period, Box.of(domain)), domain)
    with xr.open_dataset(folder / f"forcing.{year}.nc") as raw:
        for name in FORCINGS:
            np.testing.assert_allclose(
                steps[name], raw[name].transpose(*steps[name].dims), atol=1e-5
            )
        assert steps.step_hours == 3 and steps.sizes["time"] == raw.sizes["time"]


def test_inactive_cells_of_a_real_case_stay_missing(shared):
    folder = shared / "vic-reference" / "stehekin-hourly-bands"
    domain = read_vic_domain(folder / "domain.nc")
    assert int(domain.mask.sum()) == 16
    settings = VicForcing(product="vic", prefix=folder / "forcing.")
    period = Period(start=date(1949, 1, 1), end=date(1949, 1, 10))
    steps = read_forcing(settings, period, Box.of(domain))
    assert steps.step_hours == 1
    inactive = _on_grid(steps, domain).tas.isnull().all("time")
    np.testing.assert_array_equal(inactive, domain.mask == 0)


def test_flipped_latitude_is_turned_with_its_data(forcing):
    def flip(dataset):
        dataset["tas"] = dataset["tas"] + xr.DataArray([0.0, 1.0, 2.0], dims="lat")
        dataset["tas"].attrs["units"] = "C"
        return dataset.isel(lat=slice(None, None, -1)).astype("f4")

    steps = read_forcing(forcing(flip), DAYS, BOX)
    np.testing.assert_allclose(steps.tas.isel(time=0, lon=0), [9, 10, 11])


def test_packed_kelvin_and_pascal_are_turned_into_vics_units(forcing):
    def other(dataset):
        dataset["tas"] = (dataset["tas"] + 273.15).assign_attrs(units="K")
        dataset["pres"] = (dataset["pres"] * 1000).assign_attrs(units="Pa")
        return dataset

    packing = {"dtype": "i2", "scale_factor": 0.01, "add_offset": 250.0, "_FillValue": -32767}
    steps = read_forcing(forcing(other, {"tas": packing}), DAYS, BOX)
    np.testing.assert_allclose(steps.tas, 9.0, atol=6e-3)
    np.testing.assert_allclose(steps.pres, 99.0, rtol=1e-6)


def test_other_names_are_mapped(forcing):
    names = {"tas": "AIR_TEMP", "prcp": "PREC"}
    np.testing.assert_allclose(read_forcing(forcing(names=names), DAYS, BOX).tas, 9.0)


@pytest.mark.parametrize(
    ("units", "factor"), [("mm", 1), ("kg m-2", 1), ("mm/day", 8), ("kg m-2 s-1", 1 / 10800)]
)
def test_rain_may_be_a_rate(forcing, units, factor):
    def rate(dataset):
        dataset["prcp"] = (dataset["prcp"] * factor).assign_attrs(units=units)
        return dataset

    np.testing.assert_allclose(read_forcing(forcing(rate), DAYS, BOX).prcp, 0.5, rtol=1e-6)


def test_the_history_of_a_run_is_the_forcing_of_another(forcing):
    names = {"tas": "OUT_AIR_TEMP", "prcp": "OUT_PREC", "pres": "OUT_PRESSURE", "vp": "OUT_VP",
             "dswrf": "OUT_SWDOWN", "dlwrf": "OUT_LWDOWN", "wind": "OUT_WIND"}  # fmt: skip
    for calendar in ("standard", "proleptic_gregorian"):
        since = {"time": {"calendar": calendar, "units": "days since 0001-01-01", "dtype": "f8"}}
        steps = read_forcing(forcing(encoding=since, names=names), DAYS, BOX)
        assert steps.time.values[0] == np.datetime64("2009-01-01") and steps.sizes["time"] == 24
        np.testing.assert_allclose(steps.tas, 9.0)


def _cell(dataset, name, value):
    dataset[name][10, 1, 1] = value
    return dataset


def _spell(dataset, name, units):
    dataset[name].attrs["units"] = units
    return dataset


PLACE = ("time 2009-01-02 06:00", "cell (lat 31.75, lon 113.75)", "forcing.2009.nc")


@pytest.mark.parametrize(
    ("change", "parts"),
    [
        (lambda d: _cell(d, "tas", 282.0), ("holds kelvin but says Celsius", "tas", *PLACE)),
        (lambda d: _cell(d, "pres", 99000.0), ("holds Pa (or hPa) but says kPa", "pres", *PLACE)),
        (lambda d: _cell(d, "vp", 2.0), ("% of saturation", "vp", *PLACE)),
        (lambda d: _cell(d, "prcp", -1.0), ("negative rain", "prcp", *PLACE)),
        (lambda d: _cell(d, "dlwrf", np.nan), ("no value at some times", "dlwrf", *PLACE)),
        (lambda d: _spell(d, "dswrf", "J m-2"), ("'J m-2'", "dswrf", "forcing.2009.nc")),
        (
            lambda d: d.isel(time=[*range(9), *range(12, 24)]),
            ("3 of 24 records", "2009-01-02 03:00"),
        ),
        (lambda d: d.isel(time=slice(0, 20)), ("4 of 24 records", "2009-01-03 12:00")),
        (lambda d: d.drop_vars("wind"), ("has no variable 'wind'", "variable: wind")),
    ],
)
def test_bad_forcing_is_refused_with_its_place(forcing, change, parts):
    with pytest.raises(ProductError) as error:
        read_forcing(forcing(change), DAYS, BOX)
    for part in parts:
        assert part in str(error.value)


def test_a_calendar_without_real_days_is_refused(forcing):
    encoding = {"time": {"calendar": "noleap", "units": "hours since 2009-01-01"}}
    with pytest.raises(ProductError, match="noleap"):
        read_forcing(forcing(encoding=encoding), DAYS, BOX)


def test_a_missing_year_is_named(tmp_path):
    settings = VicForcing(product="vic", prefix=tmp_path / "forcing.")
    with pytest.raises(ProductError, match=r"forcing\.2009\.nc"):
        read_forcing(settings, DAYS, BOX)
