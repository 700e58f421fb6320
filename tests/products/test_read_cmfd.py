"""CMFD: what a record means, how it is packed, and what is refused."""

from datetime import date

import numpy as np
import pytest

from paramscape.products import ProductError
from paramscape.products.bounding_box import Box
from paramscape.products.cmfd import read
from paramscape.products.cmfd.read import read_forcing
from paramscape.products.forcing import looks_at_forcing
from paramscape.study import CmfdForcing, Period

START = (date(2009, 1, 30) - date(1900, 1, 1)).days * 24


def _settings(cmfd, **others) -> CmfdForcing:
    return CmfdForcing(product=cmfd.product, folder=cmfd.folder, **others)


def _rising(first: float, step: float):
    return lambda hours: first + step * (hours - START) / 3


def test_a_step_takes_the_rain_of_the_record_at_its_end_and_the_mean_of_both_ends(
    cmfd, box, two_days
):
    cmfd.values = {
        "prec": lambda h: 0.0025 * np.clip((h - START) / 3 + 1, 0, None),
        "srad": _rising(100, 1),
        "lrad": _rising(300, 1),
        "temp": _rising(280, 0.02),
        "wind": _rising(3, 0.004),
    }
    steps = read_forcing(_settings(cmfd.write("200901", "200902")), two_days, box)
    k = np.arange(16)
    middle = steps.isel(lat=2, lon=2)
    np.testing.assert_allclose(middle.prcp, 3 * 0.0025 * (k + 2), atol=1e-5)
    np.testing.assert_allclose(middle.dswrf, 100 + k + 0.5, atol=1e-3)
    np.testing.assert_allclose(middle.dlwrf, 300 + k + 0.5, atol=1e-3)
    np.testing.assert_allclose(middle.tas, 280 - 273.15 + 0.02 * (k + 0.5), atol=1e-3)
    np.testing.assert_allclose(middle.wind, 3 + 0.004 * (k + 0.5), atol=1e-4)
    assert steps.time.values[0] == np.datetime64("2009-01-30T00")
    assert steps.time.values[-1] == np.datetime64("2009-01-31T21")


def test_pressure_and_vapour_pressure_come_in_kilopascal(cmfd, box, two_days):
    steps = read_forcing(_settings(cmfd.write("200901")), two_days, box)
    np.testing.assert_allclose(steps.pres, 99.0, rtol=1e-6)
    np.testing.assert_allclose(steps.vp, 0.006 * 99 / (0.622 + 0.378 * 0.006), rtol=1e-5)
    assert {n: v.attrs["units"] for n, v in steps.items()} == {
        "tas": "C",
        "prcp": "mm",
        "pres": "kPa",
        "dswrf": "W m-2",
        "dlwrf": "W m-2",
        "vp": "kPa",
        "wind": "m s-1",
    }


def test_both_versions_give_the_same_water(cmfd, box, two_days, tmp_path):
    hourly = read_forcing(_settings(cmfd.write("200901")), two_days, box)
    newer = type(cmfd)(tmp_path / "v2", "cmfd-v2.0").write("200901")
    secondly = read_forcing(_settings(newer), two_days, box)
    for name in hourly:
        np.testing.assert_allclose(secondly[name], hourly[name], rtol=2e-5, atol=1e-5)


@pytest.mark.parametrize(
    "spelling",
    [
        "{lower}/{v}_ITPCAS-CMFD_V0106_B-01_03hr_010deg_{m}.nc",
        "{v}_CMFD_V0106_B-01_03hr_010deg_{m}.nc",
        "Data_forcing_03hr_010deg/{proper}/{v}_CMFD_V0106_B-01_03hr_010deg_{m}.nc",
    ],
)
def test_copies_under_other_names_and_folders_are_found(cmfd, box, two_days, spelling):
    cmfd.spell = lambda v, m: spelling.format(v=v, m=m, lower=v.lower(), proper=v.capitalize())
    steps = read_forcing(_settings(cmfd.write("200901")), two_days, box)
    assert steps.sizes == {"time": 16, "lat": 5, "lon": 5}


