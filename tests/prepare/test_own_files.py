"""The user's own domain, parameters and VIC history, on grids and under names as they occur."""

from datetime import date
from shutil import copy

import netCDF4
import numpy as np
import pytest
import xarray as xr

from paramscape.grid.sphere import EARTH_RADIUS
from paramscape.prepare.attributes import further_attributes
from paramscape.prepare.domain import prepare_domain
from paramscape.prepare.forcing import prepare_forcing
from paramscape.prepare.observations import prepare_observations
from paramscape.prepare.own_parameters import own_parameters
from paramscape.products import ProductError
from paramscape.products.domain import read_domain
from paramscape.study import CfAttribute, CfObservations, Period, VicDomain, VicForcing

JUNE = Period(start=date(2008, 6, 1), end=date(2008, 6, 30))


@pytest.fixture
def case(shared):
    return shared / "vic-reference" / "walnut-gulch-3hourly"


@pytest.fixture
def domain(case):
    return domain_of(case / "domain.nc", case / "params.nc")


def domain_of(path, parameters):
    return prepare_domain(VicDomain(kind="vic", path=path), None, parameters)


def loaded(path):
    with xr.open_dataset(path, decode_times=False) as file:
        return file.load()


def turned(dataset):
    return dataset.assign_coords(lon=dataset.lon + 360)


def renamed(dataset):
    dataset = dataset.drop_vars(["lats", "lons"], errors="ignore")
    return dataset.rename({"lat": "latitude", "lon": "longitude"})


def flipped(dataset):
    return dataset.isel(lat=slice(None, None, -1), lon=slice(None, None, -1))


def transposed(dataset):
    return dataset.transpose("lon", "lat", ...)


def enlarged(dataset):
    return dataset.pad(lat=(2, 1), lon=(1, 3), mode="edge").assign_coords(
        lat=dataset.lat.values[0] + 0.0625 * np.arange(-2, dataset.sizes["lat"] + 1),
        lon=dataset.lon.values[0] + 0.0625 * np.arange(-1, dataset.sizes["lon"] + 3),
    )


def mapped(dataset):
    lon, lat = np.meshgrid(dataset.lon, dataset.lat)
    dataset = dataset.drop_vars(["lat", "lon", "lats", "lons"], errors="ignore")
    dataset = dataset.rename_dims(lat="nj", lon="ni")
    dataset["xc"] = (("nj", "ni"), lon, {"units": "degrees_east"})
    dataset["yc"] = (("nj", "ni"), lat, {"units": "degrees_north"})
    return dataset


@pytest.mark.parametrize("change", [turned, renamed, flipped, transposed, enlarged, mapped])
def test_parameters_are_found_however_the_file_lays_them_out(case, domain, tmp_path, change):
    change(loaded(case / "params.nc")).to_netcdf(tmp_path / "params.nc")
    expected, found = (
        own_parameters(case / "params.nc", domain),
        own_parameters(tmp_path / "params.nc", domain),
    )
    assert dict(found.sizes) == dict(expected.sizes)
    for name in ("infilt", "depth", "LAI", "Cv", "root_fract", "run_cell"):
        dims = expected[name].dims
        np.testing.assert_array_equal(found[name].transpose(*dims), expected[name], err_msg=name)
    np.testing.assert_array_equal(found.lon, domain.lon)


@pytest.mark.parametrize("change", [turned, renamed, flipped, transposed, mapped])
def test_a_domain_is_the_same_however_the_file_lays_it_out(case, domain, tmp_path, change):
    change(loaded(case / "domain.nc")).to_netcdf(tmp_path / "domain.nc")
    xr.testing.assert_allclose(domain_of(tmp_path / "domain.nc", case / "params.nc"), domain)


