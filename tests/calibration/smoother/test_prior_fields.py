"""The prior has a variance of 1, and cells that are near or alike share most of it."""

import pytest
import torch

from paramscape.calibration.smoother.prior_fields import PriorFields, arc_degrees
from paramscape.study.ensemble_smoother import FieldPrior


@pytest.fixture
def prior():
    draw = torch.Generator().manual_seed(1)
    attributes = torch.randn(30, 4, generator=draw)
    place = torch.rand(30, 2, generator=draw).double()
    return PriorFields.of(attributes, torch.cdist(place, place), FieldPrior())


def test_the_marginal_of_every_cell_is_standard_normal(prior):
    torch.testing.assert_close(prior.covariance.diagonal(), torch.full((30,), 1.05).double())


def test_draws_have_the_covariance(prior):
    noise = torch.randn(40_000, 30, 1, generator=torch.Generator().manual_seed(2)).double()
    drawn = prior.draw(noise)[..., 0]
    found = drawn.T @ drawn / len(drawn)
    torch.testing.assert_close(found, prior.covariance, atol=0.03, rtol=0.0)


@pytest.mark.parametrize("coupled", [False, True])
def test_the_posterior_solve_equals_the_dense_inverse(prior, coupled):
    draw = torch.Generator().manual_seed(3)
    half = torch.randn(30, 2, 30, 2, generator=draw).double() if coupled else None
    if coupled:
        flat = half.reshape(60, 60)
        precision = (flat @ flat.T).reshape(30, 2, 30, 2)
        dense = flat @ flat.T
    else:
        half = torch.randn(30, 2, 2, generator=draw).double()
        precision = half @ half.mT
        dense = torch.block_diag(*precision)
    right = torch.randn(5, 30, 2, generator=draw).double()
    covariance = torch.kron(prior.covariance, torch.eye(2).double())
    expected = torch.linalg.solve(torch.linalg.inv(covariance) + dense, right.reshape(5, 60).T)
    found = prior.posterior(precision, right).reshape(5, 60).T
    torch.testing.assert_close(found, expected, atol=1e-6, rtol=1e-6)


def test_distances_are_great_circles():
    lat, lon = torch.tensor([0.0, 0.0, 90.0, 60.0]), torch.tensor([0.0, 90.0, 0.0, 0.0])
    found = arc_degrees(lat, lon)
    torch.testing.assert_close(found[0], torch.tensor([0.0, 90.0, 90.0, 60.0]).double())
