"""The truth's soil moisture in SMAP's format, read back by the product's reader."""

from datetime import date, timedelta

import h5py
import numpy as np
import pytest
import xarray as xr

from paramscape.products.observations import read_on_cells
from paramscape.products.smap.files import canonical_path
from paramscape.study import Period, SmapObservations
from paramscape.study.twin import SmapErrors
from paramscape.twin.smap_files import PASSES, write_smap

SEED = 1979
NO_ERRORS = SmapErrors(factor_spread=0, bias_spread=0, noise=0)
SUMMER = Period(start=date(2016, 7, 1), end=date(2016, 7, 16))


@pytest.fixture(scope="module")
def domain():
    """Cells in the plains that share no pixel."""
    lat, lon = 38.0625 + 0.125 * np.arange(5), -103.4375 + 0.125 * np.arange(5)
    mask = np.zeros((5, 5), int)
    mask[::2, ::2] = 1
    axes = {"lat": lat, "lon": lon}
    return xr.Dataset({"mask": (("lat", "lon"), mask)}, axes, {"resolution": 0.125})


def truth_of(domain, period):
    days = np.arange(period.start, np.datetime64(period.end) + 1, dtype="M8[D]")
    rng = np.random.default_rng(1)
    values = rng.uniform(0.1, 0.4, (days.size, *domain.mask.shape))
    values[:, domain.mask.values == 0] = np.nan
    axes = {"time": days.astype("M8[ns]"), "lat": domain.lat, "lon": domain.lon}
    return xr.DataArray(values, axes, ("time", "lat", "lon"), "soil_moisture")


def observed(settings, domain, period=SUMMER):
    """Values (day, cell) that the product's reader finds in the active cells."""
    found = read_on_cells(settings, "soil_moisture", period, domain)
    return found.values[:, domain.mask.values > 0]


def of_cells(truth, domain):
    return truth.values[:, domain.mask.values > 0]


def written(folder, domain, period, errors, passes="am"):
    settings = SmapObservations(product="smap-l3-e", folder=folder, passes=passes)
    days = [period.start + timedelta(days=d) for d in range(period.days)]
    paths = {day: canonical_path(settings, day) for day in days}
    write_smap(paths, truth_of(domain, period), domain, errors, SEED)
    return settings, paths


@pytest.fixture(scope="module")
def exact(domain, tmp_path_factory):
    return written(tmp_path_factory.mktemp("smap"), domain, SUMMER, NO_ERRORS)


def test_morning_values_are_means_of_a_days_two_ends(exact, domain):
    found = observed(exact[0], domain)
    truth = of_cells(truth_of(domain, SUMMER), domain)
    middle = (truth[1:] + truth[:-1]) / 2
    seen = np.isfinite(found[1:])
    assert seen.sum() > 30
    np.testing.assert_allclose(found[1:][seen], middle[seen], atol=1e-6)


def test_evening_values_are_those_of_the_nearest_end_of_a_day(exact, domain):
    settings = exact[0].model_copy(update={"passes": "pm"})
    part = Period(start=SUMMER.start, end=date(2016, 7, 15))
    found = observed(settings, domain, part)
    seen = np.isfinite(found)
    assert seen.sum() > 30
    np.testing.assert_allclose(
        found[seen], of_cells(truth_of(domain, SUMMER), domain)[:-1][seen], atol=1e-6
    )


def test_a_cell_is_seen_every_two_or_three_days(exact, domain):
    found = observed(exact[0], domain)
    seen = np.isfinite(found).sum(0)
    assert ((seen >= 4) & (seen <= 8)).all()


def test_a_file_has_the_groups_sizes_and_fill_of_the_product(exact):
    with h5py.File(exact[1][SUMMER.start]) as file:
        assert set(file) == {"Metadata", *(half.group for half in PASSES)}
        for half in PASSES:
            group = file[half.group]
            for name in group:
                assert name.endswith("_pm") == (half.suffix == "_pm")
                assert group[name].shape == (1624, 3856)
            moisture = group[f"soil_moisture{half.suffix}"]
            flags = group[f"retrieval_qual_flag{half.suffix}"]
            assert moisture.dtype == np.float32 and flags.dtype == np.uint16
            assert moisture.attrs["units"] == "cm**3/cm**3"
            assert moisture.attrs["_FillValue"] == -9999 and flags.attrs["_FillValue"] == 65534
            assert moisture.compression == "gzip"
            outside = flags[()] == 65534
            assert (moisture[()][outside] == -9999).all()
            assert set(np.unique(flags[()])) <= {0, 1, 7, 8, 65534}
            assert group[f"tb_time_seconds{half.suffix}"].dtype == np.float64
            assert (group[f"latitude{half.suffix}"][()][outside] == -9999).all()
    assert exact[1][SUMMER.start].stat().st_size < 100_000


def test_frozen_ground_has_no_retrieval(domain, tmp_path):
    january = Period(start=date(2017, 1, 1), end=date(2017, 1, 12))
    _, paths = written(tmp_path, domain, january, NO_ERRORS)
    skipped = 0
    for path in paths.values():
        with h5py.File(path) as file:
            group = file[PASSES[0].group]
            frozen = group["retrieval_qual_flag"][()] == 7
            assert (group["soil_moisture"][()][frozen] == -9999).all()
            assert (group["surface_flag"][()][frozen] & 0x80 > 0).all()
            skipped += frozen.sum()
    assert skipped > 50


def test_errors_have_the_size_of_the_settings(domain, tmp_path):
    errors = SmapErrors(factor_spread=0, bias_spread=0, noise=0.03)
    settings, _ = written(tmp_path, domain, SUMMER, errors)
    found = observed(settings, domain)[1:]
    truth = of_cells(truth_of(domain, SUMMER), domain)
    residual = found - (truth[1:] + truth[:-1]) / 2
    assert np.nanstd(residual) == pytest.approx(0.03, rel=0.4)


def test_equal_settings_give_equal_bytes_in_whatever_order(domain, tmp_path):
    _, first = written(tmp_path / "first", domain, SUMMER, SmapErrors())
    settings = SmapObservations(product="smap-l3-e", folder=tmp_path / "second")
    day = date(2016, 7, 9)
    truth = truth_of(domain, SUMMER)
    write_smap({day: canonical_path(settings, day)}, truth, domain, SmapErrors(), SEED)
    assert canonical_path(settings, day).read_bytes() == first[day].read_bytes()
