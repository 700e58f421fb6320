"""Our image driver gives what VIC's own program gives, on cases made for this.

Needs the program: set VIC_IMAGE_EXE to VIC 5.1's vic_image.exe.
"""

import os

import pytest
import torch
from made_cases import Made
from real_program import compare, forked_cells, run_ours, run_vic, write_case

from paramscape.vic.engine.compiled import compiled_here
from paramscape.vic.outputs import OUTPUTS

TOLERANCE = 1e-6
TOTALS = 1e-4
PLAIN_FORKS = 3  # without the C library, of about 22 cells with up to 30 columns each
COMPILED = {name for name, output in OUTPUTS.items() if output.by_lane}

CASES = {
    "daily, 4 snow steps": Made(32, (1, 4, 4), "2010-11-20", 50),
    "daily, 6 snow steps, other baseflow": Made(
        3, (1, 6, 12), "2011-06-15", 60, baseflow="NIJSSEN2001", scheme="AR_406"
    ),
    "daily, 8 snow steps, leap day": Made(
        17, (1, 8, 24), "2012-02-10", 45, fractions="FROM_VEGPARAM"
    ),
    "daily, 24 snow steps": Made(2, (1, 24, 24), "2010-12-20", 25, scheme="AR_406"),
    "6-hourly, three bands": Made(4, (4, 4, 4), "2012-09-20", 60, scheme="AR_406_LS", bands=3),
    "3-hourly, across the year's end": Made(
        5, (8, 8, 8), "2011-12-01", 45, scheme="AR_406_LS", fractions="FROM_VEGPARAM"
    ),
    "2-hourly": Made(102, (12, 12, 24), "2010-11-20", 25, scheme="AR_410"),
    "hourly, five bands": Made(21, (24, 24, 24), "2011-03-01", 12, bands=5),
    "hourly, calm air below trees": Made(
        211, (24, 24, 24), "2011-01-01", 12, scheme="AR_410", fractions="FROM_VEGPARAM",
        climates=("freezing", "maritime", "continental", "mountain"),
    ),
}  # fmt: skip


@pytest.fixture
def program() -> str:
    """VIC's own program."""
    path = os.environ.get("VIC_IMAGE_EXE")
    if not path:
        pytest.skip("VIC_IMAGE_EXE does not name VIC's own program")
    return path


def agrees(found, forks) -> None:
    worst, output = found.largest(~forks)
    assert worst <= TOLERANCE, f"{output} differs by {worst:.2e}"
    for output, relative in found.totals.items():
        assert relative[~forks].max() <= TOTALS, f"the total of {output} differs"


@pytest.mark.parametrize("name", CASES)
def test_every_output_of_every_cell_and_day_equals_that_of_vic(name, program, tmp_path):
    made = CASES[name]
    case = write_case(made, tmp_path)
    vic = run_vic(program, made, tmp_path)
    found = compare(vic, run_ours(made, tmp_path, "compiled", COMPILED))
    forks = forked_cells(found, case, vic, TOLERANCE)
    most = 0 if compiled_here(torch.device("cpu")) else PLAIN_FORKS
    assert forks.sum() <= most, f"{int(forks.sum())} cells part from VIC as snow melts"
    agrees(found, forks)
    found = compare(vic, run_ours(made, tmp_path, "eager", OUTPUTS.keys() - COMPILED))
    forks = forked_cells(found, case, vic, TOLERANCE)
    assert forks.sum() <= PLAIN_FORKS, f"{int(forks.sum())} cells part from VIC as snow melts"
    agrees(found, forks)
