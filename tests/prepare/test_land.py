from dataclasses import dataclass

import numpy as np
import pytest
import torch
import xarray as xr

from paramscape.files import read_dataset, write_dataset
from paramscape.files.provenance import Provenance
from paramscape.prepare.daily import prepare_daily_forcing
from paramscape.prepare.domain import prepare_domain
from paramscape.prepare.forcing import prepare_forcing
from paramscape.prepare.land import LandSettings, prepare_land
from paramscape.prepare.native_soil import upscale, vertical_mean
from paramscape.prepare.parameters import SoilGapError, default_parameters, mean_climate
from paramscape.prepare.vegetation import BARE, class_fractions, library, vegetation_parameters
from paramscape.products import ProductError
from paramscape.study import CfAttribute, Priors, SettingsError, VicDomain
from paramscape.study.parameters import GAN_PO_PARAMETERS
from paramscape.vic import Forcing, Options, Parameters, simulate


@dataclass(frozen=True)
class Ground:
    """What the tests of the land share."""

    settings: LandSettings
    forcing: xr.Dataset
    daily: xr.Dataset


@pytest.fixture(scope="module")
def ground(study, domain, years):
    parts = [
        prepare_forcing(study.products.forcing, days, domain, 8, ends_record=year == 2009)
        for year, days in years.items()
    ]
    products = study.products
    settings = LandSettings(products.elevation, products.soil, products.land_cover, None)
    return Ground(settings, xr.concat(parts, "time", join="exact"), prepare_daily_forcing(parts))


@pytest.fixture(scope="module")
def land(ground, domain):
    return prepare_land(ground.settings, domain, ground.daily, Priors())


def test_default_parameters_pass_vics_own_checks_and_run(land, domain, ground):
    mask = domain.mask.values
    parameters = Parameters.from_dataset(land.parameters, mask)
    forcing = Forcing.from_dataset(ground.forcing.isel(time=slice(0, 40)), mask, Options())
    with torch.no_grad():
        fluxes = simulate(parameters, forcing, Options()).outputs
    assert torch.isfinite(fluxes["OUT_EVAP"]).all()
    assert fluxes["OUT_EVAP"].shape == (5, int(mask.sum()))


def test_default_parameters_lie_inside_the_priors(land, domain):
    inside = domain.mask.values > 0
    params, priors = land.parameters, Priors()
    found = {n: params[n].values[inside] for n in ("infilt", "Ds", "Dsmax", "Ws")}
    found |= {"depth2": params.depth.values[1][inside], "depth3": params.depth.values[2][inside]}
    found["expt"] = params.expt.values[:, inside]
    for name in GAN_PO_PARAMETERS:
        prior = getattr(priors, name)
        assert (found[name] >= prior.low).all() and (found[name] <= prior.high).all(), name
    assert (found["Ds"] <= found["Ws"]).all()


def test_porosity_in_vic_is_the_soils_saturated_content(land, domain):
    inside = domain.mask.values > 0
    native, params = land.native_soil, land.parameters
    porosity = (1 - params.bulk_density / params.soil_density).values[0][inside]
    np.testing.assert_allclose(
        porosity, upscale(native, native.saturation, int(inside.sum()), 1), rtol=1e-6
    )


def test_attributes_are_area_means_of_the_soil(land, domain):
    inside = domain.mask.values > 0
    native = land.native_soil
    for name in ("porosity", "sand", "clay", "soil_depth"):
        expected = upscale(native, native[name], int(inside.sum()), 1)
        np.testing.assert_allclose(land.attributes[name].values[inside], expected, rtol=1e-5)
        assert land.attributes[name].attrs["units"] and land.attributes[name].attrs["source"]
    total = land.attributes.sand + land.attributes.silt + land.attributes.clay
    np.testing.assert_allclose(total.values[inside], 100, atol=0.2)
    assert np.isnan(land.attributes.sand.values[~inside]).all()


