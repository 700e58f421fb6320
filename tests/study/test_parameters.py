"""The calibrated parameters are a setting, and the catalogue is documented."""

import copy
from pathlib import Path

import pytest
import yaml

from paramscape.study import Priors, SettingsError, validate
from paramscape.study.parameters import CATALOGUE, GAN_PO_PARAMETERS


@pytest.fixture
def settings(repository: Path) -> dict:
    return yaml.safe_load((repository / "config/demo.yaml").read_text())


def with_parameters(settings: dict, names: object, **others: object) -> dict:
    settings = copy.deepcopy(settings) | others
    settings["calibration"]["parameters"] = names
    runs = settings["calibration"]["runs"]
    settings["calibration"]["runs"] = [run for run in runs if run["method"] != "mpr-sceua"]
    return settings


def test_a_study_without_a_list_calibrates_the_seven_of_the_paper(settings) -> None:
    assert validate(settings).priors == Priors()
    assert Priors().names == GAN_PO_PARAMETERS


def test_priors_follow_the_list_in_the_order_of_the_catalogue(settings) -> None:
    given = {"Ksat": {"low": 50, "high": 900}}
    study = validate(with_parameters(settings, ["lai_factor", "Ksat", "infilt"], priors=given))
    assert study.priors.names == ("infilt", "Ksat", "lai_factor")
    assert study.priors["Ksat"].high == 900
    dumped = study.model_dump(mode="json", by_alias=True)
    assert list(dumped["priors"]) == ["infilt", "Ksat", "lai_factor"]
    assert validate(dumped) == study


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["infilt", "rmin"], "did you mean rmin_factor?"),
        (["ksat"], "did you mean Ksat?"),
        (["infilt", "infilt"], "infilt stands here twice"),
        (["Ds"], "add Ws to calibration.parameters"),
        ([], "at least 1 item"),
    ],
)
def test_a_wrong_list_names_the_cure(settings, names, message) -> None:
    with pytest.raises(SettingsError, match=message.replace("?", r"\?")):
        validate(with_parameters(settings, names))


def test_a_prior_of_what_is_not_calibrated_is_refused(settings) -> None:
    given = {"Ds": {"low": 0.1, "high": 0.5}}
    with pytest.raises(SettingsError, match="Ds is not calibrated"):
        validate(with_parameters(settings, ["infilt"], priors=given))


def test_what_mpr_or_the_real_program_cannot_do_is_refused_by_name(settings) -> None:
    wrong = with_parameters(settings, ["infilt", "lai_factor"])
    wrong["calibration"]["runs"].append({"method": "mpr-sceua", "simulator": "vic"})
    with pytest.raises(SettingsError, match="mpr-sceua has no transfer function for lai_factor"):
        validate(wrong)
    wrong = with_parameters(settings, ["MAX_SNOW_TEMP"])
    wrong["vic"] = {**wrong.get("vic", {}), "executable": "vic_image.exe"}
    with pytest.raises(SettingsError, match="SNOW_MAX_SNOW_TEMP"):
        validate(wrong)


def test_the_page_lists_the_catalogue(repository: Path) -> None:
    page = (repository / "docs/parameters.md").read_text()
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    found = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    for parameter, cells in zip(CATALOGUE, found, strict=True):
        scale = ", log" if parameter.scale == "log" else ""
        prior = f"{parameter.low:g} to {parameter.high:g}{scale}"
        expected = [f"`{parameter.name}`", parameter.units, parameter.long_name, prior]
        assert cells[:5] == [*expected, parameter.accepted]
        assert f"`{parameter.variable}`" in cells[6] and cells[7] == parameter.source