@pytest.mark.parametrize("change", [turned, renamed, flipped, transposed, mapped, enlarged])
def test_forcing_is_the_same_however_the_file_lays_it_out(case, domain, tmp_path, change):
    change(loaded(case / "forcing.2008.nc")).to_netcdf(tmp_path / "forcing.2008.nc")
    expected, found = (
        prepare_forcing(
            VicForcing(product="vic", prefix=folder / "forcing."), JUNE, domain, 8, True
        )
        for folder in (case, tmp_path)
    )
    xr.testing.assert_equal(found, expected)


def test_parameters_half_a_cell_away_are_refused(case, domain, tmp_path):
    for shift in (0.03125, 0.009):
        fine = domain.assign_coords(lon=domain.lon / 4, lat=domain.lat / 4)
        params = loaded(case / "params.nc")
        params = params.assign_coords(lon=params.lon / 4 + shift, lat=params.lat / 4)
        params.to_netcdf(tmp_path / "params.nc")
        with pytest.raises(ProductError, match=r"not in the parameter file[\s\S]*nearest"):
            own_parameters(tmp_path / "params.nc", fine)


def test_forcing_half_a_cell_away_is_refused_by_its_nearest_cell(case, domain, tmp_path):
    own = enlarged(loaded(case / "forcing.2008.nc"))
    own.assign_coords(lon=own.lon + 0.03125).to_netcdf(tmp_path / "forcing.2008.nc")
    forcing = VicForcing(product="vic", prefix=tmp_path / "forcing.")
    with pytest.raises(ProductError, match=r"the domain has lon -110[\s\S]*nearest[\s\S]*2008\.nc"):
        prepare_forcing(forcing, JUNE, domain, 8, True)


@pytest.mark.parametrize(("name", "value"), [("Ksat", np.nan), ("Ksat", -9999), ("LAI", -9999)])
def test_an_active_cell_without_a_parameter_is_named(case, domain, tmp_path, name, value):
    copy(case / "params.nc", tmp_path / "params.nc")
    row, column = np.argwhere(domain.mask.values > 0)[1]
    with netCDF4.Dataset(tmp_path / "params.nc", "a") as file:
        file[name].set_auto_mask(False)
        field = file[name][:]
        field[..., row, column] = value
        file[name][:] = field
    with pytest.raises(ProductError) as error:
        own_parameters(tmp_path / "params.nc", domain)
    place = f"cell (lat {float(domain.lat[row]):.6g}, lon {float(domain.lon[column]):.6g})"
    for part in (name, place, "params.nc"):
        assert part in str(error.value)


def test_a_domains_area_in_square_radians_or_kilometres_is_in_metres(case, domain, tmp_path):
    for units, factor in (("radian^2", EARTH_RADIUS**-2), ("km2", 1e-6), ("m^2", 1.0)):
        own = loaded(case / "domain.nc")
        own["area"] = (own["area"].astype("f8") * factor).assign_attrs(units=units)
        own.to_netcdf(tmp_path / "domain.nc")
        found = read_domain(VicDomain(kind="vic", path=tmp_path / "domain.nc"))
        np.testing.assert_allclose(found.area, domain.area, rtol=1e-6)


def test_an_area_of_another_order_of_magnitude_is_refused(case, tmp_path):
    own = loaded(case / "domain.nc")
    own["area"] = (own["area"] * 1e-6).assign_attrs(units="m2")
    own.to_netcdf(tmp_path / "domain.nc")
    with pytest.raises(ProductError, match=r"1e-06 times[\s\S]*variable: area"):
        read_domain(VicDomain(kind="vic", path=tmp_path / "domain.nc"))


@pytest.mark.parametrize("value", [np.nan, 85.0, -1.0])
def test_a_fraction_that_is_no_share_is_refused(case, domain, tmp_path, value):
    own = loaded(case / "domain.nc")
    row, column = np.argwhere(domain.mask.values > 0)[0]
    own["frac"][row, column] = value
    own.to_netcdf(tmp_path / "domain.nc")
    with pytest.raises(ProductError, match=r"not a share[\s\S]*variable: frac"):
        read_domain(VicDomain(kind="vic", path=tmp_path / "domain.nc"))


