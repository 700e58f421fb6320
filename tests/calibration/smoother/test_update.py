"""On a linear simulator the smoother's members are samples of the exact posterior."""

import pytest
import torch

from paramscape.calibration.smoother.errors import ErrorModel, Memory, Nearness
from paramscape.calibration.smoother.prior_fields import PriorFields
from paramscape.calibration.smoother.sensitivity import Generation, regression_slopes
from paramscape.calibration.smoother.update import Perturbations, Smoother, moved

CELLS, PARAMETERS, DAYS, MEMBERS = 12, 3, 20, 2000
MEMORY = Memory(0.3, 0.4, 0.8)


class Linear:
    """Cells whose series is a matrix times their normal scores, and exact posteriors of these."""

    def __init__(self, coupled: bool = False, unobserved: int | None = None):
        draw = torch.Generator().manual_seed(11)
        double = {"generator": draw, "dtype": torch.float64}
        self.slopes = torch.randn(DAYS, CELLS, PARAMETERS, **double)
        place = torch.rand(CELLS, 2, **double)
        self.distance = torch.cdist(place, place)
        covariance = 0.6 * torch.exp(-self.distance / 0.4) + 0.4 * torch.eye(CELLS)
        self.prior = PriorFields(covariance, self.distance)
        present = torch.rand(DAYS, CELLS, **double) > 0.2
        if unobserved is not None:
            present[:, unobserved] = False
        scale = 0.5 + torch.rand(DAYS, CELLS, **double)
        nearness = Nearness(0.5, 0.3) if coupled else None
        self.errors = ErrorModel(scale, present, MEMORY, nearness)
        self.correlation = nearness.matrix(self.distance) if coupled else None
        truth = self.prior.draw(torch.randn(1, CELLS, PARAMETERS, **double))
        noise = torch.randn(DAYS, CELLS, **double)
        self.observed = (self.simulate(truth)[0] + scale * noise).where(present, torch.nan)
        self.perturbations = Perturbations(
            self.prior.draw(torch.randn(MEMBERS, CELLS, PARAMETERS, **double)),
            torch.randn(MEMBERS, DAYS, CELLS, **double),
        )

    def simulate(self, scores):
        return torch.einsum("tcp,mcp->mtc", self.slopes, scores)

    def smoother(self):
        return Smoother(self.prior, self.errors, self.perturbations, self.correlation)

    def update(self, scores, weight, slopes=None):
        now = Generation(scores, self.simulate(scores))
        slopes = self.slopes if slopes is None else slopes
        return self.smoother().target(now, slopes, self.observed, weight)

    def exact(self, weight):
        """Mean (cell, parameter) and standard deviation of the posterior, without any whitening."""
        size = CELLS * PARAMETERS
        prior = torch.kron(self.prior.covariance, torch.eye(PARAMETERS, dtype=torch.float64))
        white = self.errors.whiten(self.slopes.movedim(-1, 0))
        left = self.errors.whiten(self.observed.nan_to_num())
        between = torch.eye(CELLS, dtype=torch.float64)
        if self.correlation is not None:
            between = self.correlation
        information = torch.zeros(size, size, dtype=torch.float64)
        right = torch.zeros(size, dtype=torch.float64)
        for day in range(DAYS):
            seen = self.errors.present[day].nonzero()[:, 0]
            design = torch.zeros(len(seen), CELLS, PARAMETERS, dtype=torch.float64)
            design[torch.arange(len(seen)), seen] = white[:, day, seen].T
            design = design.reshape(len(seen), size)
            weighted = torch.linalg.solve(between[seen][:, seen], design)
            information += design.T @ weighted
            right += weighted.T @ left[day, seen]
        covariance = torch.linalg.inv(torch.linalg.inv(prior) + weight * information)
        mean = weight * covariance @ right
        return mean.reshape(CELLS, -1), covariance.diagonal().sqrt().reshape(CELLS, -1)


@pytest.mark.parametrize("weight", [1.0, 0.3])
@pytest.mark.parametrize("coupled", [False, True])
def test_members_are_samples_of_the_exact_posterior(weight, coupled):
    linear = Linear(coupled)
    members = linear.update(linear.perturbations.prior, weight)
    mean, deviation = linear.exact(weight)
    off = (members.mean(0) - mean) / deviation
    assert float(off.abs().max()) < 4.5 / MEMBERS**0.5
    ratio = members.std(0) / deviation
    assert float(ratio.min()) > 0.94 and float(ratio.max()) < 1.06