def test_land_files_keep_their_contracts(land, domain, tmp_path):
    provenance = Provenance.of("test", {}, 1)
    kinds = {
        "domain": domain,
        "attributes": land.attributes,
        "vic-parameters": land.parameters,
        "soil-native": land.native_soil,
    }
    for kind, dataset in kinds.items():
        write_dataset(dataset, tmp_path / f"{kind}.nc", kind, provenance)
        read_dataset(tmp_path / f"{kind}.nc", kind)
    mask = domain.mask.values
    Parameters.from_dataset(read_dataset(tmp_path / "vic-parameters.nc", "vic-parameters"), mask)


def test_a_pixel_belongs_to_the_cell_around_it(land, domain):
    native = land.native_soil
    inside = domain.mask.values > 0
    for position, (row, column) in enumerate(np.argwhere(inside)):
        lat, lon = np.nonzero(native.cell.values == position)
        assert lat.size == 900
        assert np.abs(native.lat.values[lat] - domain.lat.values[row]).max() < 0.125
        assert np.abs(native.lon.values[lon] - domain.lon.values[column]).max() < 0.125
    assert (native.cell.values >= 0).sum() == 900 * inside.sum()


def test_vertical_means_weight_layers_by_thickness():
    field = xr.DataArray([[1.0], [4.0], [np.nan]], dims=("depth", "lat"))
    thickness = np.array([1.0, 3.0, 5.0])
    assert float(vertical_mean(field, thickness, harmonic=False)[0]) == pytest.approx(13 / 4)
    assert float(vertical_mean(field, thickness, harmonic=True)[0]) == pytest.approx(16 / 7)


def test_a_cell_without_soil_is_named(land, domain):
    fractions = class_fractions(_cover(11.0), "umd", domain)
    empty = land.native_soil.copy()
    empty["cell"] = empty["cell"].where(empty["cell"] != 2, -1)
    climate = xr.Dataset({"avg_T": domain.elev * 0 + 15, "annual_prec": domain.elev * 0 + 900})
    row, column = np.argwhere(domain.mask.values > 0)[2]
    place = f"latitude {domain.lat.values[row]:g}, longitude {domain.lon.values[column]:g}"
    with pytest.raises(SoilGapError, match=place):
        default_parameters(domain, empty, fractions, climate, Priors())


def test_mean_climate_counts_whole_years_only():
    time = np.arange("2007-07-01", "2010-01-01", dtype="datetime64[D]").astype("datetime64[ns]")
    warm = (time < np.datetime64("2008-01-01")).astype(float)[:, None, None]
    axes = {"time": time, "lat": [32.0], "lon": [114.0]}
    daily = xr.Dataset({n: (("time", "lat", "lon"), 20 * warm + 2) for n in ("tas", "prcp")}, axes)
    climate = mean_climate(daily)
    assert climate.avg_T.item() == pytest.approx(2)
    assert climate.annual_prec.item() == pytest.approx(2 * 365.25)


def _cover(*codes):
    """A map of vertical stripes of class codes, 0.01 degree wide each, over the small grid."""
    lat, lon = 31.905 + 0.01 * np.arange(100), 113.905 + 0.01 * np.arange(120)
    stripes = np.resize(np.array(codes), lon.size)
    return xr.DataArray(
        np.broadcast_to(stripes, (lat.size, lon.size)).astype("i2"),
        {"lat": lat, "lon": lon},
        ("lat", "lon"),
    )


def test_shares_of_classes_are_those_of_the_map(domain):
    shares = class_fractions(_cover(11, 10, 11, 4, 13), "umd", domain)
    inside = domain.mask.values > 0
    for code, share in {11: 0.4, 10: 0.2, 4: 0.2, BARE: 0.2}.items():
        np.testing.assert_allclose(shares.sel(veg_class=code).values[inside], share, atol=1e-9)
    np.testing.assert_allclose(shares.sum("veg_class").values[inside], 1)


def test_water_is_left_out_and_a_lake_is_bare(domain):
    inside = domain.mask.values > 0
    half = class_fractions(_cover(0, 11), "umd", domain)
    np.testing.assert_allclose(half.sel(veg_class=11).values[inside], 1)
    lake = class_fractions(_cover(0), "umd", domain)
    np.testing.assert_allclose(lake.sel(veg_class=BARE).values[inside], 1)


