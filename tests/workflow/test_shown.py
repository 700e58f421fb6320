"""A study shows every figure and table that its runs allow for, and no other."""

from __future__ import annotations

import yaml

from paramscape.study import load


def with_runs(workflow, name, *runs):
    """A configuration of the demo study with other runs."""
    path = workflow.folder / "config" / f"{name}.yaml"
    settings = yaml.safe_load((workflow.folder / "config/demo.yaml").read_text())
    settings["calibration"]["runs"] = [
        dict(zip(("method", "simulator"), run.split(" on "), strict=True)) for run in runs
    ]
    path.write_text(yaml.safe_dump(settings))
    assert load(path)
    return workflow.planned("--configfile", str(path))


def test_the_ablation_is_shown_where_both_losses_learn_on_the_same_simulator(untouched) -> None:
    default = "default on vic"
    pair = with_runs(untouched, "pair", default, "gan-po on vic", "gan-po-l1 on vic")
    assert {"draw_without_discriminator", "tabulate_ablation"} <= pair
    apart = with_runs(untouched, "apart", default, "gan-po on vic", "gan-po-l1 on lstm")
    assert not apart & {"draw_without_discriminator", "tabulate_ablation"}


def test_simulators_are_compared_where_gan_po_learns_on_two(untouched) -> None:
    default = "default on vic"
    two = with_runs(untouched, "two", default, "gan-po on vic", "gan-po on lstm")
    assert {"draw_by_simulator", "draw_surrogate_skill"} <= two
    one = with_runs(untouched, "one", default, "gan-po on vic", "dpl-z on vic")
    assert not one & {"draw_by_simulator", "draw_surrogate_skill"}
    assert {"draw_study_area", "draw_training_curves", "draw_verification_gap"} <= one
