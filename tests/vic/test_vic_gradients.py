"""Gradients of fluxes with respect to the calibrated parameters."""

import pytest
import torch

from paramscape.vic import simulate, with_calibrated

NAMES = ("OUT_EVAP", "OUT_RUNOFF", "OUT_BASEFLOW", "OUT_SOIL_MOIST")


def summary(reference, forcing, values):
    """A number for each cell in which every flux counts differently."""
    parameters = with_calibrated(reference.parameters, values)
    out = simulate(parameters, forcing, reference.options, outputs=NAMES).outputs
    weights = torch.linspace(0.5, 1.5, forcing.steps, dtype=torch.float64)[:, None]
    fluxes = out["OUT_EVAP"] + 0.7 * out["OUT_RUNOFF"] - 1.3 * out["OUT_BASEFLOW"]
    return (weights * fluxes).sum(0) + out["OUT_SOIL_MOIST"].mean(0).sum(-1)


@pytest.fixture
def summer(case):
    reference = case("huaihe-daily")
    index = [0, 5, 11, 22]
    small = type(reference)(
        reference.folder,
        reference.parameters.select(index),
        reference.forcing.select(index),
        reference.options,
        reference.mask,
        reference.params,
    )
    return small, small.forcing.days(170, 182)


def drawn(bounds, seed, cells):
    generator = torch.Generator().manual_seed(seed)
    share = torch.rand(cells, 7, generator=generator, dtype=torch.float64)
    values = bounds[0] + (bounds[1] - bounds[0]) * (0.05 + 0.9 * share)
    values[:, 1] = values[:, 1] * values[:, 3]
    return values


def test_gradients_equal_central_differences_at_random_points(summer, bounds):
    reference, forcing = summer
    values = drawn(bounds, 7, reference.parameters.cells).requires_grad_()
    (gradient,) = torch.autograd.grad(summary(reference, forcing, values).sum(), values)
    for position in range(7):
        change = torch.zeros(7, dtype=torch.float64)
        change[position] = 1e-5 * (bounds[1] - bounds[0])[position]
        with torch.no_grad():
            above = summary(reference, forcing, values + change)
            below = summary(reference, forcing, values - change)
        slope = (above - below) / (2 * change[position])
        torch.testing.assert_close(gradient[:, position], slope, rtol=1e-4, atol=1e-6)


def test_gradients_are_finite_at_all_corners_of_the_bounds(summer, bounds):
    reference, forcing = summer
    cells = reference.parameters.cells
    generator = torch.Generator().manual_seed(3)
    pick = torch.randint(0, 2, (3 * cells, 7), generator=generator)
    corners = torch.where(pick > 0, bounds[1], bounds[0])
    corners[0], corners[1] = bounds[0], bounds[1]
    values = torch.minimum(corners, corners[:, [0, 3, 2, 3, 4, 5, 6]])
    values = values.reshape(3, cells, 7).clone().requires_grad_()
    total = summary(reference, forcing.days(0, 6), values).sum()
    (gradient,) = torch.autograd.grad(total, values)
    assert total.isfinite() and gradient.isfinite().all()
    assert (gradient.abs().amax((0, 1)) > 0).all()


def test_gradients_through_snow_are_finite_and_equal_differences_of_smooth_outputs(case, bounds):
    reference = case("huaihe-daily")
    values = drawn(bounds, 5, reference.parameters.cells).requires_grad_()
    forcing = reference.forcing.days(4, 14)
    (gradient,) = torch.autograd.grad(summary(reference, forcing, values).sum(), values)
    assert gradient.isfinite().all()
    step = torch.zeros(7, dtype=torch.float64)
    step[4] = 1e-5
    with torch.no_grad():
        above = summary(reference, forcing, values + step)
        below = summary(reference, forcing, values - step)
    slope = (above - below) / 2e-5
    close = torch.isclose(gradient[:, 4], slope, rtol=1e-3, atol=1e-5)
    assert close.float().mean() > 0.8  # cells where no threshold of the snow is crossed
