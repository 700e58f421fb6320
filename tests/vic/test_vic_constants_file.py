"""VIC's file of constants changes the model for one run, or is refused by the constant's name."""

from pathlib import Path

import pytest
import torch

from paramscape.vic import constants as c
from paramscape.vic import simulate
from paramscape.vic.image.constants_file import constants_of


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
        ("SVP_A 0.7", "SVP_A cannot be changed from 0.61078 to 0.7 here"),
        ("SNOW_NEW_SNOW_ALB 1.2", "SNOW_NEW_SNOW_ALB 1.2 must be 0 to 1"),
        ("SNOW_TRACESNOW little", "SNOW_TRACESNOW needs a number"),
        ("SNOW_MIN_RAIN_TEMP 0.7", "SNOW_MIN_RAIN_TEMP 0.7 must be below SNOW_MAX_SNOW_TEMP 0.5"),
    ],
)
def test_constants_that_cannot_be_set_are_refused(written, line, message):
    with pytest.raises(ValueError, match=message), constants_of(written(line)):
        pass