def test_native_cells_around_the_box_have_clean_centres(cmfd, box, two_days):
    steps = read_forcing(_settings(cmfd.write("200901")), two_days, box)
    np.testing.assert_array_equal(steps.lon, [113.65, 113.75, 113.85, 113.95, 114.05])
    np.testing.assert_array_equal(steps.lat, [31.65, 31.75, 31.85, 31.95, 32.05])


def test_a_record_that_ends_with_the_data_repeats_its_last_record(cmfd, box, two_days):
    cmfd.values = {"srad": _rising(100, 1), "prec": lambda h: 0.0025 * ((h - START) / 3 % 16)}
    steps = read_forcing(_settings(cmfd.write("200901")), two_days, box).isel(lat=2, lon=2)
    assert float(steps.dswrf[-1]) == 115.0
    assert float(steps.dswrf[-2]) == 114.5
    np.testing.assert_allclose(steps.prcp[-2:], 3 * 0.0025 * 15, atol=1e-5)


def test_a_record_that_goes_on_needs_the_following_month(cmfd, box, two_days):
    with pytest.raises(ProductError, match=r"does not exist[\s\S]*_200902\.nc"):
        read_forcing(_settings(cmfd.write("200901")), two_days, box, ends_record=False)


def test_years_join_without_a_seam(cmfd, box):
    cmfd.values = {"srad": lambda h: 100 + (h / 3 % 40)}
    cmfd.write("200812", "200901")
    whole = Period(start=date(2008, 12, 31), end=date(2009, 1, 1))
    parts = [Period(start=d, end=d) for d in (whole.start, whole.end)]
    settings = _settings(cmfd)
    joined = np.concatenate([read_forcing(settings, p, box).dswrf for p in parts])
    np.testing.assert_array_equal(joined, read_forcing(settings, whole, box).dswrf)


def test_cells_without_any_value_are_outside_and_stay_missing(cmfd, two_days):
    steps = read_forcing(
        _settings(cmfd.write("200901")), two_days, Box(113.25, 31.75, 113.75, 32.0)
    )
    assert steps.tas.isel(lon=0).isnull().all()
    assert steps.tas.isel(lon=-1).notnull().all()


def test_huge_values_are_missing_even_without_a_fill_attribute(cmfd, box, two_days):
    cmfd.product = "cmfd-v2.0"
    cmfd.write("200901")
    sea = np.zeros((10, 12), bool)
    sea[5, 5] = True
    cmfd.values = {"temp": lambda h: np.where(sea, 3e20, np.full((h.size, 10, 12), 285.0))}
    cmfd.write_one("temp", "200901")
    tas = read_forcing(_settings(cmfd), two_days, box).tas
    assert int(tas.isnull().sum()) == 16


def _refused(cmfd, two_days, box, *parts, **settings):
    with pytest.raises(ProductError) as error:
        read_forcing(_settings(cmfd, **settings), two_days, box)
    message = str(error.value)
    for part in parts:
        assert part in message, message


CELL = "cell (lat 31.85, lon 113.85)"
TIME = "time 2009-01-31 15:00"


def test_a_missing_month_is_named(cmfd, box, two_days):
    cmfd.write("200901").path("shum", "200901").unlink()
    _refused(cmfd, two_days, box, "does not exist", "shum_CMFD_V0106_B-01_03hr_010deg_200901.nc")


def test_a_truncated_file_is_named(cmfd, box, two_days):
    path = cmfd.write("200901").path("wind", "200901")
    path.write_bytes(path.read_bytes()[:20000])
    _refused(cmfd, two_days, box, "cannot be opened", str(path), "truncated or corrupt")


def test_a_damaged_record_is_named_with_its_time(cmfd, box, two_days):
    cmfd.values = {"temp": lambda h: 280 + (h % 7)[:, None, None] * np.ones((10, 12))}
    path = cmfd.write("200901").path("temp", "200901")
    content = bytearray(path.read_bytes())
    tail = int(len(content) * 0.97)
    content[tail - 2000 : tail] = b"\x55" * 2000
    path.write_bytes(content)
    with pytest.raises(ProductError) as error:
        read_forcing(_settings(cmfd), Period(start=date(2009, 1, 1), end=two_days.end), box)
    message = str(error.value)
    assert "cannot be read" in message and str(path) in message
    assert "variable: temp" in message and "time 2009-01-" in message


