"""Mistakes in the settings are told before anything runs, each with its place and its cure."""

import copy

import pytest
import yaml
from tiny_study import CONFIG, FIGURE, HERE

from paramscape.study import SettingsError, load, validate

NONE = object()
MISTAKES = {
    "a misspelt setting": ("vic.snow_stepz_per_day", 4, "did you mean snow_steps_per_day?"),
    "a misspelt section": ("ensamble", {}, "ensamble: unknown setting; did you mean ensemble?"),
    "a setting of another method": (
        "calibration.dpl-a.l1_weight", 3, "calibration.dpl-a.l1_weight: unknown setting",
    ),
    "a required setting left out": ("study.seed", NONE, "study.seed: this setting is required"),
    "a required section left out": ("periods", NONE, "periods: this setting is required"),
    "an empty section": ("vic", None, "vic: Input should be a valid dictionary"),
    "a word for a number": ("calibration.dpl-a.epochs", "many", "valid integer"),
    "a number with its unit": ("domain.grid.resolution", "0.25 deg", "valid number"),
    "yes for a number": ("calibration.dpl-a.epochs", True, "epochs is True, because YAML reads"),
    "a number without end": ("calibration.dpl-a.learning_rate", float("inf"), "finite number"),
    "a half member": ("ensemble.train", 2.5, "fractional part"),
    "no validation members": ("ensemble.validation", 0, "greater than 0"),
    "a negative step size": ("calibration.dpl-a.learning_rate", -1e-3, "greater than 0"),
    "a share in percent": ("twin.unexplained", 35, "less than or equal to 1"),
    "a list for one value": ("surrogate.lstm.hidden", [8, 16], "valid integer"),
    "a name that leaves the results": ("study.name", "../elsewhere", "should match pattern"),
    "a day that is none": ("periods.test.end", "2009-02-30", "day value is outside"),
    "a day in another order": ("periods.test.end", "31.08.2009", "periods.test.end: Input should"),
    "a period that ends before it starts": (
        "periods.test.end", "2009-08-01", "a period ends before it starts",
    ),
    "periods that overlap": ("periods.test.start", "2009-08-01", "a day serves one purpose only"),
    "a warm-up after the training": (
        "periods.warmup", {"start": "2009-10-01", "end": "2009-10-02"}, "warm-up must come first",
    ),
    "a grid without whole cells": (
        "domain.grid.resolution", 0.3, "whole, positive number of cells",
    ),
    "west and east exchanged": ("domain.grid.west", 116.0, "whole, positive number of cells"),
    "a latitude beyond the pole": ("domain.grid.north", 330.0, "less than or equal to 90"),
    "an unknown kind of domain": ("domain.kind", "basin", "'rectangle', 'mask', 'vic'"),
    "an unknown product": ("products.forcing.product", "era5", "'cmfd-v1.6', 'cmfd-v2.0'"),
    "a target that the product lacks": (
        "products.observations.runoff", {"product": "gleam-v3", "folder": "x"},
        "GLEAM has no runoff, only et, soil_moisture",
    ),
    "a target without observations": (
        "calibration.target", "runoff", "products.observations has only et",
    ),
    "no soil to build VIC's parameters from": ("products.soil", NONE, "products.soil are needed"),
    "observations of an unknown product": (
        "products.observations.et", {"product": "modis", "folder": "x"}, "'gleam-v3', 'gleam-v4'",
    ),
    "a prior turned round": ("priors.infilt", {"low": 0.4, "high": 0.1}, "low < high"),
    "a logarithm of zero": (
        "priors.Dsmax", {"low": 0, "high": 30, "scale": "log"}, "a log scale needs low > 0",
    ),
    "a prior that VIC does not take": (
        "priors.Ws",
        {"low": 0.5, "high": 5},
        "Ws from 0.5 to 5 is outside of what VIC accepts: 0 to 1",
    ),
    "steps that do not fit": ("vic.model_steps_per_day", 6, "must equal"),
    "runoff steps that do not fit": (
        "vic", {"model_steps_per_day": 8, "snow_steps_per_day": 8, "runoff_steps_per_day": 12},
        "must be a multiple of vic.model_steps_per_day=8",
    ),
    "an unknown method": ("calibration.runs", [{"method": "gan", "simulator": "vic"}], "'gan-po'"),
    "an unknown simulator": (
        "calibration.runs", [{"method": "dpl-a", "simulator": "gru"}], "'vic', 'lstm'",
    ),
    "no uncalibrated run": (
        "calibration.runs", [{"method": "dpl-a", "simulator": "vic"}],
        "calibration.runs must hold the method default on vic",
    ),
    "a run that stands twice": (
        "calibration.runs", [{"method": "default", "simulator": "vic"}] * 2,
        "default on vic is listed twice; repetitions are set by calibration.seeds",
    ),
    "a search of what does not learn": (
        "calibration.search", {"mpr-sceua": {"complexes": [2]}}, "learn in epochs",
    ),
    "a pilot that does not learn": (
        "surrogate.refinement",
        {"rounds": 1, "methods": ["default"]},
        "pilots are different methods",
    ),
    "bounds of the gate turned round": (
        "surrogate.sensitivity_check", {"ratio_low": 2, "ratio_high": 1}, "ratio_low < ratio_high",
    ),
    "more days of memory than of record": (
        "surrogate.lstm.days", 30, "surrogate.lstm.days is 30, but the first day of training",
    ),
    "an unknown device": ("compute.device", "gpu", "'cpu' or 'cuda'"),
    "an unknown profile": ("profile", "fast", "'paper' or 'robust'"),
}  # fmt: skip
BROKEN_TEXTS = {
    "a setting that stands twice": (
        "twin:\n  seed: 1\n  seed: 2\n", "seed stands twice in its section, in lines 2 and 3",
        "seed stands twice in its section, in lines 2 and 3",
    ),
    "a tab in YAML": (
        "study:\n\tname: tiny\n", "found character '\\t'", "Config file is not valid JSON or YAML",
    ),
    "a list of settings": ("- study\n", "expected a mapping", "with keys at top level"),
}  # fmt: skip
AT_THE_COMMAND = (
    "a misspelt setting", "yes for a number", "a run that stands twice", "an unknown product",
)  # fmt: skip


