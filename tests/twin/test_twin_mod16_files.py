"""The truth's evapotranspiration in MOD16's format, read back by the product's reader."""

from datetime import date

import numpy as np
import pytest
import xarray as xr
from pyhdf.SD import SD

from paramscape.grid.sphere import cell_area
from paramscape.products.mod16.files import canonical_path
from paramscape.products.mod16.read import read_check
from paramscape.study import Mod16Checks, Period
from paramscape.twin.mod16_files import write_mod16

SEED = 1979
DAYS = Period(start=date(2016, 12, 18), end=date(2016, 12, 31))
STARTS = (date(2016, 12, 18), date(2016, 12, 26))
TILE = "h09v05"


@pytest.fixture(scope="module")
def domain():
    """Cells whose centres are 0.125 degree apart; the middle one is not active."""
    lat, lon = 37.9375 + 0.125 * np.arange(3), -104.4375 + 0.125 * np.arange(3)
    mask = np.ones((3, 3), int)
    mask[1, 1] = 0
    edges = [np.append(axis - 0.0625, axis[-1] + 0.0625) for axis in (lat, lon)]
    fields = {"mask": (("lat", "lon"), mask), "area": (("lat", "lon"), cell_area(*edges))}
    return xr.Dataset(fields, {"lat": lat, "lon": lon})


@pytest.fixture(scope="module")
def truth(domain):
    days = np.arange(DAYS.start, np.datetime64(DAYS.end) + 1, dtype="M8[D]").astype("M8[ns]")
    values = np.random.default_rng(1).uniform(2, 4, (days.size, 3, 3))
    axes = {"time": days, "lat": domain.lat, "lon": domain.lon}
    return xr.DataArray(values, axes, ("time", "lat", "lon"), "et", {"units": "mm d-1"})


@pytest.fixture(scope="module")
def settings(domain, truth, tmp_path_factory):
    settings = Mod16Checks(product="mod16a2", folder=tmp_path_factory.mktemp("mod16"))
    write_mod16([canonical_path(settings, start, TILE) for start in STARTS], truth, domain, SEED)
    return settings


def test_totals_of_a_cell_are_the_truths_within_the_noise(settings, domain, truth):
    found = read_check(settings, "et", DAYS, domain)
    assert found.sizes["time"] == 2
    active = domain.mask.values > 0
    for period, days in zip(found.et, (slice(0, 8), slice(8, 14)), strict=True):
        total = truth[days].sum("time").values[active]
        ratio = period.values[active] / total
        assert ((ratio > 0.5) & (ratio < 1.5)).all()
        assert ratio.std() > 0.01
    assert np.isnan(found.et.values[:, ~active]).all()


def test_the_last_period_of_a_leap_year_has_six_days(settings, domain, truth):
    found = read_check(settings, "et", DAYS, domain)
    mean = found.et.mean(("lat", "lon")).values / truth.mean().item()
    assert mean == pytest.approx([8, 6], rel=0.2)


def test_a_tile_has_the_data_sets_and_codes_of_the_product(settings):
    path = canonical_path(settings, STARTS[0], TILE)
    file = SD(str(path))
    assert set(file.datasets()) == {"ET_500m", "LE_500m", "PET_500m", "PLE_500m", "ET_QC_500m"}
    et = file.select("ET_500m")
    said = et.attributes()
    assert (said["units"], said["scale_factor"]) == ("kg/m^2/8day", 0.1)
    assert (said["_FillValue"], said["valid_range"]) == (32767, [-32767, 32700])
    assert et.info()[2] == [2400, 2400]
    values = et.get()
    codes = np.unique(values[values > 32700])
    assert set(codes) <= {32762, 32766, 32767} and 32767 in codes
    quality = file.select("ET_QC_500m").get()
    assert set(np.unique(quality)) == {0, 1, 255}
    assert 'GridName="MOD_Grid_MOD16A2"' in file.attributes()["StructMetadata.0"]
    file.end()
    assert path.stat().st_size < 500_000


def test_equal_settings_give_equal_bytes_in_any_folder(settings, domain, truth, tmp_path):
    other = settings.model_copy(update={"folder": tmp_path / "elsewhere"})
    path = canonical_path(other, STARTS[1], TILE)
    write_mod16([path], truth, domain, SEED)
    assert path.read_bytes() == canonical_path(settings, STARTS[1], TILE).read_bytes()
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_a_truth_that_lacks_days_is_refused(settings, domain, truth, tmp_path):
    path = tmp_path / canonical_path(settings, STARTS[0], TILE).name
    with pytest.raises(ValueError, match="5 of the 8 days from 2016-12-18"):
        write_mod16([path], truth[:5], domain, SEED)
    assert not path.exists()


def test_a_tile_without_cells_is_fill(settings, domain, truth, tmp_path):
    path = tmp_path / canonical_path(settings, STARTS[0], "h10v05").name
    write_mod16([path], truth, domain, SEED)
    file = SD(str(path))
    assert (file.select("ET_500m").get() == 32767).all()
    file.end()
