"""The twin's hidden truth."""

import numpy as np
import pytest
import torch
import xarray as xr

from paramscape.files import require
from paramscape.parameters.datasets import fields_of
from paramscape.study import Priors, Twin, Vic
from paramscape.study.moisture import ComparedMoisture
from paramscape.twin.observe import TruthInputs, hidden_parameters, observe_truth


@pytest.fixture(scope="module")
def inputs(case):
    params, forcing, cells = case
    rng = np.random.default_rng(4)
    names = ("sand", "silt", "clay", "porosity", "bulk_density", "soil_depth")
    coords = {"lat": cells.lat, "lon": cells.lon}
    attributes = xr.Dataset(
        {n: (("lat", "lon"), rng.uniform(10, 60, cells.shape)) for n in names}, coords
    )
    return TruthInputs(params, forcing, attributes, cells)


EXACT = Twin(rain_error=0, temperature_error=0, radiation_error=0, observation_noise=0)


def test_the_true_parameters_lie_in_the_priors_and_only_in_the_domain(inputs, box):
    truth = hidden_parameters(inputs, Priors(), Twin())
    require(truth, "parameters", "truth.nc")
    unit = box.to_unit(torch.from_numpy(fields_of(truth, Priors().names, inputs.cells)))
    assert unit.min() >= 0 and unit.max() <= 1
    assert np.isnan(truth["parameters"].values[:, ~inputs.cells.mask]).all()


def test_without_errors_the_observations_are_vic_with_the_true_parameters(inputs, engine, periods):
    truth = hidden_parameters(inputs, Priors(), EXACT)
    observed = observe_truth(inputs, truth, periods, Vic(), EXACT)
    require(observed, "simulation", "observed.nc")
    values = torch.from_numpy(fields_of(truth, Priors().names, inputs.cells))
    expected = engine.run(values, periods.warmup.start, periods.train)
    for name in ("et", "runoff", "soil_moisture"):
        got = inputs.cells.gather(observed[name].sel(time=periods.train.slice))
        np.testing.assert_allclose(got, expected[name], rtol=1e-5, atol=1e-6)


def test_the_same_seed_observes_the_same_and_errors_make_a_difference(inputs, periods):
    truth = hidden_parameters(inputs, Priors(), Twin())
    first, again = (observe_truth(inputs, truth, periods, Vic(), Twin()) for _ in range(2))
    xr.testing.assert_identical(first, again)
    exact = observe_truth(inputs, truth, periods, Vic(), EXACT)
    ratio = inputs.cells.gather(first["et"]) / inputs.cells.gather(exact["et"])
    assert 0.05 < np.nanstd(ratio) < 0.4


def test_the_truth_of_the_plains_follows_the_climate_and_has_no_noise(inputs, periods):
    plains = Twin(kind="conus", rain_error=0, temperature_error=0, radiation_error=0)
    truth = hidden_parameters(inputs, Priors(), plains)
    other = hidden_parameters(inputs, Priors(), Twin())
    assert (truth != other).to_array().any()
    observed = observe_truth(inputs, truth, periods, Vic(), plains)
    without = plains.model_copy(update={"kind": "huaihe", "observation_noise": 0.0})
    exact = observe_truth(inputs, truth, periods, Vic(), without)
    for name in ("et", "soil_moisture"):
        np.testing.assert_allclose(observed[name], exact[name], rtol=1e-12)


def test_the_truth_of_the_plains_is_that_of_the_ends_of_days(inputs, periods):
    plains = Twin(kind="conus")
    truth = hidden_parameters(inputs, Priors(), plains)
    middle = Vic(soil_moisture=ComparedMoisture(moment="middle", depth=0.05))
    observed = observe_truth(inputs, truth, periods, middle, plains)
    assert observed.equals(observe_truth(inputs, truth, periods, Vic(), plains))


def test_parameters_that_are_not_calibrated_are_wrong_in_the_default_unless_fixed(inputs, periods):
    plains = Twin(kind="conus", rain_error=0, temperature_error=0, radiation_error=0)
    five = Priors.of(("infilt", "Ds", "Dsmax", "Ws", "expt"))
    truth = hidden_parameters(inputs, five, plains)
    fixed = plains.model_copy(update={"fixed_true": True})
    known, unknown = (observe_truth(inputs, truth, periods, Vic(), t) for t in (fixed, plains))
    assert float(np.abs(known["et"] - unknown["et"]).max()) > 1e-3
    seven = hidden_parameters(inputs, Priors(), plains)
    assert observe_truth(inputs, seven, periods, Vic(), fixed).equals(
        observe_truth(inputs, seven, periods, Vic(), plains)
    )