@pytest.fixture(scope="module")
def settings() -> dict:
    return yaml.safe_load((HERE / "tiny.yaml").read_text())


def with_mistake(settings: dict, place: str, value: object) -> dict:
    """Settings in which one value is another, or is left out."""
    changed = copy.deepcopy(settings)
    *sections, name = place.split(".")
    target = changed
    for part in sections:
        target = target.setdefault(part, {})
    target[name] = value
    if value is NONE:
        del target[name]
    return changed


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_with_its_place_and_cure(mistake, settings, fault):
    place, value, words = MISTAKES[mistake]
    changed = with_mistake(settings, place, value)
    fault(mistake)
    with pytest.raises(SettingsError) as refusal:
        validate(changed)
    assert words in str(refusal.value)
    assert place.split(".")[0] in str(refusal.value)


@pytest.mark.parametrize("mistake", BROKEN_TEXTS)
def test_a_text_that_is_no_settings_is_refused_by_name(mistake, tmp_path, fault):
    text, words, _ = BROKEN_TEXTS[mistake]
    path = tmp_path / "study.yaml"
    path.write_text(text)
    fault(mistake)
    with pytest.raises(SettingsError) as refusal:
        load(path)
    assert words in str(refusal.value)
    assert str(path) in str(refusal.value)


def refused(study, words: str) -> None:
    """Require that Snakemake says the words and starts nothing."""
    status, said = study.run(FIGURE)
    assert status != 0
    assert words in said
    assert "Traceback" not in said
    assert "Select jobs to execute" not in said


@pytest.mark.parametrize("mistake", AT_THE_COMMAND)
def test_snakemake_says_it_before_it_plans_a_job(mistake, untouched, settings, fault):
    place, value, words = MISTAKES[mistake]
    (untouched.folder / CONFIG).write_text(yaml.safe_dump(with_mistake(settings, place, value)))
    fault(f"{mistake}, at the command")
    refused(untouched, words)


@pytest.mark.parametrize("mistake", BROKEN_TEXTS)
def test_snakemake_refuses_a_text_that_is_no_settings(mistake, untouched, fault):
    text, _, words = BROKEN_TEXTS[mistake]
    (untouched.folder / CONFIG).write_text(text)
    fault(f"{mistake}, at the command")
    refused(untouched, words)
