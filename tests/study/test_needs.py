"""A setting is required where a run uses it, and nowhere else."""

import copy
from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
import yaml

from paramscape.parameters.priors import PriorBox
from paramscape.study import SettingsError, mpr_attributes, possible_runs, validate

ON_VIC = [{"method": m, "simulator": "vic"} for m in ("default", "cell-sceua")]


@pytest.fixture
def settings(repository: Path) -> dict:
    return yaml.safe_load((repository / "config/demo.yaml").read_text())


@pytest.fixture
def own(settings) -> dict:
    """A study on VIC's own parameter file, with runs on VIC alone."""
    small = copy.deepcopy(settings)
    for name in ("ensemble", "surrogate", "twin"):
        del small[name]
    small["calibration"] = {"runs": list(ON_VIC)}
    forcing = {"product": "vic", "prefix": "forcing."}
    observed = {"et": {"product": "cf", "path": "et.nc", "variable": "et"}}
    small["products"] = {"forcing": forcing, "observations": observed}
    small["vic"] = {"parameters": "params.nc"}
    del small["periods"]["validation"]
    return small


def with_run(settings: Mapping, method: str, simulator: str = "vic") -> dict:
    changed = copy.deepcopy(dict(settings))
    changed["calibration"]["runs"].append({"method": method, "simulator": simulator})
    return changed


def refusal(settings: Mapping) -> str:
    with pytest.raises(SettingsError) as error:
        validate(settings)
    return str(error.value)


def test_a_study_on_vic_alone_asks_for_no_ensemble_and_no_validation_period(own) -> None:
    study = validate(own)
    assert study.ensemble is None and study.periods.validation is None
    assert study.periods.scored.start == study.periods.train.start


def test_a_surrogate_asks_for_the_ensemble_that_it_learns_from(settings) -> None:
    del settings["ensemble"]
    said = refusal(settings)
    assert "ensemble: surrogates learn from an ensemble of VIC runs" in said
    assert "dpl-z on lstm, gan-po on lstm" in said and "ensemble.train" in said


def test_the_members_of_a_job_have_a_default(settings) -> None:
    del settings["ensemble"]["batch"]
    assert validate(settings).ensemble.batches == 1


def test_a_method_that_learns_in_epochs_asks_for_the_validation_period(own) -> None:
    assert "epochs, which are here dpl-a" in refusal(with_run(own, "dpl-a"))


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ((), "give products.attributes.sand and products.attributes.clay, or"),
        (("sand",), "give products.attributes.clay, or"),
        (("silt",), "give products.attributes.sand, or"),
    ],
)
def test_mpr_names_the_attribute_that_it_lacks(own, given, asked) -> None:
    own["products"]["attributes"] = {n: {"path": "s.nc", "variable": n} for n in given}
    assert asked in refusal(with_run(own, "mpr-sceua"))


def test_two_of_sand_silt_and_clay_are_enough_for_mpr(own) -> None:
    own["products"]["attributes"] = {n: {"path": "s.nc", "variable": n} for n in ("silt", "clay")}
    validate(with_run(own, "mpr-sceua"))


def test_quantities_of_mpr_have_usual_spellings() -> None:
    given = {"profile_depth": 1, "elev": 2, "elevation": 3, "table": 4}
    assert mpr_attributes(given) == {"soil_depth": 1, "elevation": 3}


def test_only_runs_that_the_study_can_do_are_possible(own, settings) -> None:
    found = {(run.method, run.simulator) for run in possible_runs(validate(own))}
    assert found == {("default", "vic"), ("cell-sceua", "vic"), ("ies", "vic")}
    assert len(possible_runs(validate(settings))) == 36


def test_a_window_longer_than_the_training_period_is_refused(settings) -> None:
    long = with_run(settings, "paraformer-z")
    long["calibration"]["paraformer-z"] = {"sequence_days": 215}
    said = refusal(long)
    assert "calibration.paraformer-z.sequence_days is 215, but periods.train has 214 days" in said
    long["calibration"]["paraformer-z"] = {"sequence_days": 214}
    validate(long)


def test_all_that_runs_lack_is_listed_at_once(own) -> None:
    said = refusal(with_run(with_run(own, "mpr-sceua"), "gan-po", "lstm"))
    assert "3 mistake(s)" in said


def test_soil_asks_for_an_elevation(own) -> None:
    own["products"]["soil"] = {
        "product": "china-soil", "hydraulic_folder": "a", "properties_folder": "b",
    }  # fmt: skip
    assert "products.elevation: products.soil uses it" in refusal(own)


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        ("vic.snow_steps_per_day", 24, "cmfd-v1.6 has 8 steps a day; choose one of"),
        ("calibration.mpr-sceua.max_evaluations", 83, "first population of 4 complexes takes 84"),
        (
            "priors.expt",
            {"low": 3.0, "high": 30},
            "expt from 3 to 30 is outside of what VIC",
        ),
        ("priors.Ws", {"low": 0.0, "high": 1.0}, "Ws from 0 to 1 is outside of what VIC accepts"),
        ("priors.Ws", {"low": 0.001, "high": 1.0}, "Ds.low must be below Ws.low"),
    ],
)
def test_what_a_job_would_refuse_is_refused_before(settings, place, value, message) -> None:
    *sections, name = place.split(".")
    target = settings
    for part in sections:
        target = target.setdefault(part, {})
    target[name] = value
    assert message in refusal(settings)


