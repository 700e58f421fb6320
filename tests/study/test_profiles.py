"""A setting is the user's, else the profile's, else the model's default."""

import copy
from pathlib import Path

import pytest
import yaml

from paramscape.study import MprSceua, SettingsError, load, validate
from paramscape.study.load import with_profile

STUDIES = ("demo", "huaihe", "walnut-gulch")


@pytest.fixture
def settings(repository: Path) -> dict:
    settings = yaml.safe_load((repository / "config/demo.yaml").read_text())
    del settings["calibration"]["mpr-sceua"]
    return settings


@pytest.mark.parametrize("name", ["mpr-sceua", "mpr_sceua"])
def test_the_users_value_stands_before_the_profiles_and_that_before_the_default(
    settings, name
) -> None:
    settings = {**settings, "profile": "robust"}
    settings["calibration"][name] = {"complexes": 3}
    found = validate(settings).calibration.mpr_sceua
    assert found.complexes == 3
    assert found.max_evaluations == 10_000 != MprSceua().max_evaluations
    assert found.stall_loops == MprSceua().stall_loops


def test_the_profile_paper_is_the_defaults(settings) -> None:
    assert validate({**settings, "profile": "paper"}) == validate(settings)
    assert validate(settings).calibration.mpr_sceua == MprSceua()


def test_a_profile_leaves_the_users_settings_as_they_were(settings) -> None:
    before = copy.deepcopy(settings)
    with_profile({**settings, "profile": "robust"})
    assert settings == before


@pytest.mark.parametrize("study", STUDIES)
def test_every_shipped_study_can_be_run_with_the_robust_profile(repository, study) -> None:
    settings = yaml.safe_load((repository / f"config/{study}.yaml").read_text())
    robust = validate({**settings, "profile": "robust"})
    paper = load(repository / f"config/{study}.yaml")
    assert robust.calibration.gan_po.stabilisers.spectral_norm
    assert not paper.calibration.gan_po.stabilisers.spectral_norm
    assert robust.periods == paper.periods


@pytest.mark.parametrize("name", ["robst", 3, "../robust"])
def test_an_unknown_profile_is_refused(settings, name) -> None:
    with pytest.raises(SettingsError, match="profile: Input should be 'paper' or 'robust'"):
        validate({**settings, "profile": name})
