"""What the real VIC would silently misread is refused before it is started."""

from dataclasses import replace
from pathlib import Path

import netCDF4
import numpy as np
import pytest
import small_image_case
import stand_in_vic
import xarray as xr

from paramscape.vic.executable import CaseFiles, ExecutableError, Program, run_case
from paramscape.vic.executable.folder import image_parameters


@pytest.fixture
def files(tmp_path) -> CaseFiles:
    return small_image_case.files(tmp_path / "study")


def refusal(tmp_path: Path, files: CaseFiles, **options) -> str:
    """The message with which a case is refused without VIC having run."""
    folder = tmp_path / "run"
    program = Program(stand_in_vic.install(tmp_path))
    with pytest.raises(ExecutableError) as error:
        run_case(small_image_case.case(**options), files, program, folder)
    assert not (folder / "vic.log").exists()
    return str(error.value)


def rewrite(files: CaseFiles, year: int, change, **encoding) -> None:
    """Change the forcing of a year as a dataset."""
    path = files.forcing[year]
    with xr.open_dataset(path) as opened:
        changed = change(opened.load())
    path.unlink()
    changed.to_netcdf(path, encoding=encoding)


@pytest.mark.parametrize(
    ("field", "factor", "offset", "message"),
    [
        ("tas", 1.0, 273.15, r"tas must lie between .* \[C\] and is 283"),
        ("pres", 1000.0, 0.0, r"pres must lie between .* \[kPa\] and is 99"),
        ("pres", 10.0, 0.0, r"pres must lie between .* \[kPa\] and is 99"),
        ("vp", 1000.0, 0.0, r"vp must lie between .* \[kPa\] and is 8"),
        ("vp", 10.0, 0.0, "vp is more than 4 times the saturation vapour pressure .* in kPa"),
        ("prcp", -1.0, 0.0, "prcp must lie between 0 "),
        ("wind", 1.0, np.nan, "wind must lie between .* and is nan"),
    ],
)
def test_other_units_and_gaps_are_refused_with_time_and_cell(
    tmp_path, files, field, factor, offset, message
):
    rewrite(files, 2009, lambda ds: ds.assign({field: ds[field] * factor + offset}))
    found = refusal(tmp_path, files)
    assert_found(message, found)
    assert "forcing.2009.nc" in found
    if "must lie" in message:
        assert "2009-01-01 00:00:00 in the cell at latitude 31, longitude 114" in found


def assert_found(message: str, found: str) -> None:
    with pytest.raises(ValueError, match=message):
        raise ValueError(found)


def test_one_missing_value_in_an_active_cell_is_found_and_none_elsewhere(tmp_path, files):
    def spoil(ds):
        ds["dswrf"][5, 1, 2] = np.nan
        return ds

    rewrite(files, 2009, spoil)
    found = refusal(tmp_path, files)
    assert "dswrf" in found and "2009-01-01 15:00:00" in found
    assert "latitude 31.5, longitude 115" in found and "1 times in 1 of 5 cells" in found


def test_a_units_attribute_that_vic_does_not_convert_is_refused(tmp_path, files):
    rewrite(files, 2008, lambda ds: ds.assign(prcp=ds["prcp"].assign_attrs(units="kg m-2 s-1")))
    assert_found(
        "prcp is in 'kg m-2 s-1', but VIC would read it as mm per step", refusal(tmp_path, files)
    )


def test_packed_forcing_is_refused(tmp_path, files):
    packed = {"dtype": "i2", "scale_factor": 0.01, "add_offset": 0.0, "_FillValue": -32767}
    rewrite(files, 2009, lambda ds: ds, tas=packed)
    assert_found(r"tas is packed as int16 \(scale_factor, add_offset\)", refusal(tmp_path, files))


def test_whole_numbers_are_refused_where_reals_belong(tmp_path, files):
    rewrite(files, 2009, lambda ds: ds.assign(wind=ds["wind"].fillna(0).astype("i4")))
    assert_found("wind must be stored as doubles, and it is int32", refusal(tmp_path, files))


def test_forcing_from_north_to_south_is_refused(tmp_path, files):
    rewrite(files, 2009, lambda ds: ds.isel(lat=slice(None, None, -1)))
    found = refusal(tmp_path, files)
    assert_found("lat runs against the domain's: 2 values from 31.5 to 31 against", found)


