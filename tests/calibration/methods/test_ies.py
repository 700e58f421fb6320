"""The ensemble smoother moves members to the truth, and says how sure it is."""

import pytest
import torch

from paramscape.calibration.methods.ies import calibrate_ies, posterior_members
from paramscape.calibration.smoother.posterior import plotting_quantile
from paramscape.jobs.interruption import Interrupted
from paramscape.study.ensemble_smoother import Ies

QUICK = Ies(members=24, tempering=(0.05, 0.3, 1.0, 1.0, 1.0), pilot_steps=2)
KNOWN = (0, 4)  # infilt and depth2, the parameters that the land's evaporation depends on


def scores_of(problem, physical):
    return torch.special.ndtri(problem.priors.to_unit(physical).clamp(1e-3, 1 - 1e-3))


def test_the_median_is_closer_to_the_truth_than_the_default(land, run_paths):
    case = land()
    found = scores_of(
        case.problem, calibrate_ies(case.problem, QUICK, run_paths(), 1).parameters.double()
    )
    truth, default = (scores_of(case.problem, v) for v in (case.truth, case.problem.default))
    for column in KNOWN:
        error = (found - truth)[:, column].square().mean().sqrt()
        assert error < 0.4 * (default - truth)[:, column].square().mean().sqrt()


def test_intervals_hold_the_truth_and_stay_wide_where_nothing_is_seen(land, run_paths):
    case = land()
    members = posterior_members(case.problem, QUICK, run_paths(), 1)
    truth = scores_of(case.problem, case.truth)
    low, high = (plotting_quantile(members, share) for share in (0.05, 0.95))
    held = ((low <= truth) & (truth <= high)).double().mean(0)
    assert held[list(KNOWN)].mean() > 0.75
    width = (high - low).mean(0)
    unseen = [column for column in range(width.numel()) if column not in KNOWN]
    assert width[unseen].min() > 2.5 > 2.0 * width[list(KNOWN)].max()


@pytest.mark.parametrize("errors", ["independent", "neighbours"])
def test_a_cell_without_observations_has_the_prior_of_its_neighbours(land, run_paths, errors):
    case = land()
    case.problem.data.observations[10:100, 3] = torch.nan
    updates = {"errors": errors, "tempering": (0.05, 0.3, *(1.0,) * 6)}
    settings = QUICK.model_copy(update=updates)
    members = posterior_members(case.problem, settings, run_paths(), 1)
    assert torch.isfinite(members).all()
    spread = members.std(0)
    others = [cell for cell in range(len(spread)) if cell != 3]
    assert spread[3, KNOWN[1]] > 2.0 * spread[others, KNOWN[1]].mean()


def test_a_training_without_observations_is_refused(land, run_paths):
    case = land()
    case.problem.data.observations[10:100] = torch.nan
    with pytest.raises(ValueError, match="no observation from 2001-01-11"):
        calibrate_ies(case.problem, QUICK, run_paths(), 1)


@pytest.mark.parametrize("errors", ["independent", "neighbours"])
def test_an_interrupted_search_ends_as_an_uninterrupted_one(land, run_paths, errors):
    settings = QUICK.model_copy(
        update={"errors": errors, "tempering": (0.05, 0.1, 0.2, 0.2, 0.3, 0.3, 0.3, 0.3)}
    )
    whole = posterior_members(land().problem, settings, run_paths("whole"), 2)
    case, paths = land(), run_paths("stopped")
    run, runs = case.problem.simulator.run, []

    def stopping(*args, **kwargs):
        runs.append(1)
        if len(runs) == 14:
            raise Interrupted("stopped")
        return run(*args, **kwargs)

    case.problem.simulator.run = stopping
    with pytest.raises(Interrupted):
        posterior_members(case.problem, settings, paths, 2)
    assert paths.checkpoint.path.exists()
    resumed = posterior_members(land().problem, settings, paths, 2)
    assert torch.equal(resumed, whole)
    rows = paths.history.read_text().splitlines()
    assert len(rows) == 1 + 1 + len(settings.tempering)


def test_equal_seeds_give_equal_members_and_other_seeds_others(land, run_paths):
    first = posterior_members(land().problem, QUICK, run_paths("a"), 1)
    assert torch.equal(first, posterior_members(land().problem, QUICK, run_paths("b"), 1))
    assert not torch.equal(first, posterior_members(land().problem, QUICK, run_paths("c"), 2))