def test_a_gap_in_one_cell_is_named(cmfd, box, two_days):
    cmfd.spoil("srad", np.nan)
    _refused(cmfd, two_days, box, "no value at some times", "dswrf", TIME, CELL, "srad_CMFD")


def test_celsius_under_the_name_of_kelvin_is_refused(cmfd, box, two_days):
    cmfd.spoil("temp", 11.85)
    _refused(cmfd, two_days, box, "holds Celsius but says kelvin", "'K'", "tas", TIME, CELL)


def test_kelvin_under_the_name_of_celsius_is_refused(cmfd, box, two_days):
    cmfd.units = {"temp": "degC"}
    cmfd.write("200901")
    _refused(cmfd, two_days, box, "holds kelvin but says Celsius", "temp_CMFD", "time 2009-01-30")


def test_supersaturated_air_is_refused_unless_the_study_allows_it(cmfd, box, two_days):
    cmfd.spoil("shum", 0.0095)
    _refused(cmfd, two_days, box, "% of saturation", "vp", TIME, CELL, "shum_CMFD")
    read_forcing(_settings(cmfd, supersaturation=0.2), two_days, box)


def test_air_saturated_to_within_rounding_is_accepted(cmfd, box, two_days):
    saturation = 0.61078 * np.exp(17.269 * 11.85 / (237.3 + 11.85))
    cmfd.spoil("shum", 0.622 * saturation / (99 - 0.378 * saturation))
    read_forcing(_settings(cmfd), two_days, box)


def test_negative_rain_is_refused(cmfd, box, two_days):
    cmfd.spoil("prec", -0.5)
    _refused(cmfd, two_days, box, "negative rain", "prcp", TIME, CELL, "prec_CMFD")


def test_rain_in_millimetres_an_hour_cannot_pass_as_millimetres_a_second(cmfd, box, two_days):
    cmfd.units = {"prec": "kg m-2 s-1"}
    cmfd.write("200901")
    _refused(cmfd, two_days, box, "factor 3600", "prec_CMFD", "'kg m-2 s-1'", "time 2009-01-30")


def test_an_unknown_unit_stops(cmfd, box, two_days):
    cmfd.units = {"pres": "psi"}
    cmfd.write("200901")
    _refused(cmfd, two_days, box, "'psi'", "variable: pres", "pres_CMFD", "hPa")


def test_a_grid_that_does_not_reach_the_domain_is_refused(cmfd, two_days):
    cmfd.write("200901")
    _refused(cmfd, two_days, Box(60.0, 31.0, 72.0, 32.0), "covers lon 70 to 140", "60", "_CMFD_")


def test_missing_repeated_and_disordered_records_are_refused(cmfd, box, two_days):
    cmfd.write("200901")
    whole = START + 3 * (np.arange(248) - 232)
    cmfd.write_one("temp", "200901", np.delete(whole, 10))
    _refused(cmfd, two_days, box, "1 of 248 records are missing", "time 2009-01-02 06:00")
    cmfd.write_one("temp", "200901", np.insert(whole, 10, whole[10]))
    _refused(cmfd, two_days, box, "comes twice", "time 2009-01-02 06:00")
    cmfd.write_one("temp", "200901", whole[::-1])
    _refused(cmfd, two_days, box, "out of order", "temp_CMFD")


def test_a_product_without_tests_of_its_own_is_tested_by_its_first_day(cmfd, box, monkeypatch):
    monkeypatch.delattr(read, "looks_at_forcing")
    settings = _settings(cmfd.write("200901"))
    january = Period(start=date(2009, 1, 31), end=date(2009, 2, 1))
    (file,) = looks_at_forcing(settings, january, box)
    for look in file.headers:
        look()
    cmfd.spoil("temp", 500.0)
    with pytest.raises(ProductError, match="tas is"):
        file.headers[0]()
    cmfd.path("temp", "200901").unlink()
    assert not list(looks_at_forcing(settings, january, box))