def test_igbp_classes_find_their_place_in_the_library(domain):
    shares = class_fractions(_cover(12, 8, 6, 16, 17), "igbp", domain)
    active = shares.values[:, domain.mask.values > 0].mean(1)
    np.testing.assert_allclose(active[np.array([11, 6, 8, BARE]) - 1], 0.25, atol=1e-9)


def test_an_unknown_class_is_refused(domain):
    with pytest.raises(SettingsError, match=r"class codes \[14\].*umd"):
        class_fractions(_cover(11, 14), "umd", domain)


def test_bare_soil_is_the_tile_after_the_vegetated_ones(domain):
    vegetation = vegetation_parameters(class_fractions(_cover(11, 4, 12), "umd", domain))
    inside = domain.mask.values > 0
    assert (vegetation.Nveg.values[inside] == 2).all()
    assert ((vegetation.Cv > 0).sum("veg_class").values[inside] == 3).all()
    assert vegetation.veg_descr.values[-1] == "Bare Soil"


def test_the_library_has_sound_values():
    rows = library()
    roots = rows[[f"root_fract_{k}" for k in (1, 2, 3)]].sum(axis=1)
    np.testing.assert_allclose(roots[rows.index != BARE], 1)
    for month in range(1, 13):
        assert (rows["wind_h"] > rows[f"displacement_{month}"] + rows[f"veg_rough_{month}"]).all()
        assert rows[f"LAI_{month}"].between(0, 6).all()
        assert rows[f"albedo_{month}"].between(0.05, 0.3).all()


def test_soil_without_elevation_is_refused(ground, domain):
    settings = LandSettings(None, ground.settings.soil, None, None)
    with pytest.raises(SettingsError, match=r"products\.elevation"):
        prepare_land(settings, domain, ground.daily, Priors())


def test_a_further_attribute_is_its_area_mean(ground, domain, tmp_path):
    lat, lon = 31.75 + 0.1 * np.arange(14), 113.75 + 0.1 * np.arange(16)
    field = xr.DataArray(np.full((14, 16), 3.5), {"lat": lat, "lon": lon}, ("lat", "lon"))
    field.attrs["units"] = "m"
    field.to_dataset(name="water_table").to_netcdf(tmp_path / "extra.nc")
    extra = {"table": CfAttribute(path=tmp_path / "extra.nc", variable="water_table")}
    settings = LandSettings(
        ground.settings.elevation, ground.settings.soil, ground.settings.land_cover, None, extra
    )
    found = prepare_land(settings, domain, ground.daily, Priors()).attributes.table
    np.testing.assert_allclose(found.values[domain.mask.values > 0], 3.5)
    assert found.attrs["units"] == "m" and "source" in found.attrs


def test_an_attribute_of_the_users_own_replaces_the_derived_one_with_a_notice(
    ground, domain, tmp_path, caplog
):
    field = xr.full_like(domain.elev, 1300.0).assign_attrs(units="kg m-3")
    field.to_dataset(name="BLD").to_netcdf(tmp_path / "soil.nc")
    own = {"bulk_density": CfAttribute(path=tmp_path / "soil.nc", variable="BLD")}
    settings = LandSettings(
        ground.settings.elevation, ground.settings.soil, ground.settings.land_cover, None, own
    )
    with caplog.at_level("WARNING"):
        found = prepare_land(settings, domain, ground.daily, Priors()).attributes
    np.testing.assert_allclose(found.bulk_density.values[domain.mask.values > 0], 1300.0)
    assert "soil.nc: BLD), which replaces the one derived from" in caplog.text
    assert list(found.data_vars)[:2] == ["porosity", "bulk_density"]


