"""The comparison of float32 with float64 finds what differs and says where the target is missed."""

import shutil

import pytest

from paramscape.bench.precision import TARGET, Difference, precision_errors, precision_table


@pytest.fixture
def short_case(shared, tmp_path):
    """Forty days of a reference case, in a folder that is not the working directory."""
    source = shared / "vic-reference" / "walnut-gulch-daily"
    for path in source.iterdir():
        if path.name not in ("fluxes.nc", "global.txt"):
            shutil.copy(path, tmp_path / path.name)
    text = (source / "global.txt").read_text()
    text = text.replace("ENDMONTH 12", "ENDMONTH 2").replace("ENDDAY 31", "ENDDAY 9")
    (tmp_path / "global.txt").write_text(text)
    return tmp_path


def test_float32_keeps_the_totals_of_a_case(short_case):
    names = ("OUT_EVAP", "OUT_SOIL_MOIST", "OUT_RUNOFF", "OUT_PREC", "OUT_SUB_BLOWING")
    found = {d.output: d for d in precision_errors([short_case], names)}
    assert set(found) == set(names) - {"OUT_SUB_BLOWING"}, "an output that is 0 has no row"
    assert all(d.within_target for d in found.values())
    assert 0 < found["OUT_EVAP"].worst_day < 0.01, "float32 and float64 are not the same"
    assert found["OUT_SOIL_MOIST"].total > 40 * 100  # [mm], summed over the days


def test_a_total_beyond_the_target_is_bold():
    good = Difference("hill", "OUT_EVAP", 700.0, 1e-6, 2e-5, 1e-3)
    bad = Difference("hill", "OUT_SWE", 80.0, 1e-4, 2 * TARGET, 0.4)
    rows = precision_table([good, bad]).splitlines()
    assert rows[2] == "| hill | EVAP | 700 mm | 1.0e-06 | 2.0e-05 | 0.001 mm |"
    assert "**2.0e-03**" in rows[3]
