"""Every parameter of the catalogue acts in VIC, with a gradient, as in its parameter file."""

import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
import xarray as xr
from invented import DAILY, Draw, land, weather

from paramscape.parameters.priors import PriorBox
from paramscape.study import Priors
from paramscape.study.parameters import BY_NAME, CATALOGUE, GAN_PO_PARAMETERS
from paramscape.vic import Parameters, calibrated_dataset, simulate, with_calibrated
from paramscape.vic.calibrated import uncalibrated_values
from paramscape.vic.processes import constants as c

NAMES = tuple(BY_NAME)
BOX = PriorBox.of(Priors.of(NAMES))
SIMULATE = sys.modules["paramscape.vic.simulate"]
CELLS, DAYS = 36, 30
RELATIVE = 1e-3
OUTPUTS = ("OUT_EVAP", "OUT_RUNOFF", "OUT_BASEFLOW", "OUT_SOIL_MOIST", "OUT_SWE")
COLD = ("thaw", "snow", "temperate", "monsoon")


def made(seed=21):
    parameters = land(seed, CELLS)
    climates = [COLD[cell % len(COLD)] for cell in range(CELLS)]
    return parameters, weather(climates, seed, DAILY, DAYS, 60)


def summary(parameters, forcing):
    """One number for each (member, cell) to which all outputs contribute differently."""
    out = simulate(parameters, forcing, DAILY, outputs=OUTPUTS).outputs
    weight = torch.linspace(0.5, 1.5, forcing.steps, dtype=torch.float64)[:, None]
    fluxes = out["OUT_EVAP"] + 0.7 * out["OUT_RUNOFF"] - 1.3 * out["OUT_BASEFLOW"]
    stored = out["OUT_SOIL_MOIST"].sum(-1) + 0.3 * out["OUT_SWE"]
    return (weight * fluxes).sum(-2) + stored.mean(-2)


@pytest.fixture
def eager(monkeypatch):
    """Lets simulations run in PyTorch alone."""
    return lambda: monkeypatch.setattr(SIMULATE, "compiled_here", lambda device: False)


@pytest.mark.parametrize("compiled", [True, False], ids=["compiled", "eager"])
def test_gradients_of_every_parameter_equal_differences_away_from_jumps(compiled, eager):
    """A cell counts where differences of two lengths agree: VIC jumps where snow starts or ends."""
    if not compiled:
        eager()
    days = DAYS if compiled else 8
    parameters, forcing = made()
    forcing = forcing.days(0, days)
    unit = Draw(4)(0.1, 0.9, CELLS, len(NAMES))
    leaf = BOX.to_physical(unit).requires_grad_()
    value = summary(with_calibrated(parameters, leaf, NAMES), forcing)
    (gradient,) = torch.autograd.grad(value.sum(), leaf)
    assert gradient.isfinite().all()

    width = BOX.high - BOX.low
    slope, shorter = (
        width * differences(parameters, forcing, leaf.detach(), length * width)
        for length in (2e-5, 7e-6)
    )
    smooth = (slope - shorter).abs() <= (RELATIVE * slope.abs()).clamp(min=1e-5)
    close = (gradient * width - slope).abs() <= (RELATIVE * slope.abs()).clamp(min=1e-5)
    for place, name in enumerate(NAMES):
        chosen = smooth[:, place]
        assert chosen.double().mean() >= 0.5, name
        assert close[chosen, place].all(), name
        assert (slope[chosen, place].abs() > 1e-4).sum() >= 3, name


def differences(parameters, forcing, values, step):
    """Central differences (cell, parameter) of the summary."""
    moves = torch.diag(step)[:, None]
    with torch.no_grad():
        ends = torch.cat([values + moves, values - moves])
        above, below = summary(with_calibrated(parameters, ends, NAMES), forcing).chunk(2)
    return (above - below).T / (2 * step)


def test_only_what_is_calibrated_has_a_gradient():
    parameters, _ = made()
    for name in GAN_PO_PARAMETERS:
        assert not parameters.soil[BY_NAME[name].variable].requires_grad
    leaf = BOX.to_physical(Draw(4)(0.1, 0.9, CELLS, len(NAMES)))[:, :1].requires_grad_()
    changed = with_calibrated(parameters, leaf, ("infilt",))
    wants = [name for name, values in changed.soil.items() if values.requires_grad]
    assert wants == ["infilt"]
    assert not any(values.requires_grad for values in changed.vegetation.values())


def test_members_are_simulated_as_each_by_itself():
    parameters, forcing = made()
    members = BOX.to_physical(Draw(8)(0, 1, 3, CELLS, len(NAMES)))
    together = simulate(
        with_calibrated(parameters, members, NAMES), forcing, DAILY, outputs=OUTPUTS
    )
    for member, values in enumerate(members):
        alone = simulate(
            with_calibrated(parameters, values, NAMES), forcing, DAILY, outputs=OUTPUTS
        )
        for name in OUTPUTS:
            assert torch.equal(together.outputs[name][member], alone.outputs[name]), name


def test_the_compiled_and_the_eager_engine_agree(eager):
    parameters, forcing = made()
    members = BOX.to_physical(Draw(9)(0, 1, 2, CELLS, len(NAMES)))
    calibrated = with_calibrated(parameters, members, NAMES)
    compiled = simulate(calibrated, forcing, DAILY, outputs=OUTPUTS).outputs
    eager()
    eager_ones = simulate(calibrated, forcing, DAILY, outputs=OUTPUTS).outputs
    for name in OUTPUTS:
        torch.testing.assert_close(compiled[name], eager_ones[name], rtol=1e-9, atol=1e-9)