@pytest.mark.parametrize("kind", ["i1", "u1", "i2", "i8", "f4", "f8"])
def test_a_mask_may_be_of_any_type(case, domain, tmp_path, kind):
    own = loaded(case / "domain.nc")
    own["mask"] = own["mask"].astype(kind).assign_attrs(own["mask"].attrs)
    own["mask"].encoding = {}
    own.to_netcdf(tmp_path / "domain.nc")
    found = read_domain(VicDomain(kind="vic", path=tmp_path / "domain.nc"))
    np.testing.assert_array_equal(found.mask, domain.mask)


def test_a_domain_across_180_degrees_stays_in_one_piece(case, tmp_path):
    shift = 180 - 0.03125 - float(loaded(case / "domain.nc").lon[2])
    folder = {}
    for name in ("domain", "params", "forcing.2008"):
        own = loaded(case / f"{name}.nc")
        lon = (own.lon + shift + 180) % 360 - 180 if name == "params" else own.lon + shift
        own.assign_coords(lon=lon).to_netcdf(tmp_path / f"{name}.nc")
        folder[name] = tmp_path / f"{name}.nc"
    domain = domain_of(folder["domain"], folder["params"])
    assert np.ptp(domain.lon.values) == pytest.approx(0.25) and float(domain.lon.max()) > 180
    there = own_parameters(folder["params"], domain)
    here = own_parameters(case / "params.nc", domain_of(case / "domain.nc", case / "params.nc"))
    np.testing.assert_array_equal(there.infilt, here.infilt)
    np.testing.assert_array_equal(there.elev, here.elev)
    forcing = VicForcing(product="vic", prefix=tmp_path / "forcing.")
    found = prepare_forcing(forcing, JUNE, domain, 8, True)
    expected = loaded(case / "forcing.2008.nc").tas.values[152 * 8 : 182 * 8]
    inside = domain.mask.values > 0
    np.testing.assert_allclose(found.tas.values[:, inside], expected[:, inside], rtol=1e-6)


def of_history(case, domain, target, variable, **options):
    settings = CfObservations(product="cf", path=case / "fluxes.nc", variable=variable, **options)
    return prepare_observations(settings, target, JUNE, domain)[target]


def june(case, name):
    with netCDF4.Dataset(case / "fluxes.nc") as file:
        return np.asarray(file[name][152:182].filled(np.nan))


def test_vics_history_is_an_observation_of_evaporation(case, domain):
    found = of_history(case, domain, "et", "OUT_EVAP")
    np.testing.assert_allclose(found, june(case, "OUT_EVAP"), rtol=1e-6)


@pytest.mark.parametrize("change", [turned, renamed, flipped, mapped])
def test_observations_are_the_same_however_the_file_lays_them_out(case, domain, tmp_path, change):
    own = loaded(case / "fluxes.nc")[["OUT_EVAP", "time_bnds"]]
    change(own).to_netcdf(tmp_path / "fluxes.nc")
    expected = of_history(case, domain, "et", "OUT_EVAP")
    xr.testing.assert_equal(of_history(tmp_path, domain, "et", "OUT_EVAP"), expected)


@pytest.mark.parametrize("change", [turned, renamed, flipped, mapped])
def test_attributes_are_the_same_however_the_file_lays_them_out(case, domain, tmp_path, change):
    change(loaded(case / "params.nc")[["elev", "infilt"]]).to_netcdf(tmp_path / "own.nc")
    settings = {
        folder.name: CfAttribute(path=folder / name, variable="elev")
        for folder, name in ((case, "params.nc"), (tmp_path, "own.nc"))
    }
    found = further_attributes(settings, domain)
    np.testing.assert_array_equal(found[tmp_path.name], found[case.name])


