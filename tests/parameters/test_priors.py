"""The box of the priors: a round trip, and physics kept everywhere inside."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from paramscape.parameters.priors import PriorBox
from paramscape.study import Prior, Priors
from paramscape.study.parameters import GAN_PO_PARAMETERS

BOX = PriorBox.of(Priors())
DS, WS, DSMAX = (GAN_PO_PARAMETERS.index(n) for n in ("Ds", "Ws", "Dsmax"))
UNIT = st.lists(st.floats(0.0, 1.0), min_size=7, max_size=7)


@settings(deadline=None)
@given(UNIT)
def test_unit_values_survive_the_way_to_physical_values_and_back(point):
    unit = torch.tensor(point, dtype=torch.float64)
    torch.testing.assert_close(BOX.to_unit(BOX.to_physical(unit)), unit, rtol=0, atol=1e-12)


@settings(deadline=None)
@given(UNIT)
def test_every_point_of_the_box_is_within_the_priors_and_has_ds_at_most_ws(point):
    physical = BOX.to_physical(torch.tensor(point, dtype=torch.float64))
    assert (physical >= BOX.low - 1e-12).all() and (physical <= BOX.high + 1e-12).all()
    assert physical[DS] <= physical[WS] + 1e-12


def test_the_middle_of_a_log_scale_is_the_geometric_mean():
    middle = BOX.to_physical(torch.full((7,), 0.5, dtype=torch.float64))
    assert middle[DSMAX] == pytest.approx((0.1 * 30.0) ** 0.5)


def test_clamping_moves_outside_values_to_the_border_and_leaves_inside_ones():
    inside = BOX.to_physical(torch.full((7,), 0.3, dtype=torch.float64))
    torch.testing.assert_close(BOX.clamp(inside), inside)
    outside = inside.clone()
    outside[DSMAX], outside[DS] = 80.0, 1.0
    clamped = BOX.clamp(outside)
    assert clamped[DSMAX] == pytest.approx(30.0)
    assert clamped[DS] == pytest.approx(float(clamped[WS]))


def test_gradients_are_finite_at_the_corners_of_the_box():
    for corner in (0.0, 1.0):
        unit = torch.full((3, 7), corner, dtype=torch.float64, requires_grad=True)
        (gradient,) = torch.autograd.grad(BOX.to_physical(unit).sum(), unit)
        assert gradient.isfinite().all()
        physical = BOX.to_physical(unit.detach()).requires_grad_()
        (gradient,) = torch.autograd.grad(BOX.to_unit(physical).sum(), physical)
        assert gradient.isfinite().all()


def test_a_prior_of_ds_below_every_ws_is_kept():
    box = PriorBox.of(Priors.of(GAN_PO_PARAMETERS, Ds=Prior(low=0.001, high=0.4)))
    top = box.to_physical(torch.ones(7, dtype=torch.float64))
    assert top[DS] == pytest.approx(0.4)


def test_a_last_axis_without_the_seven_parameters_is_refused():
    with pytest.raises(ValueError, match="infilt, Ds, Dsmax, Ws, depth2, depth3, expt"):
        BOX.to_physical(torch.zeros(7, 3))
