"""A finished study stays as it is, and its graph keeps methods from what they must not see."""

import yaml

LEARNERS = {
    "prepare_land",
    "sample_members",
    "sample_batch",
    "run_members",
    "train_surrogate",
    "score_surrogate",
    "calibrate",
    "observe_learning_truth",
}


def test_a_finished_study_runs_nothing(finished) -> None:
    assert finished.planned() == set()


def test_a_file_that_was_moved_aside_is_made_again_though_all_that_follows_is_there(
    finished,
) -> None:
    file = finished.folder / "results/demo/ensemble/fluxes-0.nc"
    aside = file.rename(file.with_name("fluxes-0.nc.broken"))
    try:
        planned = finished.planned()
    finally:
        aside.rename(file)
    assert {"run_members", "train_surrogate"} <= planned
    assert not planned & {"sample_batch", "prepare_land"}


def test_giving_the_real_program_verifies_in_it_and_trains_nothing_again(finished) -> None:
    (finished.folder / "vic_image.exe").touch()
    settings = yaml.safe_load((finished.folder / "config/demo.yaml").read_text())
    settings["vic"]["executable"] = "vic_image.exe"
    path = finished.folder / "config/with-program.yaml"
    path.write_text(yaml.safe_dump(settings))
    assert finished.planned("--configfile", str(path)) == {
        "simulate_executable",
        "score",
        "tabulate_scores",
        "tabulate_methods",
        "tabulate_ablation",
    }


def test_no_method_can_see_the_truth_or_a_day_of_the_test_period(untouched) -> None:
    edges = untouched.edges()
    truth = {reader for maker, reader in edges if maker == "observe_learning_truth"}
    assert truth == {"write_twin_learning_gleam_et", "score_recovery", "draw_parameter_maps"}
    late = {"observe_truth", "prepare_daily_forcing", "prepare_observations"}
    readers = {reader for maker, reader in edges if maker in late}
    assert readers == {"write_twin_gleam_et", "simulate", "score"}
    assert {rule for edge in edges for rule in edge} - readers >= LEARNERS
