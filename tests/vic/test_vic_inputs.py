"""Bad parameters, forcing and options are refused with the rule and the place."""

import subprocess
import sys

import numpy as np
import pytest
import torch
import xarray as xr
from invented import land

from paramscape.study.parameters import GAN_PO_PARAMETERS
from paramscape.vic import Forcing, Options, Parameters, simulate, with_calibrated


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
        ({"wind_h": ((slice(None), 1, 1), 8.1)}, "wind_h above displacement must also lie above"),
        ({"root_fract": ((0, 0, 1, 1), 0.5)}, "root_fract must sum to 1"),
        ({"Nveg": ((0, 2), 1)}, "the number of classes with Cv > 0 must be Nveg"),
        ({"resid_moist": ((0, 0, 0), 0.4)}, "at least resid_moist"),
        ({"infilt": ((2, 2), np.nan)}, "infilt must not be missing"),
        ({"expt": ((0, 1, 1), 2.0)}, "expt must .* lie within 3 to 200; got expt=2"),
    ],
)
def test_parameters_that_vic_refuses_are_refused_with_the_cell(case, changes, message):
    reference = case("huaihe-daily")
    with pytest.raises(ValueError, match=message) as error:
        Parameters.from_dataset(spoilt(reference.params, **changes), reference.mask)
    assert "latitude" in str(error.value) and "cell" in str(error.value)


@pytest.mark.parametrize(
    ("position", "value", "message"),
    [
        (4, 0.05, "depth2 must be at least the depth of layer 1, .* got 0.05 in member 1, cell 2"),
        (5, 0.0, "depth of a layer must be at least 0.001 m"),
        (0, 0.0, "infilt must be above 0"),
        (6, 3.0, "expt must be above 3"),
        (6, float("nan"), "expt must be above 3, as VIC demands; got nan"),
        (1, float("nan"), "Ds must not be negative, as VIC demands; got nan"),
        (2, -9999.0, "Dsmax must not be negative, as VIC demands; got -9999"),
        (3, 0.0, "Ws must be above 0, as VIC demands; got 0 in member 1, cell 2"),
    ],
)
def test_calibrated_values_that_vic_refuses_are_refused(position, value, message):
    values = torch.tensor([0.1, 0.1, 5.0, 0.8, 0.5, 0.5, 10.0], dtype=torch.float64)
    values = values.repeat(3, 4, 1)
    with_calibrated(land(1, 4), values, GAN_PO_PARAMETERS)
    values[1, 2, position] = value
    with pytest.raises(ValueError, match=message):
        with_calibrated(land(1, 4), values, GAN_PO_PARAMETERS)


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


def test_importing_the_engine_needs_no_reader_of_files():
    code = "import sys, paramscape.vic; sys.exit('netCDF4' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
