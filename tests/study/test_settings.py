"""Settings are judged before anything runs, and a mistake names its place and its cure."""

import copy
import re
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel

from paramscape.study import (
    METHODS,
    Period,
    SettingsError,
    Study,
    load,
    schema_text,
    section,
    validate,
)

STUDIES = ("demo", "huaihe", "walnut-gulch")


@pytest.fixture
def settings(repository: Path) -> dict:
    return yaml.safe_load((repository / "config/demo.yaml").read_text())


def changed(settings: dict, place: str, value: object) -> dict:
    settings = copy.deepcopy(settings)
    *sections, name = place.split(".")
    target = settings
    for part in sections:
        target = target.setdefault(part, {})
    target[name] = value
    return settings


@pytest.mark.parametrize("name", STUDIES)
def test_every_shipped_study_is_valid(repository: Path, name: str) -> None:
    assert load(repository / f"config/{name}.yaml").study.name == name


def test_the_schema_on_disk_is_the_schema_of_the_models(repository: Path) -> None:
    assert (repository / "config/schema.json").read_text() == schema_text()


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        ("calibration.gan-po.l1_wieght", 3, "did you mean l1_weight?"),
        ("ensamble", {}, "did you mean ensemble?"),
        ("domain.grid.wst", 1, "did you mean west?"),
        ("products.forcing.foldr", "x", "did you mean folder?"),
        ("vic.runoff_steps_per_day", 2, "greater than or equal to 4"),
        ("vic.model_steps_per_day", 6, "must equal"),
        ("domain.grid.resolution", 0.4, "whole, positive number of cells"),
        ("periods.test.end", "2010-06-30", "a period ends before it starts"),
        ("periods.test.start", "2010-06-30", "overlap"),
        ("priors.infilt", {"low": 0.4, "high": 0.1}, "low < high"),
        ("priors.Dsmax", {"low": 0, "high": 30, "scale": "log"}, "low > 0"),
        ("products.soil", None, "products.soil are needed"),
        ("calibration.target", "runoff", "products.observations has only et"),
        ("calibration.runs", [{"method": "gan-po", "simulator": "vic"}], "default on vic"),
        ("calibration.gan-po.epochs", "many", "valid integer"),
        ("study.name", "../elsewhere", "String should match pattern"),
    ],
)
def test_a_mistake_names_its_place_and_cure(settings, place, value, message) -> None:
    with pytest.raises(SettingsError, match=message) as error:
        validate(changed(settings, place, value))
    assert place.split(".")[0] in str(error.value) or place.startswith(("periods", "products"))


def test_all_mistakes_are_listed_at_once(settings) -> None:
    settings = changed(settings, "vic.snow_stepz", 1)
    settings = changed(settings, "ensemble.batch", 0)
    with pytest.raises(SettingsError, match=r"2 mistake\(s\)"):
        validate(settings)


def test_sections_return_as_the_settings_they_were(repository: Path) -> None:
    study = load(repository / "config/demo.yaml")
    values = study.model_dump(mode="json", by_alias=True)
    for name in Study.model_fields:
        assert section({name: values[name]}, name) == getattr(study, name)
    nested = {"calibration.gan-po": values["calibration"]["gan-po"]}
    assert section(nested, "calibration.gan-po") == study.calibration.gan_po


def test_a_script_cannot_use_settings_that_its_rule_does_not_give(repository: Path) -> None:
    with pytest.raises(KeyError, match="add it to the rule's params"):
        section({"study": {}}, "priors")


def test_years_of_a_period_join_to_the_period() -> None:
    period = Period(start="2008-07-01", end="2011-03-02")
    parts = period.by_year()
    assert [p.start.year for p in parts] == [2008, 2009, 2010, 2011]
    assert sum(p.days for p in parts) == period.days


def models(model: type[BaseModel], seen: set) -> set:
    from paramscape.study.load import _models_in

    for field in model.model_fields.values():
        for inner in _models_in(field.annotation):
            if inner not in seen:
                seen.add(inner)
                models(inner, seen)
    return seen


