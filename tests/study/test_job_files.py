"""Each job reads what its settings ask for, and no method reads a test day."""

import copy
from pathlib import Path

import pytest
import yaml

from paramscape.study import validate
from paramscape.study.job_files import JobFiles
from paramscape.study.job_settings import JobSettings
from paramscape.study.paths import StudyPaths

PRETRAINED = {"stateful": {"pretraining": {}}}
OWN_SEARCH = {"stateful": {"pretraining": {"search": {"max_evaluations": 60}}}}


@pytest.fixture
def files(repository: Path):
    """Files of the demo study with some of its calibration's settings changed."""
    settings = yaml.safe_load((repository / "config/demo.yaml").read_text())

    def make(**calibration) -> JobFiles:
        own = copy.deepcopy(settings)
        own["calibration"] |= calibration
        study = validate(own)
        return JobFiles(study, StudyPaths.of(study.study.name))

    return make


def test_a_calibration_on_vic_reads_no_forcing_of_the_test_year(files) -> None:
    jobs = files()
    forcing = jobs.calibration("gan-po", "vic")["vic_forcing"]
    assert [int(path.split(".")[1]) for path in forcing] == [2008, 2009, 2010]
    assert jobs.study.periods.test.start.year == 2011


def test_a_calibration_on_a_surrogate_reads_its_weights_and_no_vic_forcing(files) -> None:
    found = files().calibration("dpl-a", "lstm")
    assert found["weights"] == "results/demo/surrogate/lstm/weights.pt"
    assert "vic_forcing" not in found


def test_native_soil_is_read_by_every_method_where_the_study_gives_it(files, repository) -> None:
    jobs = files()
    assert jobs.calibration("gan-po", "vic")["soil"] == jobs.paths.soil
    without = validate(yaml.safe_load((repository / "config/walnut-gulch.yaml").read_text()))
    jobs = JobFiles(without, StudyPaths.of(without.study.name))
    assert without.products.soil is None
    assert jobs.calibration("gan-po", "vic")["soil"] == []
    assert jobs.calibration("mpr-sceua", "vic")["soil"] == jobs.paths.soil


def test_a_method_is_pretrained_on_the_run_of_cell_sceua_or_on_a_search_of_its_own(files) -> None:
    assert files().searched("dpl-a", "vic", 2) == {}
    shared = files(**{"dpl-a": PRETRAINED}).searched("dpl-a", "vic", 2)
    assert shared["searched"] == "results/demo/calibration/cell-sceua/vic/seed-2/parameters.nc"
    jobs = files(**{"dpl-a": OWN_SEARCH})
    (digest,) = jobs.study.calibration.cell_searches
    own = jobs.searched("dpl-a", "vic", 2)
    assert own["search_history"] == f"results/demo/cell-search/{digest}/vic/seed-2/history.csv"


def test_a_simulator_without_states_has_nothing_to_be_pretrained_on(files) -> None:
    assert files(**{"dpl-a": PRETRAINED}).searched("dpl-a", "lstm", 1) == {}


def test_only_a_searched_method_waits_for_a_choice(files) -> None:
    jobs = files(search={"gan-po": {"l1_weight": [1, 10, 100]}})
    assert jobs.choice("dpl-a", "vic") == {}
    assert jobs.choice("gan-po", "vic") == {"choice": "results/demo/search/gan-po/vic/choice.json"}
    histories = jobs.candidate_histories("gan-po", "vic")
    assert [path.split("/")[-2] for path in histories] == [f"candidate-{n}" for n in (1, 2, 3)]


def test_a_round_starts_from_the_surrogate_before_it_and_learns_of_all_members_so_far(
    files,
) -> None:
    jobs = files(**{"gan-po": PRETRAINED})
    folder = "results/demo/surrogate/arnet"
    pilot, tuning = jobs.pilot("gan-po", "arnet", 2), jobs.fine_tuning("arnet", 2)
    assert pilot["weights"] == tuning["weights"] == f"{folder}/round-1/weights.pt"
    assert pilot["searched"].startswith(f"{folder}/round-2/cell-search-")
    assert tuning["round_members"] == [f"{folder}/round-{n}/members.nc" for n in (1, 2)]


def test_the_default_is_scored_on_each_runs_own_simulator(files) -> None:
    scored = files(seeds=2).table_of_scores("methods")
    folder = "results/demo/scores/default/vic"
    assert set(scored["default"]) == {
        f"{folder}/seed-{seed}/{simulator}-{period}.nc"
        for seed in (1, 2)
        for simulator in ("vic", "lstm")
        for period in ("train", "test")
    }
    assert len(scored["simulator"]) == len(scored["vic"]) == len(scored["default"])
    assert scored["real"] == []


def test_towers_and_runoff_need_daily_forcing_to_be_observed(files, repository) -> None:
    assert files().forcing_for_observations("et", "forcing.nc") == []
    towers = validate(yaml.safe_load((repository / "config/walnut-gulch.yaml").read_text()))
    jobs = JobFiles(towers, StudyPaths.of(towers.study.name))
    assert jobs.forcing_for_observations("et", "forcing.nc") == "forcing.nc"


def test_no_calibration_reads_or_takes_the_settings_of_a_check(repository) -> None:
    settings = yaml.safe_load((repository / "config/demo.yaml").read_text())
    settings["products"]["observations"]["runoff"] = {"product": "twin"}
    settings["calibration"]["target"] = "runoff"
    settings["products"]["checks"] = {"et": {"product": "mod16a2", "folder": "mod16"}}
    settings["twin"]["climate"] = False
    study = validate(settings)
    jobs = JobFiles(study, StudyPaths.of(study.study.name))
    for run in study.calibration.runs:
        read = jobs.calibration(run.method, run.simulator)
        taken = JobSettings(study).calibration(run.method, run.simulator)
        assert "check" not in str(read) + str(taken)
    scored = jobs.check_scores("methods")
    runs, seeds = len(study.calibration.runs), study.calibration.seeds
    assert len(scored) == 2 * runs * seeds and all("/et-vic-" in path for path in scored)
