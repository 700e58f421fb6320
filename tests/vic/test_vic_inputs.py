"""Bad parameters, forcing, options and global files are refused with the rule and the place."""

import shutil
import subprocess
import sys

import numpy as np
import pytest
import torch
import xarray as xr

from paramscape.vic import Forcing, Options, Parameters, simulate
from paramscape.vic.image import run_global
from paramscape.vic.image.global_file import GlobalFileError, read_global_file


def spoilt(params: xr.Dataset, **changes) -> xr.Dataset:
    broken = params.copy(deep=True)
    for name, (index, value) in changes.items():
        broken[name].values[index] = value
    return broken


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"Wpwp_FRACT": ((1, 2, 3), 0.99)}, "Wpwp_FRACT must not exceed Wcr_FRACT"),
        ({"depth": ((0, 0, 0), 1.9)}, "layer 1 must not be thicker than layer 2"),
        ({"wind_h": ((slice(None), 1, 1), 0.0)}, "wind_h must be above 0"),
        ({"Nveg": ((0, 2), 1)}, "the number of classes with Cv > 0 must be Nveg"),
        ({"resid_moist": ((0, 0, 0), 0.4)}, "at least resid_moist"),
        ({"infilt": ((2, 2), np.nan)}, "infilt must not be missing"),
        ({"expt": ((0, 1, 1), 2.0)}, "expt must be above 3"),
    ],
)
def test_parameters_that_vic_refuses_are_refused_with_the_cell(case, changes, message):
    reference = case("huaihe-daily")
    with pytest.raises(ValueError, match=message) as error:
        Parameters.from_dataset(spoilt(reference.params, **changes), reference.mask)
    assert "latitude" in str(error.value) and "cell" in str(error.value)


def test_a_parameter_file_without_a_variable_names_it(case):
    reference = case("huaihe-daily")
    with pytest.raises(ValueError, match="no variable 'Ksat'"):
        Parameters.from_dataset(reference.params.drop_vars("Ksat"), reference.mask)


def test_bands_with_precipitation_on_no_area_are_refused(case):
    reference = case("stehekin-hourly-bands")
    bands = {k: v.clone() for k, v in reference.parameters.bands.items()}
    bands["AreaFract"][0, 0], bands["Pfactor"][0, 0] = 0.0, 0.2
    broken = Parameters(**{**vars(reference.parameters), "bands": bands})
    with pytest.raises(ValueError, match="Pfactor must be 0 where AreaFract is 0"):
        simulate(broken, reference.forcing.days(0, 1), reference.options)


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ((2, 8, 24), "MODEL_STEPS_PER_DAY=2"),
        ((8, 24, 24), "SNOW_STEPS_PER_DAY=24 must equal"),
        ((8, 8, 12), "RUNOFF_STEPS_PER_DAY=12"),
        ((1, 2, 24), "SNOW_STEPS_PER_DAY=2"),
        ((36, 36, 36), "above 24 a multiple of 24"),
    ],
)
def test_steps_that_vic_refuses_are_refused(steps, message):
    with pytest.raises(ValueError, match=message):
        Options(*steps)


def test_forcing_in_the_wrong_unit_or_with_gaps_is_refused(shared):
    folder = shared / "vic-reference" / "walnut-gulch-daily"
    mask = xr.open_dataset(folder / "domain.nc")["mask"].values > 0
    year = xr.open_dataset(folder / "forcing.2008.nc").isel(time=slice(0, 16)).load()
    Forcing.from_dataset(year, mask, Options())
    with pytest.raises(ValueError, match=r"tas lies between .* VIC needs C"):
        Forcing.from_dataset(year.assign(tas=year["tas"] + 273.15), mask, Options())
    gap = year.copy(deep=True)
    gap["wind"].values[3] = np.nan
    with pytest.raises(ValueError, match="forcing wind is missing at 2008-01-01"):
        Forcing.from_dataset(gap, mask, Options())
    with pytest.raises(ValueError, match="8 records a day; SNOW_STEPS_PER_DAY is 24"):
        Forcing.from_dataset(year, mask, Options(24, 24, 24))


