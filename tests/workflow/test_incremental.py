"""A study runs again only where something changed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

AFTER_A_METHOD = {
    "calibrate",
    "write_vic_parameters",
    "simulate",
    "score",
    "tabulate_scores",
    "score_recovery",
    "draw_figure_s3",
    "draw_figure_s4",
    "draw_figure_4",
    "draw_figure_5",
    "draw_figure_6",
    "draw_figure_7",
    "draw_figure_8",
    "draw_figure_9",
    "tabulate_ablation",
    "tabulate_time",
    "tabulate_methods",
}
AFTER_GAN_PO = AFTER_A_METHOD | {"draw_figure_10"}
PREPARED = {"prepare_domain", "prepare_forcing", "prepare_daily_forcing", "prepare_land"}


@contextmanager
def edited(path: Path, change: Callable[[str], str]) -> Iterator[None]:
    """Change a file for as long as the context lasts."""
    original = path.read_text()
    path.write_text(change(original))
    try:
        yield
    finally:
        path.write_text(original)


def setting(place: str, value: object) -> Callable[[str], str]:
    """A change of one setting of a study's YAML."""

    def change(text: str) -> str:
        settings = yaml.safe_load(text)
        *sections, name = place.split(".")
        target = settings
        for part in sections:
            target = target.setdefault(part, {})
        target[name] = value
        return yaml.safe_dump(settings)

    return change


def test_a_finished_study_runs_nothing(finished) -> None:
    assert finished.planned() == set()


@pytest.mark.parametrize(
    ("place", "value", "method"),
    [
        ("calibration.gan-po.l1_weight", 20, "gan-po"),
        ("calibration.dpl-z.epochs", 7, "dpl-z"),
        ("calibration.mpr-sceua.max_evaluations", 50, "mpr-sceua"),
    ],
)
def test_a_methods_setting_runs_that_method_and_what_follows(
    finished, place, value, method
) -> None:
    with edited(finished.folder / "config/demo.yaml", setting(place, value)):
        follows = AFTER_GAN_PO if method == "gan-po" else AFTER_A_METHOD
        assert finished.planned() == follows
        assert finished.planned_methods() == {method}


@pytest.mark.parametrize(
    ("place", "value", "rules", "spared"),
    [
        (
            "surrogate.lstm.hidden",
            48,
            {"train_surrogate", "score_surrogate", "draw_figure_s2", "calibrate"},
            {*PREPARED, "run_members", "observe_truth"},
        ),
        (
            "twin.observation_noise",
            0.3,
            {"observe_truth", "write_twin_gleam_et", "prepare_observations", "calibrate"},
            {"run_members", "train_surrogate"},
        ),
        ("surrogate.gate.ratio_low", 0.1, {"gate_surrogate"}, {"train_surrogate", "calibrate"}),
        ("study.title", "Another title", {"draw_figure_4"}, set()),
    ],
)
def test_a_setting_runs_the_stages_that_use_it(finished, place, value, rules, spared) -> None:
    with edited(finished.folder / "config/demo.yaml", setting(place, value)):
        planned = finished.planned()
    assert rules <= planned
    assert not planned & spared


@pytest.mark.parametrize(
    ("module", "rules", "spared"),
    [
        ("calibration/gan_po.py", AFTER_GAN_PO, {"train_surrogate", "run_members"}),
        ("metrics/eof.py", {"score"}, {"calibrate", "simulate"}),
        ("vic/runoff.py", {"observe_truth", "run_members", "calibrate"}, PREPARED),
        ("products/cmfd.py", {"prepare_forcing"}, {"prepare_domain"}),
        ("figures/figure8.py", {"draw_figure_8"}, {"calibrate", "draw_figure_4", "score"}),
    ],
)
def test_changed_code_runs_the_stages_that_use_it(finished, module, rules, spared) -> None:
    path = finished.folder / "src/paramscape" / module
    with edited(path, lambda text: text + "\n_CHANGED = True\n"):
        planned = finished.planned()
    assert rules <= planned
    assert not planned & spared


def test_changed_code_of_a_method_spares_the_other_methods(finished) -> None:
    path = finished.folder / "src/paramscape/calibration/gan_po.py"
    with edited(path, lambda text: text + "\n_CHANGED = True\n"):
        assert finished.planned_methods() == {"gan-po"}


def test_changed_code_of_a_surrogate_spares_what_learns_on_vic(finished) -> None:
    path = finished.folder / "src/paramscape/surrogates/lstm/network.py"
    with edited(path, lambda text: text + "\n_CHANGED = True\n"):
        plan = finished.plan()
    assert "Calibrate by gan-po on lstm" in plan
    assert "Calibrate by gan-po on vic" not in plan


@pytest.mark.parametrize("module", ["surrogates/seq2seq/network.py", "calibration/__init__.py"])
def test_a_kind_that_is_not_used_and_a_longer_table_run_nothing(finished, module) -> None:
    path = finished.folder / "src/paramscape" / module
    with edited(path, lambda text: text + "\n_CHANGED = True\n"):
        assert finished.planned() == set()


def test_giving_the_real_program_verifies_in_it_and_trains_nothing_again(finished) -> None:
    (finished.folder / "vic_image.exe").touch()
    with edited(finished.folder / "config/demo.yaml", setting("vic.executable", "vic_image.exe")):
        planned = finished.planned()
    assert planned == {
        "simulate_executable",
        "score",
        "tabulate_scores",
        "tabulate_methods",
        "tabulate_ablation",
    }


def test_no_method_can_see_the_truth(untouched) -> None:
    readers = {reader for maker, reader in untouched.edges() if maker == "observe_truth"}
    assert readers == {"write_twin_gleam_et", "score_recovery", "draw_figure_8"}