def test_an_exponent_just_above_3_stays_above_it_in_single_precision(settings) -> None:
    settings["priors"] = {"expt": {"low": 3.000001, "high": 30.0}}
    priors = PriorBox.of(validate(settings).priors)
    lowest = priors.to_physical(torch.zeros(1, 7, dtype=torch.float32))[0, -1]
    assert lowest > 3.0 + 3.0 * torch.finfo(torch.float32).eps


@pytest.mark.parametrize(
    ("simulator", "changed", "message"),
    [
        ("seq2seq", {"warmup_days": 400}, "400 warm-up days and 214 learned days do not fit"),
        ("arnet", {"rollouts": [{"days": 214, "windows": 1}]}, "do not fit the 214 days"),
    ],
)
def test_days_that_a_surrogate_lacks_are_told_where_it_is_used(
    settings, simulator, changed, message
) -> None:
    settings["surrogate"][simulator].update(changed)
    validate(settings)
    assert message in refusal(with_run(settings, "dpl-a", simulator))


def test_a_missing_setting_says_what_it_is(settings) -> None:
    del settings["ensemble"]["validation"]
    assert "ensemble.validation: this setting is required (Validation members" in refusal(settings)


def test_towers_show_the_discriminator_no_images(settings) -> None:
    towers = {"product": "flux-tower", "files": ["tower.nc"]}
    settings["products"]["observations"]["et"] = towers
    said = refusal(settings)
    assert "gan-po compares images of observations" in said
    assert "products.observations.et is flux-tower" in said
    runs = settings["calibration"]["runs"]
    settings["calibration"]["runs"] = [run for run in runs if run["method"] != "gan-po"]
    possible = {run.method for run in possible_runs(validate(settings))}
    assert "gan-po-l1" in possible and "gan-po" not in possible


def test_a_method_of_independent_cells_is_refused_on_a_simulator_that_couples_them(settings):
    settings["calibration"]["runs"].append({"method": "ies", "simulator": "arnet"})
    with pytest.raises(SettingsError, match=r"depend on each other's parameters.* ies on arnet"):
        validate(settings)


def test_a_check_is_not_the_target_of_calibration(settings):
    settings["products"]["checks"] = {"et": {"product": "mod16a2", "folder": "mod16"}}
    with pytest.raises(SettingsError, match=r"products\.checks\.et: et is calibration\.target"):
        validate(settings)


def test_mod16_checks_evapotranspiration_alone(settings):
    settings["products"]["checks"] = {"runoff": {"product": "mod16a2", "folder": "mod16"}}
    with pytest.raises(SettingsError, match="checks"):
        validate(settings)


BLOCKS = {
    "kind": "blocks",
    "grid": {"west": 113.5, "east": 116.5, "south": 31.5, "north": 33.75, "resolution": 0.25},
    "block": 4,
    "anchor": {"north": 54.0, "west": 74.0},
}


def test_methods_that_see_images_are_refused_on_sampled_cells(settings) -> None:
    settings["domain"] = BLOCKS
    said = refusal(settings)
    for name in ("gan-po", "gan-po-l1"):
        assert f"{name} sees the cells as an image, but domain.kind is blocks" in said
    assert "dpl-a sees" not in said
    seen = {"gan-po", "gan-po-l1"}
    runs = settings["calibration"]["runs"]
    settings["calibration"]["runs"] = [run for run in runs if run["method"] not in seen]
    study = validate(settings)
    assert not seen & {run.method for run in possible_runs(study)}
    assert "arnet" not in {run.simulator for run in possible_runs(study)}
    assert "arnet sees" in refusal(with_run(settings, "dpl-a", "arnet"))


def test_only_blocks_have_sampled_cells(own) -> None:
    own["space"] = {"learn": "sampled"}
    assert "space.learn is sampled, but domain.kind is mask" in refusal(own)
    own["domain"] = BLOCKS
    assert validate(own).space.learn == "sampled"


def test_the_left_out_box_has_its_edges_in_order(own) -> None:
    own["space"] = {"leave_out": [116.0, 114.0, 31.0, 33.0]}
    assert "west below east" in refusal(own)


def test_scaling_is_for_soil_moisture(settings) -> None:
    settings["calibration"]["scaling"] = "moments"
    assert "calibration.scaling: moments scales soil_moisture, but calibration.target is et" in (
        refusal(settings)
    )


def test_a_twin_of_the_other_kind_does_not_write_a_products_files(settings) -> None:
    settings["twin"]["kind"] = "conus"
    found = refusal(settings)
    assert "products.forcing is cmfd-v1.6, whose files a twin of kind huaihe writes" in found
    assert "products.soil is china-soil" in found
    settings["twin"]["climate"] = False
    validate(settings)
    settings["twin"] = {}
    smap = {"product": "smap-l3-e", "folder": "smap"}
    settings["products"]["observations"]["soil_moisture"] = smap
    assert "products.observations.soil_moisture is smap-l3-e" in refusal(settings)
