"""Water is neither made nor lost, for soils of the whole prior and weather of all climates."""

from dataclasses import replace

import pytest
import torch
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import CLIMATES, DAILY, PRIORS, SUBDAILY, land, weather

from paramscape.cli import main
from paramscape.vic import simulate, with_calibrated
from paramscape.vic.processes.atmosphere import PhaseRange, rain_and_snow
from paramscape.vic.state import LAYERS

CLOSED = 1e-9  # [mm] in each step
STORED = ("OUT_SWE", "OUT_SNOW_CANOPY", "OUT_WDEW")
NAMES = ("OUT_PREC", "OUT_EVAP", "OUT_RUNOFF", "OUT_BASEFLOW", "OUT_SOIL_MOIST", *STORED)
NAMES = (*NAMES, "OUT_WATER_ERROR")

cell_points = st.lists(st.floats(0, 1), min_size=7, max_size=7)
worlds = st.fixed_dictionaries(
    {
        "seed": st.integers(0, 2**31),
        "climates": st.lists(st.sampled_from(sorted(CLIMATES)), min_size=8, max_size=8),
        "points": st.lists(cell_points, min_size=8, max_size=8),
        "first_day": st.sampled_from([20, 85, 330]),  # from 330 on, December takes the leaves
        "rounded": st.booleans(),  # to whole degrees, as forcing files often are
    }
)
examples = settings(max_examples=25, deadline=None, derandomize=True, database=None)


def simulated(world, options, whole_canopy=False):
    """Outputs, and water lost in each step (step, cell) by the outputs and by the forcing."""
    parameters = land(world["seed"], 8, whole_canopy)
    points = torch.tensor(world["points"], dtype=torch.float64)
    parameters = with_calibrated(parameters, PRIORS.to_physical(points), PRIORS.names)
    days = 7
    forcing = weather(world["climates"], world["seed"], options, days, world["first_day"])
    if world["rounded"]:
        forcing = replace(forcing, air_temp=forcing.air_temp.round())
    with torch.no_grad():
        result = simulate(parameters, forcing, options, outputs=NAMES)
    out = result.outputs
    stored = out["OUT_SOIL_MOIST"].sum(-1) + sum(out[name] for name in STORED)
    gone = out["OUT_EVAP"] + out["OUT_RUNOFF"] + out["OUT_BASEFLOW"]
    lost = forcing.prec.sum(1)[1:] - gone[1:] - stored.diff(dim=0)
    return result, lost


def require_possible(result):
    """Storages are not negative, water flows down, and nothing is missing."""
    for name, values in result.outputs.items():
        assert values.isfinite().all(), name
    for name in ("OUT_RUNOFF", "OUT_BASEFLOW", *STORED):
        assert (result.outputs[name] >= -1e-12).all(), name
    assert (result.state.values[: len(LAYERS)] >= 0).all()


@pytest.mark.parametrize("options", [DAILY, SUBDAILY], ids=["daily", "3-hourly"])
@examples
@given(world=worlds)
def test_conserving_vic_closes_the_balance_in_every_step(options, world):
    result, lost = simulated(world, replace(options, water_balance="conserve"))
    assert lost.abs().max() < CLOSED
    assert result.outputs["OUT_WATER_ERROR"].abs().max() < CLOSED
    require_possible(result)


@pytest.mark.parametrize("options", [DAILY, SUBDAILY], ids=["daily", "3-hourly"])
@examples
@given(world=worlds)
def test_vic_closes_the_balance_where_canopies_are_whole_and_snow_is_not_at_zero(options, world):
    world = {**world, "rounded": False, "first_day": 20}
    result, _ = simulated(world, options, whole_canopy=True)
    assert result.outputs["OUT_WATER_ERROR"].abs().max() < CLOSED
    require_possible(result)


def winter(seed, **changes):
    world = {
        "seed": seed, "climates": ["thaw", "snow"] * 4, "points": [[0.5] * 7] * 8,
        "first_day": 20, "rounded": False,
    }  # fmt: skip
    return {**world, **changes}


