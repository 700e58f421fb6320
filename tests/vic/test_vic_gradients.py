"""Gradients equal central differences where VIC is smooth, and are finite everywhere.

VIC has kinks and knife-edges (thresholds of snow, ties of canopy storage): a difference that
spans one is counted as a failure, and a share of the points has to pass.
"""

from dataclasses import replace

import pytest
import torch
from invented import CLIMATES, DAILY, PRIORS, SUBDAILY, Draw, land, weather

from paramscape.vic import Parameters, simulate, with_calibrated

RELATIVE = 1e-4
WARM, COLD = ("desert", "monsoon", "temperate"), ("thaw", "snow", "polar")
OUTPUTS = ("OUT_EVAP", "OUT_RUNOFF", "OUT_SOIL_MOIST")
ALL = (*OUTPUTS, "OUT_BASEFLOW", "OUT_SWE", "OUT_SNOW_CANOPY")


def cycled(climates, cells):
    return [climates[cell % len(climates)] for cell in range(cells)]


def daily(parameters, forcing, options, day):
    """ET, runoff and moisture of one layer, each on the chosen day of each cell: (3, ..., cell)."""
    out = simulate(parameters, forcing, options, outputs=OUTPUTS).outputs
    steps, cells = options.model_steps_per_day, torch.arange(len(day))
    moisture = out["OUT_SOIL_MOIST"].unflatten(-3, (-1, steps))[..., -1, :, :]
    fluxes = [out[name].unflatten(-2, (-1, steps)).sum(-2) for name in OUTPUTS[:2]]
    chosen = [flux[..., day, cells] for flux in fluxes]
    return torch.stack([*chosen, moisture[..., day, cells, cells % 3]])


@pytest.mark.parametrize(
    ("options", "climates", "cells", "days"),
    [(DAILY, WARM, 100, 25), (DAILY, COLD, 100, 20), (SUBDAILY, COLD, 100, 8)],
    ids=["daily-warm", "daily-snow", "3-hourly-snow"],
)
def test_gradients_equal_central_differences_at_nearly_all_random_points(
    options, climates, cells, days
):
    parameters, forcing = land(5, cells), weather(cycled(climates, cells), 5, options, days, 120)
    draw = Draw(9)
    values = PRIORS.to_physical(draw(0.001, 0.999, cells, 7))
    day = draw(1, days, cells).long()
    leaf = values.clone().requires_grad_()
    out = daily(with_calibrated(parameters, leaf, PRIORS.names), forcing, options, day)
    gradient = torch.stack(
        [torch.autograd.grad(rows.sum(), leaf, retain_graph=True)[0] for rows in out]
    )
    width = PRIORS.high - PRIORS.low
    step = torch.diag(1e-5 * width)[:, None]
    with torch.no_grad():
        both = with_calibrated(parameters, values + torch.cat([step, -step]), PRIORS.names)
        above, below = daily(both, forcing, options, day).split(7, 1)
    slope = ((above - below) / (2e-5 * width[:, None])).transpose(1, 2)
    assert gradient.isfinite().all()
    # Below 1e-6 mm over the whole width of the prior, a difference is nothing but rounding.
    matters = (torch.maximum(slope.abs(), gradient.abs()) * width) > 1e-6
    error = (gradient - slope).abs()
    close = error <= torch.maximum(RELATIVE * slope.abs(), 1e-6 / width)
    share = close.double().mean(1)
    assert (share >= 0.95).all(), f"share of close gradients (output, parameter): {share}"
    assert close[matters].double().mean() >= 0.95
    assert (matters.sum(1)[:, [0, 4, 6]] > cells / 4).all()  # infilt, depth2, expt matter


@pytest.mark.parametrize("options", [DAILY, SUBDAILY], ids=["daily", "3-hourly"])
def test_gradients_are_finite_at_every_corner_of_the_priors_in_every_climate(options):
    corners = torch.cartesian_prod(*[torch.tensor([0.0, 1.0], dtype=torch.float64)] * 7)
    cells, days = len(corners), 4 if options == DAILY else 2
    values = PRIORS.to_physical(corners).requires_grad_()
    forcing = weather(cycled(tuple(CLIMATES), cells), 6, options, days, 120)
    out = simulate(
        with_calibrated(land(6, cells), values, PRIORS.names), forcing, options, outputs=ALL
    ).outputs
    assert (out["OUT_SWE"].amax(0) > 1).sum() > cells / 4
    total = sum(((1 + i) * v).sum() for i, v in enumerate(out.values()))
    (gradient,) = torch.autograd.grad(total, values)
    assert gradient.isfinite().all()
    assert (gradient.abs().amax(0) > 0).all()


