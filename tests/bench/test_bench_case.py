"""The benchmark's case is valid input of VIC."""

import numpy as np
import pytest
import torch
import xarray as xr

from paramscape.bench.case import FIRST, MODES, OUTPUTS, QUICK, Extent, draw_calibrated, make_case
from paramscape.bench.simulation import calibrated_of, run, run_with_gradient
from paramscape.study import Priors
from paramscape.study.parameters import GAN_PO_PARAMETERS
from paramscape.vic import simulate, with_calibrated
from paramscape.vic.executable.check_forcing import check_case_forcing
from paramscape.vic.executable.check_parameters import check_case_parameters, read_grid
from paramscape.vic.executable.folder import clear_folder, write_folder
from paramscape.vic.image.write_global import ImageCase


@pytest.fixture(scope="module")
def quick():
    """The quick case."""
    return make_case(QUICK)


def test_equal_extents_give_equal_cases(quick):
    again = make_case(QUICK)
    for name in ("domain", "params", "forcing"):
        xr.testing.assert_identical(getattr(again, name), getattr(quick, name))


def test_the_whole_case_is_408_cells_and_two_years():
    extent = Extent()
    assert (extent.rows * extent.columns, extent.days) == (408, 365 + 365)


@pytest.mark.parametrize("mode", MODES)
def test_every_check_of_vics_files_passes(quick, mode, tmp_path):
    case = ImageCase(MODES[mode], FIRST, quick.last, OUTPUTS)
    clear_folder(tmp_path / "run")
    write_folder(tmp_path / "run", case, quick.write_forcing(tmp_path / "forcing"))
    grid = read_grid(tmp_path / "run")
    assert grid.count == QUICK.rows * QUICK.columns
    check_case_parameters(tmp_path / "run", case.options, grid)
    weather = check_case_forcing(tmp_path / "run", case, grid)
    assert weather.precipitation.shape == (QUICK.days, grid.count)


def test_the_land_has_five_vegetation_classes_and_a_bare_rest(quick):
    cover = quick.params["Cv"]
    np.testing.assert_allclose(cover.sum("veg_class"), 1.0, atol=1e-12)
    assert cover.sizes["veg_class"] == 6
    assert (cover[-1] > 0).all() and (cover[:-1].max(("lat", "lon")) > 0).all()


def test_winter_brings_some_snow_and_15_kelvin_more_none(quick):
    inputs = quick.inputs("daily")
    snow = simulate(*inputs, outputs=("OUT_SWE",)).outputs["OUT_SWE"]
    warm = {**vars(inputs.forcing), "air_temp": inputs.forcing.air_temp + 15.0}
    inputs = inputs._replace(forcing=type(inputs.forcing)(**warm))
    assert 0 < float((snow > 0).double().mean()) < 1
    assert simulate(*inputs, outputs=("OUT_SWE",)).outputs["OUT_SWE"].max() == 0


def test_members_lie_inside_the_priors_and_differ():
    values, priors = draw_calibrated(3, 5), Priors()
    for position, name in enumerate(GAN_PO_PARAMETERS):
        prior = getattr(priors, name)
        assert (
            values[..., position].min() >= prior.low and values[..., position].max() <= prior.high
        )
    assert not torch.equal(values[0], values[1])
    assert torch.equal(values, draw_calibrated(3, 5))


def test_the_calibrated_parameters_are_those_of_the_case(quick):
    inputs = quick.inputs("daily").of_cells(slice(0, 3)).of_days(5)
    same = with_calibrated(inputs.parameters, calibrated_of(inputs), GAN_PO_PARAMETERS)
    for name, value in same.soil.items():
        torch.testing.assert_close(value, inputs.parameters.soil[name], rtol=0, atol=0)


def test_forward_and_backward_give_the_outputs_of_forward(quick):
    inputs = quick.inputs("daily").of_cells(slice(0, 3)).of_days(5)
    forward, both = run(inputs), run_with_gradient(inputs)
    for name in OUTPUTS:
        torch.testing.assert_close(both[name], forward[name], rtol=0, atol=1e-12)
