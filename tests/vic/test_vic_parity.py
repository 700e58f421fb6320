"""The engine gives what the real VIC program gives, case by case and day by day."""

import numpy as np
import pytest
import torch

from paramscape.vic import simulate
from paramscape.vic.outputs import OUTPUTS

WATER = (
    "OUT_PREC", "OUT_EVAP", "OUT_EVAP_CANOP", "OUT_TRANSP_VEG", "OUT_EVAP_BARE", "OUT_SUB_SNOW",
    "OUT_SUB_CANOP", "OUT_RUNOFF", "OUT_BASEFLOW", "OUT_SOIL_MOIST", "OUT_SWE", "OUT_SNOW_DEPTH",
    "OUT_SNOW_CANOPY", "OUT_WDEW", "OUT_PET", "OUT_INFLOW", "OUT_SNOW_MELT", "OUT_SOIL_WET",
    "OUT_ROOTMOIST", "OUT_SNOW_COVER", "OUT_WATER_ERROR", "OUT_AERO_RESIST",
    "OUT_ALBEDO",
)  # fmt: skip


def daily(values: torch.Tensor, name: str, steps: int) -> np.ndarray:
    days = values.reshape(-1, steps, *values.shape[1:])
    return {"sum": days.sum(1), "end": days[:, -1], "mean": days.mean(1)}[
        OUTPUTS[name].over_time
    ].numpy()


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("huaihe-daily", 240),
        ("huaihe-3hourly", 30),
        ("walnut-gulch-daily", 366),
        ("walnut-gulch-3hourly", 80),
        ("stehekin-hourly-bands", 10),
        ("cold-plains-3hourly", 45),
        ("findley-lake-3hourly", 60),
        ("findley-lake-daily", 60),
    ],
)
def test_daily_fluxes_and_states_equal_those_of_vic(case, name, days):
    reference = case(name)
    steps = reference.options.model_steps_per_day
    forcing = reference.forcing.days(0, days * steps)
    with torch.no_grad():
        result = simulate(reference.parameters, forcing, reference.options, outputs=WATER)
    for output in WATER:
        ours = daily(result.outputs[output], output, steps)
        theirs = reference.vic(output)[:days]
        worst = np.abs(ours - theirs).max()
        assert worst < 1e-7, f"{output} differs by {worst:.3e}"


def test_a_year_at_findley_lake_has_the_totals_that_vic_gives(case):
    reference = case("findley-lake-daily")
    totals = {
        "OUT_EVAP": 315.884, "OUT_EVAP_CANOP": 71.7064, "OUT_SUB_SNOW": 15.0358,
        "OUT_RUNOFF": 1294.01, "OUT_BASEFLOW": 305.837, "OUT_PET": 1736.17,
        "OUT_WATER_ERROR": 210.3,
    }  # fmt: skip
    forcing, names = reference.forcing.days(0, 365), (*totals, "OUT_SWE")
    with torch.no_grad():
        out = simulate(reference.parameters, forcing, reference.options, outputs=names).outputs
    for name, expected in totals.items():
        assert float(out[name].sum()) == pytest.approx(
            expected, rel=2e-4 if expected == 210.3 else 5e-6
        )
    assert float(out["OUT_SWE"].max()) == pytest.approx(648.3, abs=0.05)


def test_float32_keeps_the_totals_of_a_snow_free_half_year(case):
    reference = case("huaihe-daily")
    forcing, names = reference.forcing.days(90, 270), ("OUT_EVAP", "OUT_RUNOFF", "OUT_BASEFLOW")
    with torch.no_grad():
        exact = simulate(reference.parameters, forcing, reference.options, outputs=names)
        single = simulate(
            reference.parameters.to(torch.float32), forcing, reference.options, outputs=names
        )
    for name in names:
        assert single.outputs[name].dtype == torch.float32
        total, fast = exact.outputs[name].sum(0), single.outputs[name].double().sum(0)
        torch.testing.assert_close(fast, total, rtol=1e-3, atol=0.05)
