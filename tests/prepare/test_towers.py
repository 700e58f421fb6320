"""Flux towers observe the cells that contain them, and water follows from heat as in VIC."""

import numpy as np
import pytest
import xarray as xr

from paramscape.files import write_dataset
from paramscape.files.provenance import Provenance
from paramscape.prepare.towers import prepare_towers
from paramscape.products import ProductError
from paramscape.study import FluxTowerObservations, Period

DAYS = Period(start="2008-07-01", end="2008-07-04")
TIME = np.arange("2008-07-01", "2008-07-05", dtype="datetime64[D]").astype("M8[ns]")
LAT, LON = np.array([31.5, 31.75, 32.0]), np.array([249.75, 250.0, 250.25]) - 360


@pytest.fixture
def domain():
    mask = np.ones((3, 3), "i4")
    mask[0, 0] = 0
    return xr.Dataset({"mask": (("lat", "lon"), mask)}, {"lat": LAT, "lon": LON})


@pytest.fixture
def forcing(domain):
    air = np.full((4, 3, 3), 20.0, "f4")
    air[:, :, 1] = 30.0
    coords = {"time": TIME, "lat": LAT, "lon": LON}
    return xr.Dataset({"tas": (("time", "lat", "lon"), air)}, coords)


@pytest.fixture
def towers(tmp_path):
    """A writer of tower files from places and fluxes."""

    def write(*sites, uncertainty=2.0) -> FluxTowerObservations:
        files = []
        for number, (lat, lon, flux) in enumerate(sites):
            units = {"units": "W/m2"}
            filled = units | {"Gap-filled_%": 10.0 * number}
            file = xr.Dataset(
                {
                    "Qle_daily": ("time", np.array(flux, "f8"), filled),
                    "Qle_uc_daily": ("time", np.full(4, uncertainty), units),
                    "latitude": ("y", [lat]),
                    "longitude": ("x", [lon]),
                },
                {"time": TIME},
                {"site_code": f"US-{number}"},
            )
            files.append(tmp_path / f"{number}.nc")
            file.to_netcdf(files[-1])
        return FluxTowerObservations(product="flux-tower", files=files)

    return write


def cell(found, name, lat, lon):
    return found[name].sel(lat=lat, lon=lon).values


def test_100_watts_evaporate_3_5_mm_a_day_at_20_degrees(towers, domain, forcing, tmp_path):
    settings = towers((31.74, -109.8, [100, np.nan, -5, 0]))
    found = prepare_towers(settings, DAYS, domain, forcing)
    et = cell(found, "et", 31.75, -109.75)
    # FAO-56, table 2.3 of its conversion: 1 mm d-1 is 2.45 MJ m-2 d-1 at about 20 C.
    assert et[0] == pytest.approx(100 * 86400 / 2.45e6, rel=2e-3)
    assert np.isnan(et[1]) and et[2] < 0 and et[3] == 0
    uncertainty = cell(found, "et_uncertainty", 31.75, -109.75)
    assert uncertainty[0] == pytest.approx(et[0] * 0.02) and np.isnan(uncertainty[1])
    rest = found.et.where((found.lat != 31.75) | (found.lon != -109.75))
    assert rest.isnull().all() and int(found.towers.sum()) == 1
    assert found.et.attrs["towers"] == "US-0" and found.et.dtype == np.float32
    write_dataset(found, tmp_path / "et.nc", "et", Provenance.of("test", {}, 1))


def test_warm_air_needs_less_heat_by_VICs_own_latent_heat(towers, domain, forcing):
    found = prepare_towers(
        towers((31.75, -109.75, [50.0] * 4), (31.75, -110.0, [50.0] * 4)), DAYS, domain, forcing
    )
    cool, warm = (cell(found, "et", 31.75, lon)[0] for lon in (-109.75, -110.0))
    assert warm / cool == pytest.approx((2.501e6 - 2361 * 20) / (2.501e6 - 2361 * 30), rel=1e-6)


def test_longitudes_from_0_to_360_are_the_same_places(towers, domain, forcing):
    west = prepare_towers(towers((31.75, 250.1, [50.0] * 4)), DAYS, domain, forcing)
    assert cell(west, "towers", 31.75, -110.0) == 1
    turned = domain.assign_coords(lon=domain.lon + 360)
    air = forcing.assign_coords(lon=forcing.lon + 360)
    east = prepare_towers(towers((31.75, -109.9, [50.0] * 4)), DAYS, turned, air)
    assert cell(east, "towers", 31.75, 250.0) == 1


def test_a_tower_on_an_edge_is_in_the_cell_to_the_north_and_east(towers, domain, forcing):
    found = prepare_towers(towers((31.625, -109.875, [50.0] * 4)), DAYS, domain, forcing)
    assert cell(found, "towers", 31.75, -109.75) == 1


def test_a_cell_with_two_towers_has_the_mean_of_those_that_have_a_value(towers, domain, forcing):
    settings = towers(
        (31.7, -109.8, [40, 40, np.nan, np.nan]), (31.8, -109.7, [80, np.nan, 80, np.nan])
    )
    found = prepare_towers(settings, DAYS, domain, forcing)
    alone = 86400 / (2.501e6 - 2361 * 20)
    et = cell(found, "et", 31.75, -109.75)
    np.testing.assert_allclose(et, np.array([60, 40, 80, np.nan]) * alone, rtol=1e-6)
    uncertainty = cell(found, "et_uncertainty", 31.75, -109.75)
    expected = np.array([2 / np.sqrt(2), 2, 2, np.nan]) * alone
    np.testing.assert_allclose(uncertainty, expected, rtol=1e-6)
    assert cell(found, "towers", 31.75, -109.75) == 2
    assert cell(found, "gap_filled", 31.75, -109.75) == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ((31.5, -110.25), "an inactive cell"),
        ((33.0, -110.0), "outside the domain"),
        ((31.75, 110.0), "outside the domain"),
        ((31.2, -110.0), "outside the domain"),
    ],
)
def test_a_tower_in_no_active_cell_is_named_with_its_place(towers, domain, forcing, place, said):
    with pytest.raises(ProductError, match=f"US-0 stands.*{said}") as stop:
        prepare_towers(towers((*place, [50.0] * 4)), DAYS, domain, forcing)
    assert "0.nc" in str(stop.value) and f"latitude {place[0]:g}" in str(stop.value)
