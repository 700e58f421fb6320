"""VIC's file of constants changes the model for one run, or is refused by the constant's name."""

import contextlib
from pathlib import Path

import pytest
import torch
import xarray as xr
from made_cases import Made
from real_program import global_text, write_case

from paramscape.vic import simulate
from paramscape.vic.image import run_global
from paramscape.vic.image.constants_file import constants_of, read_constants
from paramscape.vic.processes import constants as c


@pytest.fixture
def written(tmp_path):
    """Writes a file of constants."""

    def of(text: str) -> Path:
        path = tmp_path / "constants.txt"
        path.write_text(text)
        return path

    return of


def test_a_warmer_range_of_temperatures_gives_more_snow(case, written):
    reference = case("cold-plains-3hourly")
    forcing = reference.forcing.days(677, 689)

    def snowfall():
        with torch.no_grad():
            run = simulate(reference.parameters, forcing, reference.options, outputs=["OUT_SNOWF"])
        return run.outputs["OUT_SNOWF"].sum()

    before = snowfall()
    path = written("# warmer\nSNOW_MIN_RAIN_TEMP 1.0\nSNOW_MAX_SNOW_TEMP 3.0 # C\nLAKE_DM 1.0\n")
    with constants_of(path):
        assert snowfall() > before
    assert snowfall() == before


def test_constants_are_as_before_when_the_run_is_over(written):
    with constants_of(written("SNOW_ALB_THAW_B 0.5\nSNOW_NEW_SNOW_ALB 0.8\n")):
        assert c.THAWING_ALBEDO == (0.82, 0.5) and c.NEW_SNOW_ALBEDO == 0.8
    assert c.THAWING_ALBEDO == (0.82, 0.46) and c.NEW_SNOW_ALBEDO == 0.85


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("SNOW_RAIN_TEMP 1", "unknown constant SNOW_RAIN_TEMP; the nearest known one is SNOW_MIN"),
        ("ROOT_BRENT_T 1e-3", "ROOT_BRENT_T cannot be changed from 1e-07 to 0.001 here"),
        ("EMISS_GRND 1.2", "EMISS_GRND 1.2 must be 0 to 1"),
        ("SNOW_NEW_SNOW_ALB 1.2", "SNOW_NEW_SNOW_ALB 1.2 must be 0 to 1"),
        ("SNOW_TRACESNOW little", "SNOW_TRACESNOW needs a number"),
        ("SNOW_MIN_RAIN_TEMP 0.7", "SNOW_MIN_RAIN_TEMP 0.7 must be below SNOW_MAX_SNOW_TEMP 0.5"),
    ],
)
def test_constants_that_cannot_be_set_are_refused(written, line, message):
    with pytest.raises(ValueError, match=message), constants_of(written(line)):
        pass


def test_constants_that_only_old_files_of_vic_hold_have_no_effect_but_a_notice(written, caplog):
    text = "VEG_LIQUID_WATER_CAPACITY 0.035\nCARBON_SW2PAR 0.45\nDEFAULT_WIND_SPEED 3.0\n"
    assert read_constants(written(text)) == {}
    for name in ("VEG_LIQUID_WATER_CAPACITY", "CARBON_SW2PAR", "DEFAULT_WIND_SPEED"):
        assert f"VIC 5.1 does not know the constant {name}" in caplog.text


MADE = Made(17, (1, 8, 24), "2012-02-10", 2)
# Sums of evaporation [mm] and snow depth [cm] over days and cells, of VIC 5.1's own program.
OF_VIC = {
    "": (42.4842379, 121.918521),
    "HUGE_RESIST 1e5\nEMISS_GRND 0.3\n": (71.2467744, 123.234649),  # VIC's documentation
    "EMISS_GRND 1.0\nEMISS_VEG 1.0\nEMISS_SNOW 1.0\n": (40.5535248, 123.984617),  # those of VIC 4.2
    "SVP_A 0.6108\nSVP_B 17.27\nSVP_C 237.5\n": (42.4432231, 121.912791),
    "SNOW_DENS_EXP 0.4\nSNOW_DENS_DENOM 8\nSNOW_NEW_BRAS_DENOM 90\n": (42.4842519, 113.235347),
    "SNOW_MIN_SWQ_EB_THRES 0.02\n": (44.2221291, 137.670663),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """The files of a made case, with snow and a global parameter file that names constants."""
    folder = tmp_path_factory.mktemp("constants")
    write_case(MADE, folder)
    text = global_text(MADE, "results", ("OUT_EVAP", "OUT_SNOW_DEPTH"))
    (folder / "global.txt").write_text(text + "CONSTANTS constants.txt\n")
    (folder / "results").mkdir()
    return folder


@pytest.mark.parametrize("text", OF_VIC)
def test_a_changed_constant_has_the_effect_it_has_in_vic(folder, monkeypatch, text):
    monkeypatch.setenv("PARAMSCAPE_VIC", "eager")
    (folder / "constants.txt").write_text(text)
    with contextlib.chdir(folder):
        (path,) = run_global("global.txt")
        with xr.open_dataset(path) as ds:
            sums = float(ds["OUT_EVAP"].sum()), float(ds["OUT_SNOW_DEPTH"].sum())
    assert sums == pytest.approx(OF_VIC[text], rel=1e-8)