def test_slopes_of_a_linear_simulator_are_found_exactly():
    linear = Linear()
    scores = linear.perturbations.prior[:30]
    slopes = regression_slopes([Generation(scores, linear.simulate(scores))], ridge=0.0)
    torch.testing.assert_close(slopes, linear.slopes, atol=1e-9, rtol=0.0)


def test_the_posterior_is_a_fixed_point_of_the_update():
    linear = Linear()
    once = linear.update(linear.perturbations.prior, 0.3)
    thrice = linear.update(linear.update(once, 0.3), 0.3)
    torch.testing.assert_close(once, thrice, atol=1e-9, rtol=0.0)


def test_a_little_ridge_moves_the_mean_by_little():
    linear = Linear()
    scores = linear.perturbations.prior
    now = Generation(scores, linear.simulate(scores))
    exact, deviation = linear.exact(0.3)
    ridged = linear.update(scores, 0.3, regression_slopes([now], ridge=0.01))
    plain = linear.update(scores, 0.3)
    assert float(((ridged.mean(0) - plain.mean(0)) / deviation).abs().max()) < 0.1
    assert exact.shape == ridged.shape[1:]


def test_a_cell_without_observations_has_the_kriged_mean_of_the_others():
    linear = Linear(unobserved=4)
    members = linear.update(linear.perturbations.prior, 1.0)
    others = [cell for cell in range(CELLS) if cell != 4]
    covariance = linear.prior.covariance
    weights = torch.linalg.solve(covariance[others][:, others], covariance[others, 4])
    # Each member is its prior draw plus the kriged change of the others.
    change = members - linear.perturbations.prior
    kriged = torch.einsum("c,mcp->mp", weights, change[:, others])
    torch.testing.assert_close(change[:, 4], kriged, atol=1e-6, rtol=0.0)


def test_without_any_observation_members_stay_as_drawn():
    linear = Linear()
    nothing = ErrorModel(linear.errors.scale, torch.zeros_like(linear.errors.present), MEMORY, None)
    smoother = Smoother(linear.prior, nothing, linear.perturbations)
    scores = linear.perturbations.prior
    now = Generation(scores, linear.simulate(scores))
    missing = torch.full_like(linear.observed, torch.nan)
    torch.testing.assert_close(smoother.target(now, linear.slopes, missing, 1.0), scores)


def test_relabelled_cells_and_members_give_the_same_members():
    linear = Linear()
    scores = linear.perturbations.prior[:40]
    members = torch.randperm(40, generator=torch.Generator().manual_seed(3))
    cells = torch.randperm(CELLS, generator=torch.Generator().manual_seed(4))

    def target(prior, errors, scores, noise, slopes, observed):
        now = Generation(scores, torch.einsum("tcp,mcp->mtc", slopes, scores))
        kept = Smoother(prior, errors, Perturbations(scores, noise))
        return kept.target(now, regression_slopes([now], 0.01), observed, 0.5) + 0.0

    noise, errors = linear.perturbations.errors[:40], linear.errors
    plain = target(linear.prior, errors, scores, noise, linear.slopes, linear.observed)
    other = target(
        PriorFields(linear.prior.covariance[cells][:, cells], linear.distance[cells][:, cells]),
        ErrorModel(errors.scale[:, cells], errors.present[:, cells], MEMORY),
        scores[members][:, cells],
        noise[members][:, :, cells],
        linear.slopes[:, cells],
        linear.observed[:, cells],
    )
    torch.testing.assert_close(other, plain[members][:, cells], atol=1e-9, rtol=0.0)


def test_no_score_moves_further_than_the_largest_step():
    scores, target = torch.zeros(2, 3, 1), torch.tensor([[[5.0], [0.1], [-9.0]]] * 2)
    step = moved(scores, target, damping=0.5, largest_step=1.0)
    torch.testing.assert_close(step[0, :, 0], torch.tensor([0.5, 0.05, -0.5]))