def test_every_plain_setting_is_described() -> None:
    from paramscape.study.load import _models_in

    for model in models(Study, set()):
        assert model.__doc__, model
        for name, field in model.model_fields.items():
            is_section = bool(_models_in(field.annotation))
            is_tag = name in ("kind", "product")
            assert field.description or is_section or is_tag, f"{model.__name__}.{name}"


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        ("products.observations", {"runoff": "flux-tower"}, "latent heat gives et only"),
        ("products.observations.et.files", ["a.nc", "b.nc", "a.nc"], "a.nc is given twice"),
        ("products.observations.et.files", [], "at least 1 item"),
        ("products.observations.et.minimum_quality", 75, "less than or equal to 1"),
        ("products.observations.et.file", "a.nc", "did you mean files?"),
    ],
)
def test_a_mistake_in_flux_towers_is_named(repository, place, value, message) -> None:
    settings = yaml.safe_load((repository / "config/walnut-gulch.yaml").read_text())
    if isinstance(value, dict):
        value = {
            target: {"product": product, "files": ["a.nc"]} for target, product in value.items()
        }
    with pytest.raises(SettingsError, match=re.escape(message)):
        validate(changed(settings, place, value))


@pytest.mark.parametrize(
    ("section", "old", "new"),
    [
        ("calibration.gan-po", "vic", "stateful"),
        ("calibration.dpl-z.stateful", "head_start", "pretraining"),
        ("calibration.dpl-z.stateful", "curvature", "preconditioner"),
        ("calibration.mpr-sceua", "lead_in_days", "warmup_days"),
        ("surrogate", "gate", "sensitivity_check"),
        ("surrogate", "refresh", "refinement"),
        ("surrogate.lstm", "decay", "lr_schedule"),
        ("surrogate.arnet", "largest_gradient", "max_grad_norm"),
        ("surrogate.arnet", "memory", "hidden_channels"),
        ("surrogate.arnet", "mixed", "shuffle_cells"),
        ("surrogate.arnet", "truncation", "bptt_days"),
    ],
)
def test_a_setting_under_its_former_name_is_refused_with_the_new_one(
    settings, section, old, new
) -> None:
    with pytest.raises(SettingsError, match=rf"{section}: {old} is now {new}"):
        validate(changed(settings, f"{section}.{old}", {}))


def test_only_losses_that_are_summed_have_weights() -> None:
    weights = {
        name: method.settings().weights
        for name, method in METHODS.items()
        if method.learns_in_epochs
    }
    assert weights == {
        "dpl-a": {},
        "dpl-z": {},
        "gan-po": {"l1": 30.0, "range": 1.0, "adversarial": 1.0},
        "gan-po-l1": {"l1": 30.0, "range": 1.0},
        "paraformer-a": {"rmse": 1.0, "range": 1.0},
        "paraformer-z": {"rmse": 1.0, "range": 1.0},
    }


@pytest.mark.parametrize(
    ("observed", "given", "moment"),
    [
        ({"product": "smap-l3-e", "folder": "smap"}, {}, "middle"),
        ({"product": "smap-l3-e", "folder": "smap", "passes": "pm"}, {}, "end"),
        ({"product": "smap-l3-e", "folder": "smap"}, {"moment": "end"}, "end"),
        ({"product": "gleam-v3", "folder": "gleam"}, {}, "end"),
    ],
)
def test_moment_of_soil_moisture_follows_the_satellites_pass(repository, observed, given, moment):
    settings = yaml.safe_load((repository / "config/demo.yaml").read_text())
    settings["products"]["observations"]["soil_moisture"] = observed
    settings["vic"] = {**(settings.get("vic") or {}), "soil_moisture": given}
    settings["twin"]["climate"] = False
    assert validate(settings).vic.soil_moisture.moment == moment