def test_an_attribute_with_a_code_that_the_file_does_not_declare_is_refused(case, domain, tmp_path):
    own = loaded(case / "params.nc")[["elev"]]
    own["elev"][1, 2] = -9999.0
    own.to_netcdf(tmp_path / "own.nc")
    settings = {"height": CfAttribute(path=tmp_path / "own.nc", variable="elev")}
    with pytest.raises(ProductError, match=r"-9999, which the file does not declare[\s\S]*own\.nc"):
        further_attributes(settings, domain)


def test_vics_history_is_an_observation_of_runoff(case, domain):
    found = of_history(case, domain, "runoff", "OUT_RUNOFF+OUT_BASEFLOW")
    total = june(case, "OUT_RUNOFF") + june(case, "OUT_BASEFLOW")
    np.testing.assert_allclose(found, total, rtol=1e-5, atol=1e-9)


def test_vics_history_is_an_observation_of_moisture_by_the_depth_of_its_layer(case, domain):
    with netCDF4.Dataset(case / "params.nc") as file:
        depth = file["depth"][:].filled(np.nan)
    moisture = june(case, "OUT_SOIL_MOIST")
    found = of_history(
        case, domain, "soil_moisture", "OUT_SOIL_MOIST", parameters=case / "params.nc"
    )
    np.testing.assert_allclose(found, moisture[:, 0] / (1000 * depth[0]), rtol=1e-5)
    second = of_history(
        case, domain, "soil_moisture", "OUT_SOIL_MOIST", layer=1, parameters=case / "params.nc"
    )
    np.testing.assert_allclose(second, moisture[:, 1] / (1000 * depth[1]), rtol=1e-5)
    with pytest.raises(ProductError, match=r"water per area[\s\S]*parameters"):
        of_history(case, domain, "soil_moisture", "OUT_SOIL_MOIST")


def test_observations_of_a_part_of_the_domain_leave_the_rest_missing(
    case, domain, tmp_path, caplog
):
    loaded(case / "fluxes.nc")[["OUT_EVAP", "time_bnds"]].isel(lon=slice(0, 3)).to_netcdf(
        tmp_path / "fluxes.nc"
    )
    found = of_history(tmp_path, domain, "et", "OUT_EVAP")
    np.testing.assert_allclose(found[..., :3], june(case, "OUT_EVAP")[..., :3], rtol=1e-6)
    assert np.isnan(found[..., 3:]).all()
    assert "active cells have no value of et" in caplog.text


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("11-unsigned-bytes", {11: 11.95, 16: 7.35}),
        ("12-end-of-day-stamps", {11: 1.0}),
        ("15-since-year-1", {11: 2.909}),
    ],
)
def test_public_cases_keep_their_numbers(shared, name, days):
    folder = shared / "cases" / name
    domain = domain_of(folder / "domain.nc", folder / "params.nc")
    settings = CfObservations(product="cf", path=folder / "obs.nc", variable="et")
    found = prepare_observations(settings, "et", JUNE, domain).et
    for day, value in days.items():
        np.testing.assert_allclose(found.sel(time=f"2008-06-{day}"), value, atol=5e-4)


def test_evaporation_in_ecmwfs_sign_is_refused(shared):
    folder = shared / "cases" / "18-negative-evaporation"
    domain = domain_of(folder / "domain.nc", folder / "params.nc")
    settings = CfObservations(product="cf", path=folder / "obs.nc", variable="et")
    with pytest.raises(
        ProductError, match=r"the mean of et is -[\s\S]*obs\.nc[\s\S]*turn the sign"
    ):
        prepare_observations(settings, "et", JUNE, domain)


@pytest.mark.parametrize("name", ["Dsmax", "rmin", "root_fract"])
def test_a_parameter_file_that_lacks_what_vic_uses_is_refused(case, domain, tmp_path, name):
    loaded(case / "params.nc").drop_vars(name).to_netcdf(tmp_path / "params.nc")
    with pytest.raises(ProductError, match=rf"no such variable[\s\S]*params\.nc[\s\S]*{name}"):
        own_parameters(tmp_path / "params.nc", domain)
