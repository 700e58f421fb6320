import numpy as np
import pytest
import xarray as xr

from paramscape.products.humidity import saturation_pascals
from paramscape.study import Priors, Twin
from paramscape.study.parameters import GAN_PO_PARAMETERS
from paramscape.twin import add_observation_noise, perturb_forcing, truth_parameters
from paramscape.twin.fields import static_field

LAT, LON = 31.6 + 0.25 * np.arange(12), 113.6 + 0.25 * np.arange(14)
TIME = np.arange("2009-01-01", "2009-05-01", dtype="datetime64[D]").astype("datetime64[ns]")


def on_grid(values, dims=("lat", "lon"), **attrs):
    axes = {"time": TIME, "lat": LAT, "lon": LON}
    return xr.DataArray(values, {d: axes[d] for d in dims}, dims, attrs=attrs)


@pytest.fixture(scope="module")
def attributes():
    names = ("clay", "elevation", "porosity", "sand", "soil_depth")
    fields = {n: on_grid(static_field(5, f"test {n}", 0.5, LAT, LON)) for n in names}
    dataset = xr.Dataset(fields)
    dataset["sand"][0, 0] = np.nan
    return dataset


@pytest.fixture
def forcing():
    shape = (TIME.size, LAT.size, LON.size)
    full = {"tas": 10.0, "prcp": 3.0, "dswrf": 150.0, "vp": 1.0, "wind": 2.0}
    dims = ("time", "lat", "lon")
    return xr.Dataset({n: on_grid(np.full(shape, v, "f4"), dims) for n, v in full.items()})


@pytest.mark.parametrize("unexplained", [0.0, 0.35, 1.0])
def test_true_parameters_lie_inside_the_priors(attributes, unexplained):
    priors = Priors()
    settings = Twin(unexplained=unexplained)
    truth = truth_parameters(attributes, priors, settings, 3)["parameters"]
    for name in GAN_PO_PARAMETERS:
        values = truth.sel(parameter=name).values
        inside = values[np.isfinite(values)]
        assert inside.size == LAT.size * LON.size - 1
        assert inside.min() > getattr(priors, name).low, name
        assert inside.max() < getattr(priors, name).high, name
        assert np.ptp(inside) > 0.3 * (getattr(priors, name).high - getattr(priors, name).low)
    assert not (truth.sel(parameter="Ds") > truth.sel(parameter="Ws")).any()
    assert np.isnan(truth.values[:, 0, 0]).all()


def explained(attributes, truth, name):
    """Share of variance of a parameter that a quadratic function of the attributes explains."""
    x = np.stack([attributes[n].values.ravel() for n in attributes], -1)
    squares = np.stack([x[:, i] * x[:, j] for i in range(5) for j in range(i, 5)], -1)
    design = np.concatenate([np.ones((len(x), 1)), x, np.tanh(x), squares], 1)
    y = truth.sel(parameter=name).values.ravel()
    known = np.isfinite(design).all(1)
    fit = design[known] @ np.linalg.lstsq(design[known], y[known], rcond=None)[0]
    return 1 - np.var(y[known] - fit) / np.var(y[known])


def test_attributes_explain_a_truth_that_has_no_part_of_its_own(attributes):
    share = {}
    for unexplained in (0.0, 0.9):
        truth = truth_parameters(attributes, Priors(), Twin(unexplained=unexplained), 3)
        share[unexplained] = np.mean(
            [explained(attributes, truth["parameters"], n) for n in ("infilt", "Ws", "expt")]
        )
    assert share[0.0] > 0.85
    assert share[0.9] < share[0.0] - 0.2


def test_the_truth_depends_on_the_seed_only(attributes):
    first, again, other = (
        truth_parameters(attributes, Priors(), Twin(), seed)["parameters"].values
        for seed in (3, 3, 4)
    )
    assert np.array_equal(first, again, equal_nan=True)
    assert np.nanmax(np.abs(first - other)) > 0.1


def test_forcing_errors_have_the_promised_size_and_no_bias(forcing):
    settings = Twin(rain_error=0.2, temperature_error=0.6, radiation_error=0.05)
    perturbed = perturb_forcing(forcing, settings, 3)
    assert float(np.log(perturbed.prcp / 3).std()) == pytest.approx(0.2, rel=0.15)
    assert float(perturbed.prcp.mean()) == pytest.approx(3, rel=0.03)
    assert float((perturbed.tas - 10).std()) == pytest.approx(0.6, rel=0.2)
    assert float(np.log(perturbed.dswrf / 150).std()) == pytest.approx(0.05, rel=0.2)
    assert perturbed.wind.equals(forcing.wind) and perturbed.prcp.dtype == np.float32


def test_perturbed_air_is_not_above_saturation(forcing):
    forcing["vp"] = forcing["vp"] * 0 + np.float32(saturation_pascals(np.float64(10.0)) / 1000)
    perturbed = perturb_forcing(forcing, Twin(temperature_error=2.0), 3)
    assert (
        perturbed.vp <= saturation_pascals(perturbed.tas.astype("f8")) / 1000 * (1 + 1e-5)
    ).all()


def test_years_may_be_perturbed_one_by_one(forcing):
    whole = perturb_forcing(forcing, Twin(), 3)
    part = perturb_forcing(forcing.isel(time=slice(40, 60)), Twin(), 3)
    xr.testing.assert_equal(part, whole.isel(time=slice(40, 60)))


def test_without_errors_the_forcing_is_felt_as_it_is(forcing):
    settings = Twin(rain_error=0, temperature_error=0, radiation_error=0)
    xr.testing.assert_allclose(perturb_forcing(forcing, settings, 3), forcing)


def test_observation_noise_is_relative_and_correlated(forcing):
    exact = forcing["prcp"].rename("et").assign_attrs(units="mm d-1")
    settings = Twin(observation_noise=0.15, noise_length=0.75, noise_days=5)
    noise = (add_observation_noise(exact, settings, 3) / exact - 1).values
    assert noise.std() == pytest.approx(0.15, rel=0.2)
    neighbour = np.corrcoef(noise[:, :, 1:].ravel(), noise[:, :, :-1].ravel())[0, 1]
    tomorrow = np.corrcoef(noise[1:].ravel(), noise[:-1].ravel())[0, 1]
    assert neighbour > 0.8 and tomorrow > 0.7


def test_noise_on_something_that_is_no_target_is_refused(forcing):
    with pytest.raises(ValueError, match="et, runoff, soil_moisture; got 'prcp'"):
        add_observation_noise(forcing["prcp"], Twin(), 3)
