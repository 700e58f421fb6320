"""Forcing files that VIC would run on with wrong numbers are refused with file, time and cell."""

import numpy as np
import pytest
import xarray as xr

from paramscape.vic.image import run_global

CASE = "walnut-gulch-daily"


def shifted(ds, name, record, value):
    broken = ds.copy(deep=True)
    broken[name].values[record, 1, 2] = value
    return broken


def with_units(ds, name, units):
    ds = ds.copy()
    ds[name].attrs["units"] = units
    return ds


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (
            lambda ds: ds.assign(tas=ds.tas + 273.15),
            r"VIC needs C, .* \(air_temp is tas of forcing.2008.nc\)",
        ),
        (lambda ds: ds.assign(pres=ds.pres * 1000), "VIC needs kPa, within 20 to 120"),
        (lambda ds: ds.assign(vp=ds.vp * 1000), "VIC needs kPa, within 0 to 15"),
        (lambda ds: shifted(ds, "prcp", 9, -1.0), "It is -1 at 2008-01-02 03:00:00 in cell"),
        (
            lambda ds: shifted(ds, "wind", 3, np.nan),
            r"forcing wind is missing at 2008-01-01 09:00:00 in cell \d+ \(latitude 31.*wind of f",
        ),
        (lambda ds: with_units(ds, "tas", "K"), "air_temp lies between .* VIC needs C, within"),
        (lambda ds: with_units(ds, "tas", "Pa"), "forcing.2008.nc: tas has the units 'Pa', from"),
        (lambda ds: with_units(ds, "vp", "%"), "vp has the units '%', from which there is no"),
        (lambda ds: ds.isel(lat=slice(None, None, -1)), "in the opposite order: reverse lat"),
        (lambda ds: ds.assign_coords(lon=ds.lon + 0.5), "its lon differs from the domain's"),
        (lambda ds: ds.isel(lon=slice(1, None)), "its lon has"),
        (lambda ds: ds.drop_vars("dlwrf"), "has no variable dlwrf"),
        (lambda ds: ds.drop_isel(time=[10]), "record of 2008-01-02 06:00:00 is missing; after 10"),
        (lambda ds: ds.isel(time=slice(0, 20)), "it has 20, up to 2008-01-03 09:00:00"),
        (lambda ds: ds.isel(time=slice(4, None)), "record of 2008-01-01 00:00:00 is missing"),
        (lambda ds: ds.isel(time=slice(0, None, 2)), "4 records a day; SNOW_STEPS_PER_DAY is 8"),
    ],
)
def test_broken_forcing_is_refused_where_it_is_broken(prepared, spoil, message):
    folder = prepared(CASE, ENDMONTH=1, ENDDAY=5)
    with xr.open_dataset("forcing.2008.nc") as ds:
        spoil(ds.isel(time=slice(0, 60)).load()).to_netcdf("new.nc")
    (folder / "new.nc").replace(folder / "forcing.2008.nc")
    with pytest.raises(ValueError, match=message):
        run_global("global.txt")
    assert not list(folder.glob("fluxes*"))


def test_another_calendar_is_refused(prepared):
    prepared(CASE, CALENDAR="NOLEAP", ENDMONTH=1, ENDDAY=5)
    with pytest.raises(
        ValueError, match="its calendar is 'proleptic_gregorian', CALENDAR is 'noleap'"
    ):
        run_global("global.txt")


def test_variables_may_come_from_two_sets_of_files(prepared):
    lines = ["OUTFILE f", "OUTVAR OUT_EVAP * OUT_TYPE_DOUBLE"]
    folder = prepared(CASE, lines, ENDMONTH=1, ENDDAY=4)
    (path,) = run_global("global.txt")
    together = path.read_bytes()
    with xr.open_dataset("forcing.2008.nc") as ds:
        year = ds.load()
    (folder / "forcing.2008.nc").unlink()
    year.drop_vars("wind").to_netcdf("forcing.2008.nc")
    year[["wind"]].rename(wind="speed").to_netcdf("second.2008.nc")
    text = (folder / "global.txt").read_text()
    text = text.replace("FORCE_TYPE WIND wind", "FORCING2 second.\nFORCE_TYPE WIND speed")
    (folder / "global.txt").write_text(text)
    (path,) = run_global("global.txt")
    assert path.read_bytes() == together