SOURCES = ("soil", "vegetation", "forcing")
WEATHER = ("air_temp", "prec", "pressure", "vp", "swdown", "lwdown", "wind")


def inputs(parameters, forcing):
    """Every tensor that a simulation depends on, by source and name."""
    found = {("soil", k): v for k, v in parameters.soil.items()}
    found |= {("vegetation", k): v for k, v in parameters.vegetation.items()}
    return found | {("forcing", name): getattr(forcing, name) for name in WEATHER}


def with_inputs(parameters, forcing, tensors):
    soil, vegetation, fields = (
        {name: v for (source, name), v in tensors.items() if source == wanted} for wanted in SOURCES
    )
    return replace(parameters, soil=soil, vegetation=vegetation), replace(forcing, **fields)


def summary(parameters, forcing, options):
    """One number for each cell to which every flux and storage contributes differently."""
    out = simulate(parameters, forcing, options, outputs=ALL).outputs
    weight = torch.linspace(0.5, 1.5, forcing.steps, dtype=torch.float64)[:, None]
    fluxes = out["OUT_EVAP"] + 0.7 * out["OUT_RUNOFF"] - 1.3 * out["OUT_BASEFLOW"]
    stored = out["OUT_SOIL_MOIST"].sum(-1) + 0.3 * out["OUT_SWE"] - 0.4 * out["OUT_SNOW_CANOPY"]
    return (weight * fluxes).sum(0) + stored.mean(0)


def repeated(parameters, times):
    """The cells many times over; soil and vegetation are left to be filled in."""
    bands = {k: v.repeat(times, 1) for k, v in parameters.bands.items()}
    return Parameters(
        {}, {}, bands, parameters.nveg.repeat(times), parameters.latitude.repeat(times)
    )


def random_directions(tensors, seed):
    """A random relative change of every entry; of temperatures an absolute one [K]."""
    draw = Draw(seed)
    signs = {key: 2 * draw(0, 1, *v.shape).round() - 1 for key, v in tensors.items()}
    directions = {key: signs[key] * draw(0.5, 1, *v.shape) * v.abs() for key, v in tensors.items()}
    directions["forcing", "air_temp"] = 3 * signs["forcing", "air_temp"]
    return directions


@pytest.mark.parametrize(
    ("options", "days"), [(DAILY, 5), (SUBDAILY, 2)], ids=["daily", "3-hourly"]
)
def test_gradients_of_all_parameters_and_forcings_equal_differences(options, days):
    cells = 18
    parameters = land(11, cells + 1).select(slice(1, None))
    cover = parameters.vegetation["fcanopy"].clamp(0.05, 0.99)  # off the steps at 1e-4 and 1
    parameters = replace(parameters, vegetation={**parameters.vegetation, "fcanopy": cover})
    forcing = weather(cycled(tuple(CLIMATES), cells), 11, options, days, 120)
    tensors = inputs(parameters, forcing)
    leaves = {key: v.clone().requires_grad_() for key, v in tensors.items()}
    value = summary(*with_inputs(parameters, forcing, leaves), options).sum()
    gradients = torch.autograd.grad(value, list(leaves.values()), materialize_grads=True)
    assert all(g.isfinite().all() for g in gradients)

    directions = random_directions(tensors, 3)
    step, variants = 1e-5, {}
    for key, v in tensors.items():
        moved = [v + s * directions[key] * (k == key) for k in tensors for s in (step, -step)]
        variants[key] = torch.cat(moved, -1 if key[0] == "forcing" else 0)
    many = repeated(parameters, 2 * len(tensors))
    with torch.no_grad():
        ends = summary(*with_inputs(many, forcing, variants), options)
    above, below = ends.reshape(len(tensors), 2, cells).unbind(1)
    slope = (above - below) / (2 * step)
    along = []
    for (key, direction), gradient in zip(directions.items(), gradients, strict=True):
        product = gradient * direction
        product = product.movedim(-1, 0) if key[0] == "forcing" else product
        along.append(product.reshape(cells, -1).sum(1))
    error = (torch.stack(along) - slope).abs()
    close = error <= (RELATIVE * slope.abs()).clamp(min=1e-5)
    share = dict(zip(tensors, close.double().mean(1).tolist(), strict=True))
    assert close.double().mean() >= 0.95
    assert min(share.values()) >= 0.75, {key: s for key, s in share.items() if s < 0.9}