def test_member_axes_of_different_length_are_refused(case):
    reference = case("huaihe-daily")
    infilt = reference.parameters.soil["infilt"]
    three = reference.parameters.replace(soil={"infilt": infilt.expand(3, -1)})
    weather = {k: torch.stack([v, v]) for k, v in vars(reference.forcing.days(0, 1)).items()}
    with pytest.raises(ValueError, match="member axes differ"):
        simulate(three, Forcing(**weather), reference.options)


@pytest.fixture
def folder(shared, tmp_path, monkeypatch):
    """A short copy of a reference case, and the working directory."""
    source = shared / "vic-reference" / "walnut-gulch-daily"
    for path in source.iterdir():
        if path.name != "fluxes.nc":
            shutil.copy(path, tmp_path / path.name)
            (tmp_path / path.name).chmod(0o644)
    text = (tmp_path / "global.txt").read_text()
    text = text.replace("ENDMONTH 12", "ENDMONTH 2").replace("ENDDAY 31", "ENDDAY 9")
    (tmp_path / "global.txt").write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_image_driver_writes_what_vics_driver_writes(folder, shared):
    (written,) = run_global("global.txt")
    assert written.name == "fluxes.2008-01-01.nc"
    with (
        xr.open_dataset(written, decode_times=False) as ours,
        xr.open_dataset(
            shared / "vic-reference/walnut-gulch-daily/fluxes.nc", decode_times=False
        ) as vic,
    ):
        first = vic.isel(time=slice(0, 40))
        np.testing.assert_array_equal(ours["time"], first["time"])
        assert ours["time"].attrs["units"] == vic["time"].attrs["units"]
        for name in set(vic.data_vars) - {"time_bnds"}:
            assert ours[name].dims == vic[name].dims
            assert ours[name].attrs["cell_methods"] == vic[name].attrs["cell_methods"]
            np.testing.assert_allclose(ours[name], first[name], rtol=0, atol=1e-7)


def test_months_are_aggregated_and_an_unfinished_one_is_not_written(folder):
    text = (folder / "global.txt").read_text().replace("AGGFREQ NDAYS 1", "AGGFREQ NMONTHS 1")
    (folder / "global.txt").write_text(text)
    (written,) = run_global("global.txt")
    assert written.name == "fluxes.2008-01.nc"
    with xr.open_dataset(written, decode_times=False) as months:
        assert months.sizes["time"] == 1
        assert (months["time_bnds"].values[0, 1] - months["time_bnds"].values[0, 0]) == 31


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("SNOW_BANDS TRUE", "unknown option SNOW_BANDS; the nearest known one is SNOW_BAND"),
        ("FULL_ENERGY TRUE", "FULL_ENERGY TRUE is outside water-balance mode"),
        ("LAKES lakes.nc", "LAKES lakes.nc is outside water-balance mode"),
        ("INIT_STATE state.nc", "INIT_STATE is not supported"),
        ("OUTVAR OUT_DISCHARGE", "OUT_DISCHARGE is not an output of this model"),
        ("OUT_FORMAT ASCII", "OUT_FORMAT ASCII is not one of"),
        ("CALENDAR NOLEAP", "its calendar is .* CALENDAR is 'noleap'"),
        ("ENDYEAR 2009", "forcing file forcing.2009.nc does not exist"),
    ],
)
def test_a_global_file_that_cannot_be_run_is_refused(folder, line, message):
    with open(folder / "global.txt", "a") as file:
        file.write(line + "\n")
    with pytest.raises(ValueError, match=message):
        run_global("global.txt")


def test_a_global_file_without_a_domain_is_refused(folder):
    text = (folder / "global.txt").read_text().replace("DOMAIN domain.nc", "")
    (folder / "global.txt").write_text(text)
    with pytest.raises(GlobalFileError, match="DOMAIN must be given"):
        read_global_file("global.txt")


def test_a_shifted_forcing_grid_is_refused(folder):
    with xr.open_dataset("forcing.2008.nc") as year:
        moved = year.load().assign_coords(lat=year["lat"] + 0.5)
    moved.to_netcdf("forcing.2008.nc")
    with pytest.raises(ValueError, match="its lat differs from the domain's"):
        run_global("global.txt")


def test_importing_the_engine_needs_no_reader_of_files():
    code = "import sys, paramscape.vic; sys.exit('netCDF4' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