class TestOwnParameters:
    """The user's own VIC parameter file."""

    @pytest.fixture
    def case(self, shared):
        return shared / "vic-reference" / "walnut-gulch-daily"

    @pytest.fixture
    def own_domain(self, case):
        settings = VicDomain(kind="vic", path=case / "domain.nc")
        return prepare_domain(settings, None, case / "params.nc")

    def test_it_gives_parameters_attributes_and_elevation(self, case, own_domain):
        time = np.arange("2008-01-01", "2008-01-03", dtype="datetime64[D]").astype("datetime64[ns]")
        ones = xr.ones_like(own_domain.elev).expand_dims(time=time)
        settings = LandSettings(None, None, None, case / "params.nc")
        daily = xr.Dataset({"tas": 15 * ones, "prcp": ones})
        land = prepare_land(settings, own_domain, daily, Priors())
        assert land.native_soil is None
        inside = own_domain.mask.values > 0
        assert np.isfinite(own_domain.elev.values[inside]).all()
        for name, field in land.attributes.items():
            assert np.isfinite(field.values[inside]).all(), name
        assert land.attributes.annual_prec.values[inside] == pytest.approx(365.25)
        Parameters.from_dataset(land.parameters, own_domain.mask.values)
        assert land.parameters.Dsmax.attrs["units"] == "mm d-1"

    def test_attributes_of_the_users_own_replace_those_that_it_implies(
        self, case, own_domain, tmp_path
    ):
        time = np.arange("2008-01-01", "2008-01-03", dtype="datetime64[D]").astype("datetime64[ns]")
        ones = xr.ones_like(own_domain.elev).expand_dims(time=time)
        half = xr.full_like(own_domain.elev, 0.5).assign_attrs(units="1")
        half.to_dataset(name="por").to_netcdf(tmp_path / "soil.nc")
        own = {"porosity": CfAttribute(path=tmp_path / "soil.nc", variable="por")}
        settings = LandSettings(None, None, None, case / "params.nc", own)
        daily = xr.Dataset({"tas": 15 * ones, "prcp": ones})
        found = prepare_land(settings, own_domain, daily, Priors()).attributes.porosity
        np.testing.assert_allclose(found.values[own_domain.mask.values > 0], 0.5)

    def test_a_domain_that_it_does_not_cover_is_refused(self, case, own_domain, ground):
        moved = own_domain.assign_coords(lat=own_domain.lat + 5)
        settings = LandSettings(None, None, None, case / "params.nc")
        with pytest.raises(ProductError, match="is not in the parameter file"):
            prepare_land(settings, moved, ground.daily, Priors())

    def test_a_fill_value_in_an_active_cell_is_refused_with_file_variable_and_cell(
        self, case, own_domain, ground, tmp_path
    ):
        with xr.open_dataset(case / "params.nc") as file:
            params = file.load()
        row, column = np.argwhere(own_domain.mask.values > 0)[3]
        params["Dsmax"][row, column] = -9999.0
        params.to_netcdf(tmp_path / "params.nc")
        settings = LandSettings(None, None, None, tmp_path / "params.nc")
        with pytest.raises(ProductError, match="the value is -9999") as error:
            prepare_land(settings, own_domain, ground.daily, Priors())
        place = f"variable: Dsmax\n  where: cell (lat {own_domain.lat.values[row]:g}, lon "
        assert f"file: {tmp_path / 'params.nc'}" in str(error.value)
        assert f"{place}{own_domain.lon.values[column]:g})" in str(error.value)

    def test_an_active_cell_that_it_does_not_run_is_refused(
        self, case, own_domain, ground, tmp_path
    ):
        with xr.open_dataset(case / "params.nc") as file:
            params = file.load()
        row, column = np.argwhere(own_domain.mask.values > 0)[1]
        params["run_cell"][row, column] = 0
        params.to_netcdf(tmp_path / "params.nc")
        settings = LandSettings(None, None, None, tmp_path / "params.nc")
        with pytest.raises(ProductError, match="run_cell is 0 in 1 active cells"):
            prepare_land(settings, own_domain, ground.daily, Priors())


def test_an_active_cell_without_elevation_is_named(study, tmp_path):
    with xr.open_dataset(study.products.elevation.path) as file:
        heights = file.load()
    heights["elev"] = heights["elev"].where(heights["lat"] < 32.5)
    heights.to_netcdf(tmp_path / "elev.nc")
    elevation = study.products.elevation.model_copy(update={"path": tmp_path / "elev.nc"})
    with pytest.raises(ProductError, match=r"no elevation(.|\n)*latitude 32\.625"):
        prepare_domain(study.domain, elevation, None)


def test_the_domain_is_a_vic_domain_file(domain):
    assert domain.mask.dtype == np.int32
    assert set(domain.data_vars) == {"mask", "frac", "area", "elev"}
    assert (np.isfinite(domain.elev.values) == (domain.mask.values > 0)).all()
