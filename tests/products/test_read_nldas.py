"""NLDAS-2: the real granule, and days of granules cut from it."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import netCDF4
import numpy as np
import pytest

from paramscape.products import ProductError
from paramscape.products.bounding_box import Box
from paramscape.products.listing import Listing
from paramscape.products.nldas.files import path_of
from paramscape.products.nldas.read import read_forcing
from paramscape.products.nldas.records import read_file
from paramscape.study import NldasForcing, Period

USA = Box(-125.0, 25.0, -67.0, 53.0)
BOX = Box(-110.0, 31.5, -109.5, 32.0)
DAY = Period(start=date(1980, 7, 1), end=date(1980, 7, 1))
KEPT = ("Tair", "Qair", "PSurf", "Wind_E", "Wind_N", "LWdown", "SWdown", "Rainf")
Change = Callable[[datetime, dict[str, np.ndarray]], None]


@pytest.fixture
def granule(shared) -> Path:
    """A real granule of the product."""
    return shared / "samples" / "nldas" / "NLDAS_FORA0125_H.A19790101.1300.020.nc"


def _read(granule: Path, box: Box = USA):
    return read_file(granule, np.array(["1979-01-01T13"], "M8[ns]"), box).fields


@pytest.fixture
def day(granule, tmp_path) -> Callable[..., NldasForcing]:
    """A writer of a day of granules: 12 x 12 cells of the real one, changed by a function."""

    def write(change: Change | None = None, hours: int = 25) -> NldasForcing:
        settings = NldasForcing(product="nldas-2", folder=tmp_path)
        with netCDF4.Dataset(granule) as real:
            real.set_auto_maskandscale(False)
            for h in range(hours):
                time = datetime(1980, 7, 1) + timedelta(hours=h)
                _cut(real, path_of(settings, time, Listing()), time, change)
        return settings

    return write


def _cut(real: netCDF4.Dataset, path: Path, time: datetime, change: Change | None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows, columns = slice(48, 60), slice(116, 128)  # 31.06 to 32.44 N, 110.44 to 109.06 W
    values = {name: real[name][0, rows, columns] for name in KEPT}
    if change is not None:
        change(time, values)
    with netCDF4.Dataset(path, "w") as file:
        file.setncatts({name: real.getncattr(name) for name in ("shortname", "version")})
        for axis, part in (("time", slice(None)), ("lat", rows), ("lon", columns)):
            file.createDimension(axis, 1 if axis == "time" else 12)
            file.createVariable(axis, real[axis].dtype, (axis,))[:] = real[axis][part]
        file["time"].units = "hours since 1979-01-01 00:00:00"
        file["time"][:] = (time - datetime(1979, 1, 1)).total_seconds() / 3600
        for name, field in values.items():
            kind = {"fill_value": np.float32(-9999), "zlib": True}
            out = file.createVariable(name, "f4", ("time", "lat", "lon"), **kind)
            out.setncatts({"units": real[name].units, "missing_value": np.float32(-9999)})
            out[0] = field


def test_the_real_granule_has_the_extremes_that_its_header_gives(granule):
    fields = _read(granule)
    header = netCDF4.Dataset(granule)
    for name, variable, offset, factor in (
        ("tas", "Tair", 273.15, 1),
        ("pres", "PSurf", 0, 1000),
        ("dswrf", "SWdown", 0, 1),
        ("dlwrf", "LWdown", 0, 1),
        ("prcp", "Rainf", 0, 1),
        ("northward", "Wind_N", 0, 1),
    ):
        lowest, highest = header[variable].vmin, header[variable].vmax
        assert float(fields[name].min()) * factor + offset == pytest.approx(lowest, abs=0.02)
        assert float(fields[name].max()) * factor + offset == pytest.approx(highest, rel=1e-5)
    header.close()


def test_water_and_outside_are_missing_in_the_real_granule(granule):
    for field in _read(granule).values():
        assert field.shape == (1, 224, 464)
        assert int(field.isnull().sum()) == 23497


def test_the_rain_of_a_step_is_the_total_of_the_granule_at_its_end(day):
    def rising(time, values):
        values["Rainf"][:] = time.hour + 24 * (time.day - 1)
        values["SWdown"][:] = 10 * (time.hour + 24 * (time.day - 1))

    steps = read_forcing(day(rising), DAY, BOX)
    assert steps.sizes == {"time": 24, "lat": 6, "lon": 6}
    assert steps.time.values[0] == np.datetime64("1980-07-01T00")
    k = np.arange(24)
    np.testing.assert_allclose(steps.prcp[:, 2, 2], k + 1)
    np.testing.assert_allclose(steps.dswrf[:, 2, 2], 10 * k + 5)


def test_wind_speed_is_the_length_of_its_components_and_vapour_comes_from_humidity(day):
    def blow(time, values):
        values["Wind_E"][:], values["Wind_N"][:] = -3, 4
        values["Qair"][:], values["PSurf"][:] = 0.003, 90000

    steps = read_forcing(day(blow), DAY, BOX)
    np.testing.assert_allclose(steps.wind, 5.0)
    np.testing.assert_allclose(steps.vp, 0.003 * 90 / (0.622 + 0.378 * 0.003), rtol=1e-5)


def test_a_record_that_ends_with_the_data_repeats_the_last_granule(day):
    settings = day(lambda t, v: v["Rainf"].fill(t.hour), hours=24)
    assert float(read_forcing(settings, DAY, BOX).prcp[-1, 0, 0]) == 23
    with pytest.raises(ProductError, match=r"does not exist[\s\S]*A19800702\.0000"):
        read_forcing(settings, DAY, BOX, ends_record=False)


def test_a_missing_granule_is_named(day):
    settings = day()
    path_of(settings, datetime(1980, 7, 1, 5), Listing()).unlink()
    with pytest.raises(ProductError, match=r"does not exist[\s\S]*A19800701\.0500\.020\.nc"):
        read_forcing(settings, DAY, BOX)


def test_a_gap_is_named_with_file_time_and_cell(day):
    def hole(time, values):
        if time.hour == 7:
            values["Tair"][6, 6] = -9999

    with pytest.raises(ProductError) as error:
        read_forcing(day(hole), DAY, BOX)
    for part in ("A19800701.0700.020.nc", "tas", "1980-07-01 07:00", "lat 31.8125, lon -109.688"):
        assert part in str(error.value)


def test_a_granule_of_another_hour_is_refused(day):
    settings = day()
    wrong = path_of(settings, datetime(1980, 7, 1, 5), Listing())
    wrong.write_bytes(path_of(settings, datetime(1980, 7, 1, 6), Listing()).read_bytes())
    with pytest.raises(ProductError, match=r"1980-07-01 05:00[\s\S]*A19800701\.0500"):
        read_forcing(settings, DAY, BOX)


def test_file_b_is_refused(day):
    settings = day()
    with netCDF4.Dataset(path_of(settings, datetime(1980, 7, 1), Listing()), "a") as file:
        file.shortname = "NLDAS_FORB0125_H_2.0"
    with pytest.raises(ProductError, match="FORB0125"):
        read_forcing(settings, DAY, BOX)