@pytest.mark.parametrize(("options", "least"), [(DAILY, 1.0), (SUBDAILY, 0.1)])
def test_vic_loses_water_below_canopies_that_cover_a_part(options, least):
    result, _ = simulated(winter(3), options)
    assert result.outputs["OUT_WATER_ERROR"].sum(0).max() > least


def dusting(options):
    """Two warm days, then a little snow at exactly 0 C under a clear night sky."""
    forcing = weather(["temperate"] * 8, 4, options, 3)
    turn = forcing.steps * 2 // 3
    temperature = torch.full_like(forcing.air_temp, 8.0)
    temperature[turn:] = 0.0
    fall = torch.zeros_like(forcing.prec)
    fall[turn, 0] = 0.8
    return replace(
        forcing,
        air_temp=temperature,
        prec=fall,
        swdown=torch.zeros_like(fall),
        lwdown=torch.full_like(fall, 240.0),
        vp=torch.full_like(fall, 0.5),
    )


@pytest.mark.parametrize("options", [DAILY, SUBDAILY], ids=["daily", "3-hourly"])
def test_the_melt_of_thin_snow_at_exactly_zero_is_lost_by_vic_and_kept_when_conserving(options):
    level = land(3, 8, whole_canopy=True)
    elevation = level.soil["elev"][:, None].expand(-1, 2)
    level = replace(level, bands={**level.bands, "elevation": elevation})
    error, melt = {}, {}
    for mode in ("as-vic", "conserve"):
        chosen = replace(options, water_balance=mode)
        names = ("OUT_WATER_ERROR", "OUT_SNOW_MELT")
        with torch.no_grad():
            out = simulate(level, dusting(options), chosen, outputs=names).outputs
        error[mode], melt[mode] = out["OUT_WATER_ERROR"].sum(0), out["OUT_SNOW_MELT"].sum(0)
    assert (error["as-vic"] > 0.1).sum() > 4
    assert error["conserve"].abs().max() < CLOSED
    assert (melt["conserve"] - melt["as-vic"] > 0.1).sum() > 4


def test_traces_of_snow_are_discarded_by_vic_and_fall_as_rain_when_conserving():
    fallen = torch.tensor([2e-6, 2e-6, 1.0], dtype=torch.float64)
    temperature = torch.tensor([-5.0, 0.25, 0.25], dtype=torch.float64)
    rain, snow = rain_and_snow(temperature, fallen, PhaseRange(-0.5, 0.5))
    assert rain.tolist() == [0, 1.5e-6, 0.75] and snow.tolist() == [0, 0, 0.25]
    rain, snow = rain_and_snow(temperature, fallen, PhaseRange(-0.5, 0.5), conserve=True)
    torch.testing.assert_close(rain + snow, fallen, rtol=0, atol=0)


def test_both_modes_agree_where_vic_loses_nothing():
    """No partial canopy, no rounded temperature: the same numbers to rounding."""
    world = {**winter(7), "climates": ["monsoon", "desert"] * 4}
    vic, _ = simulated(world, DAILY, whole_canopy=True)
    kept, _ = simulated(world, replace(DAILY, water_balance="conserve"), whole_canopy=True)
    torch.testing.assert_close(kept.state.values, vic.state.values, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("flags", "closes"), [([], False), (["--conserve"], True)])
def test_the_command_keeps_vics_losses_unless_told_to_conserve(
    shared, tmp_path, monkeypatch, flags, closes
):
    source = shared / "vic-reference" / "findley-lake-daily"
    for path in source.iterdir():
        if path.name not in ("fluxes.nc", "global.txt"):
            (tmp_path / path.name).symlink_to(path)
    text = (source / "global.txt").read_text()
    text = text.replace("ENDYEAR 1972", "ENDYEAR 1970").replace("ENDMONTH 12", "ENDMONTH 3")
    (tmp_path / "global.txt").write_text(text)
    monkeypatch.chdir(tmp_path)
    assert main(["vic", "-g", "global.txt", *flags]) == 0
    with xr.open_dataset("fluxes.1970-01-01.nc", decode_times=False) as fluxes:
        assert fluxes.sizes["time"] == 90
        lost = float(abs(fluxes["OUT_WATER_ERROR"]).max())
    assert (lost < CLOSED) == closes
