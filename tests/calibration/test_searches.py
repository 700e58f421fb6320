"""What both searches by SCE-UA do alike, whatever the simulator gives."""

from dataclasses import replace

import pytest
import torch
from test_calibrators import with_soil

from paramscape.calibration import CALIBRATORS
from paramscape.study import CellSceua, MprSceua

SETTINGS = {
    "mpr-sceua": MprSceua(complexes=2, max_evaluations=90),
    "cell-sceua": CellSceua(max_evaluations=90),
}
both = pytest.mark.parametrize("method", SETTINGS)


def calibrate(method, problem, place, **changes):
    settings = SETTINGS[method].model_copy(update=changes)
    return CALIBRATORS[method](with_soil(problem), settings, place, 5)


def members_of_runs(problem):
    """A list that grows by the number of members of each run of the problem's simulator."""
    run, members = problem.simulator.run, []

    def noted(parameters, period):
        members.append(len(parameters))
        return run(parameters, period)

    problem.simulator.run = noted
    return members


@both
@pytest.mark.parametrize("at_once", [1, 7])
def test_members_that_are_simulated_at_once_change_nothing(
    at_once, method, land, run_paths, monkeypatch
):
    whole = calibrate(method, land().problem, run_paths("whole"))
    problem = land().problem
    cell_days = 90 * problem.data.cells.count
    monkeypatch.setattr(
        "paramscape.calibration.search.objective._VALUES_AT_ONCE", at_once * cell_days
    )
    members = members_of_runs(problem)
    assert torch.equal(calibrate(method, problem, run_paths("cut")), whole)
    assert max(members) == at_once


@both
@pytest.mark.parametrize("target", ["runoff", "soil_moisture"])
def test_any_target_that_the_simulator_gives_is_fitted(target, method, land, run_paths):
    problem = replace(land().problem, target=target)
    run = problem.simulator.run
    problem.simulator.run = lambda *given: {target: run(*given)["et"]}
    found = calibrate(method, problem, run_paths())
    assert torch.equal(found, calibrate(method, land().problem, run_paths("et")))


@both
def test_a_target_that_the_simulator_lacks_is_refused(method, land, run_paths):
    problem = replace(land().problem, target="runoff")
    with pytest.raises(ValueError, match=r"gives et, but runoff is calibrated"):
        calibrate(method, problem, run_paths())


@both
def test_no_observation_at_all_is_refused(method, land, run_paths):
    problem = land().problem
    problem.data.observations[10:100] = torch.nan
    with pytest.raises(ValueError, match=r"et has no observation from 2001-01-11 to 2001-04-10"):
        calibrate(method, problem, run_paths())


@both
def test_only_the_training_period_is_searched(method, land, run_paths):
    other = land().problem
    other.data.observations[100:] = 99.0
    found = calibrate(method, other, run_paths("other"))
    assert torch.equal(found, calibrate(method, land().problem, run_paths()))


@both
def test_a_lead_in_starts_from_the_state_of_the_default_parameters(method, land, run_paths):
    problem, led, respun = land().problem, set(), []
    run = problem.simulator.run

    def noted(parameters, period, warmup_days=None):
        led.add(warmup_days)
        return run(parameters, period)

    problem.simulator.run, problem.simulator.respin = noted, respun.append
    calibrate(method, problem, run_paths(), warmup_days=12)
    assert led == {12}
    assert [torch.equal(given, problem.default) for given in respun] == [True]