def test_uncalibrated_values_change_nothing():
    parameters, forcing = made()
    names = tuple(p.name for p in CATALOGUE if p.extent != "layers")
    values = uncalibrated_values(parameters.soil, names)
    before = simulate(parameters, forcing, DAILY, outputs=OUTPUTS).outputs
    after = simulate(
        with_calibrated(parameters, values, names), forcing, DAILY, outputs=OUTPUTS
    ).outputs
    for name in OUTPUTS:
        torch.testing.assert_close(after[name], before[name], rtol=1e-10, atol=1e-10)


def test_the_catalogues_constants_are_those_of_vic():
    assert BY_NAME["MIN_RAIN_TEMP"].uncalibrated == c.ALL_SNOW_BELOW
    assert BY_NAME["MAX_SNOW_TEMP"].uncalibrated == c.ALL_RAIN_ABOVE
    assert BY_NAME["max_snow_albedo"].uncalibrated == c.NEW_SNOW_ALBEDO


def test_more_leaves_evaporate_more_and_a_warmer_threshold_gives_more_snow():
    parameters, forcing = made()
    names = ("lai_factor", "MAX_SNOW_TEMP")
    low = torch.tensor([0.5, 0.5], dtype=torch.float64).repeat(CELLS, 1)
    more_leaves, warmer = low.clone(), low.clone()
    more_leaves[:, 0], warmer[:, 1] = 1.5, 2.5
    outputs = ("OUT_EVAP_CANOP", "OUT_SNOWF")
    base, leafy, snowy = (
        simulate(with_calibrated(parameters, v, names), forcing, DAILY, outputs=outputs).outputs
        for v in (low, more_leaves, warmer)
    )
    assert leafy["OUT_EVAP_CANOP"].sum() > base["OUT_EVAP_CANOP"].sum()
    assert snowy["OUT_SNOWF"].sum() > base["OUT_SNOWF"].sum()


def test_the_critical_point_takes_the_wilting_point_along():
    parameters, _ = made()
    values = torch.full((CELLS, 1), 0.35, dtype=torch.float64)
    soil = with_calibrated(parameters, values, ("Wcr_FRACT",)).soil
    torch.testing.assert_close(
        soil["Wpwp_FRACT"] / soil["Wcr_FRACT"],
        parameters.soil["Wpwp_FRACT"] / parameters.soil["Wcr_FRACT"],
    )
    porosity = 1 - soil["bulk_density"] / soil["soil_density"]
    assert (soil["resid_moist"] <= soil["Wpwp_FRACT"] * porosity + 1e-15).all()


@pytest.mark.parametrize(
    ("names", "values", "message"),
    [
        (("Wcr_FRACT", "Wpwp_FRACT"), (0.4, 0.5), "Wcr_FRACT minus Wpwp_FRACT"),
        (("MIN_RAIN_TEMP", "MAX_SNOW_TEMP"), (1.0, 0.5), "MAX_SNOW_TEMP minus MIN_RAIN_TEMP"),
        (("Ksat",), (0.0,), "Ksat must be above 0"),
        (("lai_factor",), (-0.1,), "lai_factor must be above 0"),
        (("depth1", "depth2"), (0.4, 0.3), "depth2 must be at least the depth of layer 1"),
        (("albedo_factor",), (9.0,), "albedo times albedo_factor"),
    ],
)
def test_values_that_vic_refuses_are_refused(names, values, message):
    parameters, _ = made()
    fields = torch.tensor(values, dtype=torch.float64).repeat(CELLS, 1)
    with pytest.raises(ValueError, match=message):
        with_calibrated(parameters, fields, names)


def test_a_file_with_calibrated_values_simulates_like_the_tensors(case):
    reference = case("huaihe-daily")
    names = tuple(n for n in NAMES if n != "max_snow_albedo")
    box = PriorBox.of(Priors.of(names))
    cells = reference.parameters.cells
    values = box.to_physical(Draw(3)(0.1, 0.9, cells, len(names)))
    direct = with_calibrated(reference.parameters, values, names)
    file = calibrated_dataset(reference.params, values, names, reference.mask)
    again = Parameters.from_dataset(file, reference.mask)
    for name in ("Ksat", "Wpwp_FRACT", "resid_moist", "depth", "init_moist", "MIN_RAIN_TEMP"):
        torch.testing.assert_close(again.soil[name], direct.soil[name], rtol=1e-12, atol=0)
    days = reference.forcing.days(0, 20 * reference.options.model_steps_per_day)
    one = simulate(direct, days, reference.options).outputs
    other = simulate(again, days, reference.options).outputs
    for name, series in one.items():
        torch.testing.assert_close(series, other[name], rtol=1e-9, atol=1e-9)


def test_the_albedo_of_new_snow_is_written_for_every_class(case):
    reference = case("huaihe-daily")
    values = np.full((reference.parameters.cells, 1), 0.77)
    file = calibrated_dataset(reference.params, values, ("max_snow_albedo",), reference.mask)
    found = file["max_snow_albedo"]
    assert found.dims == ("veg_class", "lat", "lon")
    active = xr.DataArray(np.asarray(reference.mask) > 0, dims=("lat", "lon"))
    assert (found.where(active, 0.77) == 0.77).all()


def test_classes_without_stomata_leave_the_gradient_finite():
    parameters, forcing = made()
    without = {name: parameters.vegetation[name].clone() for name in ("rmin", "RGL")}
    for values in without.values():
        values[:, 4] = 0.0
    parameters = replace(parameters, vegetation={**parameters.vegetation, **without})
    factor = torch.ones(CELLS, 1, dtype=torch.float64, requires_grad=True)
    value = summary(with_calibrated(parameters, factor, ("rmin_factor",)), forcing.days(0, 4))
    (gradient,) = torch.autograd.grad(value.sum(), factor)
    assert gradient.isfinite().all() and (gradient != 0).any()
