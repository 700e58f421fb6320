"""Flux-tower files: the real ones keep their numbers, and foreign ones say what is wrong."""

import numpy as np
import pytest
import xarray as xr

from paramscape.products import ProductError
from paramscape.products.flux_tower.read import read_tower
from paramscape.study import FluxTowerObservations, Period

YEAR = Period(start="2008-01-01", end="2008-12-31")
SPRING = Period(start="2008-03-01", end="2008-03-10")


def settings_of(path, **changes) -> FluxTowerObservations:
    return FluxTowerObservations(product="flux-tower", files=[path], **changes)


@pytest.fixture
def tower(tmp_path):
    """A writer of a tower file of twelve days from a change to a whole one."""

    def write(change=None, encoding=None):
        days = np.arange("2008-02-28", "2008-03-11", dtype="datetime64[D]").astype("M8[ns]")
        flux = np.linspace(10, 21, days.size, dtype="f4")
        units = {"units": "W/m2"}
        file = xr.Dataset(
            {
                "Qle_daily": ("time", flux, units | {"Gap-filled_%": 12.5}),
                "Qle_uc_daily": ("time", flux / 10, units),
                "quality": ("time", np.linspace(0, 1, days.size, dtype="f4"), {"units": "1"}),
                "latitude": ("y", [31.7438]),
                "longitude": ("x", [-110.0522]),
            },
            coords={"time": days},
            attrs={"site_code": "US-Xxx"},
        )
        path = tmp_path / "tower.nc"
        (change(file) if change else file).to_netcdf(path, encoding=encoding)
        return path

    return write


@pytest.mark.parametrize(
    ("site", "place", "days", "mean", "filled"),
    [
        ("US-Whs_daily_aggregated_2008-2014", (31.7438, -110.0522), 333, 18.19, 0.0903),
        ("US-Wkg_daily_aggregated_2005-2014", (31.7365, -109.9419), 311, 18.71, 0.1506),
    ],
)
def test_the_towers_of_walnut_gulch(shared, site, place, days, mean, filled):
    path = shared / "samples" / "callmip" / f"{site}_FLUXNET2015_Flux.nc"
    found = read_tower(settings_of(path), path, YEAR)
    assert found.site == site[:6] and (found.latitude, found.longitude) == place
    assert np.isfinite(found.latent).sum() == days == np.isfinite(found.uncertainty).sum()
    assert np.nanmean(found.latent) == pytest.approx(mean, abs=0.01)
    assert found.gap_filled == pytest.approx(filled) and found.days.size == 366


def test_days_are_the_files_own_and_missing_ones_are_nan(tower):
    path = tower(lambda file: file.isel(time=[0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11]))
    found = read_tower(settings_of(path), path, SPRING)
    assert found.latent[0] == 12 and np.isnan(found.latent[1]) and found.latent[2] == 14
    assert found.uncertainty[0] == pytest.approx(1.2) and np.isnan(found.uncertainty[1])


@pytest.mark.parametrize("hours", [12, 23])
def test_a_stamp_within_the_day_is_that_day(tower, hours):
    path = tower(lambda file: file.assign_coords(time=file.time + np.timedelta64(hours, "h")))
    assert read_tower(settings_of(path), path, SPRING).latent[0] == 12


def test_axes_of_length_one_and_places_with_two_axes_are_read(tower):
    def change(file):
        place = {n: (("y", "x"), file[n].values[:, None]) for n in ("latitude", "longitude")}
        flux = ("time", "y", "x"), file.Qle_daily.values[:, None, None], file.Qle_daily.attrs
        return file.drop_vars(place).assign(place | {"Qle_daily": flux})

    path = tower(change)
    found = read_tower(settings_of(path), path, SPRING)
    assert found.latitude == 31.7438 and found.latent[0] == 12


def test_packed_values_and_codes_for_missing_ones_are_decoded(tower):
    def change(file):
        return file.assign(Qle_daily=file.Qle_daily.where(file.Qle_daily != 13))

    path = tower(change, {"Qle_daily": {"dtype": "i2", "scale_factor": 0.5, "_FillValue": -9999}})
    found = read_tower(settings_of(path), path, SPRING)
    assert found.latent[0] == 12 and np.isnan(found.latent[1])


def test_days_below_the_smallest_quality_are_left_out(tower):
    path = tower()
    found = read_tower(settings_of(path, quality="quality"), path, SPRING)
    assert np.isfinite(found.latent).sum() == 3
    np.testing.assert_array_equal(np.isfinite(found.uncertainty), np.isfinite(found.latent))


def test_a_file_without_uncertainty_or_gap_share_is_read(tower):
    def change(file):
        del file.Qle_daily.attrs["Gap-filled_%"]
        return file.drop_vars("Qle_uc_daily")

    path = tower(change)
    found = read_tower(settings_of(path, uncertainty=None), path, SPRING)
    assert np.isnan(found.uncertainty).all() and np.isnan(found.gap_filled)


def _units(file, *units):
    del file.Qle_daily.attrs["units"]
    file.Qle_daily.attrs |= dict(zip(("units",), units, strict=False))
    return file


def _half_hourly(file):
    return file.assign_coords(time=file.time.values[0] + np.arange(12) * np.timedelta64(30, "m"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda f: _units(f, "mm d-1"), "the units are 'mm d-1'"),
        (_units, "there is no units attribute"),
        (lambda f: f.assign(Qle_daily=f.Qle_daily.where(f.Qle_daily != 13, -9999)), "2008-03-02"),
        (_half_hourly, "comes twice"),
        (lambda f: f.isel(time=slice(None, None, -1)), "out of order"),
        (lambda f: f.drop_vars("latitude"), "latitude"),
        (lambda f: f.assign(longitude=("x2", [1.0, 2.0])), "longitude"),
        (lambda f: f.assign(latitude=("y", [np.nan])), "latitude"),
        (lambda f: f.rename(Qle_daily="LE"), "LE"),
        (lambda f: f.assign(Qle_daily=f.Qle_daily.expand_dims(site=2)), "one tower"),
        (lambda f: f.assign(Qle_daily=f.Qle_daily * np.nan), "no value from 2008-03-01"),
        (lambda f: f.assign_coords(time=f.time + np.timedelta64(400, "D")), "2009-04-03"),
    ],
)
def test_what_is_wrong_is_named_with_its_file(tower, change, said):
    path = tower(change)
    with pytest.raises(ProductError, match=said) as stop:
        read_tower(settings_of(path), path, SPRING)
    assert str(path) in str(stop.value)


def test_a_record_that_is_mostly_filled_is_refused_unless_allowed(tower):
    path = tower()
    with pytest.raises(ProductError, match=r"(?s)12.5 % .* at most 10 %.*largest_gap"):
        read_tower(settings_of(path, largest_gap_filled=0.1), path, SPRING)
    assert read_tower(settings_of(path, largest_gap_filled=0.2), path, SPRING).gap_filled == 0.125