def test_forcing_on_another_grid_or_with_other_dims_is_refused(tmp_path, files):
    original = files.forcing[2009].read_bytes()
    rewrite(files, 2009, lambda ds: ds.assign_coords(lon=ds["lon"] + 0.25))
    assert_found("lon is not the domain's", refusal(tmp_path, files))
    files.forcing[2009].write_bytes(original)
    rewrite(files, 2009, lambda ds: ds.transpose("lat", "lon", "time"))
    assert_found(r"must have the dims \('time', 'lat', 'lon'\)", refusal(tmp_path, files))


@pytest.mark.parametrize(
    ("year", "cut", "message"),
    [
        (2009, lambda ds: ds.isel(time=slice(0, -1)), "needs 24 records .* the file has 23"),
        (2008, lambda ds: ds.isel(time=slice(1, None)), "the first 3 h after 2008-12-30"),
        (2009, lambda ds: ds.drop_isel(time=4), "step of 21600 s after record 3"),
        (2009, lambda ds: ds.isel(time=slice(None, None, 2)), "SNOW_STEPS_PER_DAY=8"),
        (2009, lambda ds: ds.drop_vars("vp"), "needs the variable vp"),
    ],
)
def test_forcing_that_does_not_cover_the_run_in_even_steps_is_refused(
    tmp_path, files, year, cut, message
):
    rewrite(files, year, cut)
    assert_found(message, refusal(tmp_path, files))


def test_a_later_year_must_begin_at_new_year(tmp_path, files):
    day = np.timedelta64(1, "D")

    def earlier(ds):
        before = ds.isel(time=slice(0, 8))
        return xr.concat([before.assign_coords(time=before["time"] - day), ds], "time")

    rewrite(files, 2009, earlier)
    assert_found("beginning with the file's first record", refusal(tmp_path, files))


def test_another_calendar_or_none_and_a_year_without_file_are_refused(tmp_path, files):
    with netCDF4.Dataset(files.forcing[2008], "a") as file:
        file["time"].calendar = "noleap"
    assert_found("its calendar is noleap", refusal(tmp_path, files))
    with netCDF4.Dataset(files.forcing[2008], "a") as file:
        file["time"].delncattr("calendar")
    assert_found("needs the attributes units and calendar", refusal(tmp_path, files))
    without = {2009: files.forcing[2009]}
    assert_found(
        "forcing.2008.nc: cannot be read", refusal(tmp_path, replace(files, forcing=without))
    )
    files.forcing[2008].write_bytes(files.forcing[2008].read_bytes()[:2000])
    assert_found("forcing.2008.nc: cannot be read", refusal(tmp_path, files))


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("avg_T", 288.0, r"avg_T must lie between -60 and 50 \[C\] .* latitude 31, longitude 114"),
        ("bulk_density", 1.4, r"\[kg m-3\] .* it is 1.4 at .*, nlayer 1, and outside in 5 of 5"),
        ("albedo", 20.0, "albedo must lie between 0 and 1 .* veg_class 1, month 1"),
        ("Ksat", np.nan, "Ksat must lie .* Missing values"),
        ("Wpwp_FRACT", 0.9, "Wpwp_FRACT must not exceed Wcr_FRACT"),
        ("depth", 0.0, "depth must lie"),
    ],
)
def test_parameters_out_of_range_are_refused_with_the_cell(tmp_path, files, name, value, message):
    spoilt = files.params.assign({name: files.params[name] * 0 + value})
    assert_found(message, refusal(tmp_path, replace(files, params=spoilt)))


def test_an_absent_parameter_is_named(tmp_path, files):
    for name in ("Dsmax", "annual_prec"):
        without = replace(files, params=files.params.drop_vars(name))
        assert f"VIC needs the variable {name}" in refusal(tmp_path, without)
    assert "VIC needs the variable AreaFract" in refusal(tmp_path, files, snow_band=True)


def test_parameters_from_north_to_south_are_refused(tmp_path, files):
    turned = replace(files, params=files.params.isel(lat=slice(None, None, -1)))
    assert "params.nc: lat runs against the domain's" in refusal(tmp_path, turned)


def test_cells_to_run_outside_the_mask_are_refused(tmp_path, files):
    everywhere = files.params.assign(run_cell=files.params["run_cell"] * 0 + 1)
    found = refusal(tmp_path, replace(files, params=everywhere))
    assert "run_cell is 1 in 1 cells outside the domain's mask" in found


def test_integers_are_whole_in_vics_file_where_the_study_has_gaps(files):
    written = image_parameters(files.params, small_image_case.case().options)
    for name in ("run_cell", "Nveg", "overstory", "fs_active"):
        assert written[name].dtype == np.int32
    assert int(written["Nveg"][0, 2]) == 0
    assert all(v.dtype == np.float64 for v in written.data_vars.values() if v.dtype != np.int32)
