"""Limits, steady states and monotonic responses of single processes and of the whole model."""

from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import DAILY, PRIORS, land, weather

from paramscape.vic import simulate, with_calibrated
from paramscape.vic.processes import soil_thermal
from paramscape.vic.processes.aerodynamic import stability_factor
from paramscape.vic.processes.atmosphere import PhaseRange, rain_and_snow
from paramscape.vic.processes.canopy import RootedSoil, canopy_balance, water_uptake
from paramscape.vic.processes.penman_monteith import evaporative, penman_monteith
from paramscape.vic.processes.runoff import (
    RunoffSoil,
    baseflow,
    drainage,
    route_soil_water,
    surface_runoff,
)
from paramscape.vic.processes.soil_evaporation import (
    evaporation_fraction,
    evaporation_series,
    unsaturated_share,
)
from paramscape.vic.snow.albedo import aged_albedo

examples = settings(max_examples=40, deadline=None, derandomize=True, database=None)


def t(*values):
    return torch.tensor(values, dtype=torch.float64)


def soil(columns=1, **changes):
    """A soil of three layers; each change is a list of one value a column."""
    values = {"infilt": 0.2, "Ds": 0.1, "Dsmax": 10.0, "Ws": 0.7, "c": 2.0, "expt": 12.0} | changes
    v = {
        name: torch.as_tensor(x, dtype=torch.float64).expand(columns) for name, x in values.items()
    }
    capacity = t(45, 135, 300)[:, None].expand(3, columns)
    residual = t(2, 6, 12)[:, None].expand(3, columns)
    pore = (capacity - residual)[:2]
    largest = v["Dsmax"] / 24
    return RunoffSoil(
        infilt=v["infilt"], capacity=capacity, residual=residual,
        upper_capacity=capacity[:2].sum(0), drain_scale=(v["expt"] - 1) * (400 / 24) / pore,
        drain_power=(v["expt"] - 1).expand(2, columns),
        drain_term=(v["expt"] - 1) * (400 / 24) / pore ** v["expt"],
        linear=largest * v["Ds"] / v["Ws"],
        nonlinear=largest * (1 - v["Ds"] / v["Ws"]), threshold=v["Ws"], exponent=v["c"],
    )  # fmt: skip


def increases(values):
    assert (values.diff() > 0).all(), values


def test_more_infilt_gives_more_surface_runoff():
    moisture = t(25, 70, 150)[:, None].expand(3, 5)
    increases(surface_runoff(soil(5, infilt=[0.01, 0.05, 0.1, 0.2, 0.4]), moisture, t(20)))


def test_wetter_soil_and_more_rain_give_more_surface_runoff():
    moisture = t(10, 20, 30, 40, 45)[None] * t(1, 3, 6)[:, None]
    increases(surface_runoff(soil(5), moisture, t(20)))
    increases(surface_runoff(soil(5), moisture[:, [1] * 5], t(1, 5, 20, 80, 200)))


def test_no_rain_gives_no_runoff_and_a_full_soil_sheds_all_of_it():
    moisture = t(30, 90, 200)[:, None]
    assert surface_runoff(soil(), moisture, t(0)) == 0
    full = t(45, 135, 300)[:, None]
    torch.testing.assert_close(surface_runoff(soil(), full, t(17)), t(17))


def test_baseflow_grows_with_wetness_ds_and_dsmax_and_ends_in_dsmax():
    increases(baseflow(soil(6), t(12, 60, 120, 200, 250, 300)))
    increases(baseflow(soil(3, Ds=[0.01, 0.1, 0.3]), t(150)))
    increases(baseflow(soil(3, Dsmax=[1, 5, 20]), t(150)))
    torch.testing.assert_close(baseflow(soil(), t(300)) * 24, t(10))
    assert baseflow(soil(), t(12)) == 0


def test_baseflow_is_linear_below_ws_and_smooth_at_it():
    at_knee = 12 + 0.7 * 288
    below = baseflow(soil(3), t(12 + 72, 12 + 144, at_knee))
    torch.testing.assert_close(below, 10 / 24 * 0.1 / 0.7 * t(0.25, 0.5, 0.7))
    wetness = t(at_knee - 1e-4, at_knee, at_knee + 1e-4)
    slopes = baseflow(soil(3), wetness).diff() / 1e-4
    torch.testing.assert_close(slopes[0], slopes[1], rtol=1e-4, atol=0)


@examples
@given(x=st.floats(0.1, 40), scale=st.floats(1e-3, 50), power=st.floats(3, 29))
def test_drainage_of_two_halves_of_a_step_is_that_of_the_whole(x, scale, power):
    pore = t(43)
    first = drainage(t(x), pore, t(scale), t(power))
    second = drainage(t(x) - first, pore, t(scale), t(power))
    whole = drainage(t(x), pore, t(2 * scale), t(power))
    torch.testing.assert_close(first + second, whole, rtol=1e-9, atol=1e-12)
    assert 0 <= whole <= x


def test_steady_rain_leaves_the_soil_as_it_comes():
    moisture, rain, nothing = t(20, 60, 100)[:, None], t(4.0), torch.zeros(3, 1).double()
    quick_to_drain = soil(Dsmax=[40.0])
    for _ in range(300):
        result = route_soil_water(quick_to_drain, moisture, rain, nothing, 6)
        moisture = result.moisture
    torch.testing.assert_close(result.runoff + result.baseflow, rain, rtol=1e-6, atol=0)


def test_a_soil_at_residual_moisture_gives_nothing():
    residual = t(2, 6, 12)[:, None]
    wish = t(1, 1, 1)[:, None]
    result = route_soil_water(soil(), residual, t(0), wish, 24)
    torch.testing.assert_close(result.moisture, residual)
    assert result.runoff == 0 and result.baseflow == 0


def test_soil_evaporation_is_potential_from_a_full_layer_and_falls_as_it_dries():
    wetness = t(0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 1)
    fraction = evaporation_fraction(
        unsaturated_share(wetness, t(0.2)), t(0.2), evaporation_series(t(0.2)), t(45)
    )
    increases(fraction)
    assert fraction[-1] == 1 and fraction[0] >= 0


def test_saturated_calm_air_evaporates_at_the_equilibrium_rate():
    air = evaporative(t(15), t(300), t(0))
    rate = penman_monteith(air, t(200), t(1e12), 0.0, 0.0)
    equilibrium = air.slope / (air.slope + air.psychrometric) * 200 / air.latent * 86400
    torch.testing.assert_close(rate, equilibrium)


def test_evaporation_grows_with_radiation_dryness_and_open_stomata():
    def air(deficit):
        return evaporative(t(15), t(300), deficit)

    increases(penman_monteith(air(t(500)), t(50, 100, 300), t(50), 100.0, 25.0))
    increases(penman_monteith(air(t(100, 500, 1500)), t(150), t(50), 100.0, 25.0))
    increases(penman_monteith(air(t(500)), t(150), t(50), t(2000, 300, 50), 25.0))


@examples
@given(
    store=st.floats(0, 2), rain=st.floats(0, 20), rate=st.floats(-2, 12),
    seconds=st.sampled_from([3600.0, 10800.0, 86400.0]),
)  # fmt: skip
def test_a_canopy_neither_makes_water_nor_holds_more_than_it_can(store, rain, rate, seconds):
    after = canopy_balance(t(store), t(rain), t(0.4), t(rate), seconds)
    gone = after.evaporation + after.throughfall
    torch.testing.assert_close(after.store + gone, t(store + rain), rtol=0, atol=1e-12)
    assert 0 <= after.store <= 0.4 and after.throughfall >= 0
    assert after.dry_fraction <= 1


def test_roots_take_no_water_below_the_wilting_point_and_all_of_it_from_wet_soil():
    roots = RootedSoil(t(22, 66, 150)[:, None], t(10, 30, 70)[:, None], t(0.2, 0.5, 0.3)[:, None])
    assert (water_uptake(roots, t(9, 29, 69)[:, None]).share == 0).all()
    wet = water_uptake(roots, t(40, 120, 250)[:, None])
    torch.testing.assert_close(wet.share[:, 0], t(0.2, 0.5, 0.3))
    assert (wet.factor == 1).all()


def test_air_warmer_than_the_surface_is_stable_and_colder_air_is_not():
    factor = stability_factor(t(2), t(-6, -3, -1, 0, 1, 4, 8), t(0), t(3), t(0.03))
    increases(factor)
    assert factor[3] == 1 and (factor > 0).all()


def test_ground_of_one_temperature_conducts_and_releases_nothing():
    decay = torch.exp(t(-0.1 / 4))
    depths = (t(0.1), t(4), decay, 1 / decay)
    ground = soil_thermal.Ground(*depths, t(7), t(1.5), t(1.8), t(2e6), t(2.5e6))
    base = soil_thermal.layer_base_temperature(ground, t(7), t(7), 10800.0)
    torch.testing.assert_close(base, t(7.0))
    assert soil_thermal.ground_heat_flux(ground, t(7), base).abs() < 1e-9
    before, after = (soil_thermal.SoilTemperatures(t(7), value) for value in (t(7), base))
    assert soil_thermal.heat_released(ground, before, after, 10800.0).abs() < 1e-6


def test_precipitation_is_snow_in_the_cold_rain_in_the_warm_and_both_between():
    rain, snow = rain_and_snow(t(-5, -0.5, 0, 0.5, 5), t(4), PhaseRange(-0.5, 0.5))
    torch.testing.assert_close(rain, t(0, 0, 2, 4, 4))
    torch.testing.assert_close(snow, t(4, 4, 2, 0, 0))


def test_snow_darkens_with_age_and_faster_in_thaw():
    age = t(1, 8, 40, 200)
    cold, thaw = (aged_albedo(age, t(0), t(-1), t(melting), 10800.0) for melting in (0, 1))
    increases(-cold)
    increases(-thaw)
    assert (thaw < cold).all()


NAMES = ("OUT_EVAP", "OUT_RUNOFF", "OUT_BASEFLOW", "OUT_PET", "OUT_SWE", "OUT_SOIL_MOIST")


def totals(parameters, forcing, options=DAILY):
    with torch.no_grad():
        out = simulate(parameters, forcing, options, outputs=NAMES).outputs
    return {name: v.sum(0) if name != "OUT_SWE" else v.amax(0) for name, v in out.items()}


def responses(position, climate, days=20):
    """Totals of 5 cells that differ in one calibrated parameter alone, from low to high."""
    unit = torch.full((5, 7), 0.4, dtype=torch.float64)
    unit[:, position] = t(0.05, 0.3, 0.5, 0.7, 0.95)
    one = land(4, 5, whole_canopy=True).select([2] * 5)
    one = with_calibrated(one, PRIORS.to_physical(unit), PRIORS.names)
    forcing = weather([climate] * 5, 4, DAILY, days, 150)
    same = {k: v[..., :1].expand_as(v) for k, v in vars(forcing).items() if v.ndim == 3}
    return totals(one, replace(forcing, **same))


def test_a_catchment_with_more_infilt_runs_off_more():
    increases(responses(0, "monsoon")["OUT_RUNOFF"])


@pytest.mark.parametrize("position", [1, 2], ids=["Ds", "Dsmax"])
def test_a_catchment_with_more_ds_or_dsmax_has_more_baseflow(position):
    increases(responses(position, "temperate")["OUT_BASEFLOW"])


def test_a_deeper_second_layer_holds_back_runoff():
    increases(-responses(4, "monsoon")["OUT_RUNOFF"])


def test_warmer_air_raises_potential_evaporation_and_lowers_the_snowpack():
    climates = ("desert", "thaw", "snow", "polar")
    parameters, forcing = land(8, 4), weather(climates, 8, DAILY, 5)
    warmer = replace(forcing, air_temp=forcing.air_temp + 3.0)
    cold, warm = totals(parameters, forcing), totals(parameters, warmer)
    assert (cold["OUT_SWE"][1:] > 0).all()
    assert (warm["OUT_SWE"][1:] <= cold["OUT_SWE"][1:]).all()
    assert (warm["OUT_SWE"][1:3] < 0.9 * cold["OUT_SWE"][1:3]).all()
    assert warm["OUT_PET"][0] > cold["OUT_PET"][0]


def test_without_rain_the_soil_only_dries():
    forcing = weather(["desert"] * 4, 3, DAILY, 15, 150)
    forcing = replace(forcing, prec=torch.zeros_like(forcing.prec))
    with torch.no_grad():
        out = simulate(land(3, 4), forcing, DAILY, outputs=NAMES).outputs
    assert (out["OUT_SOIL_MOIST"].sum(-1).diff(dim=0) <= 1e-12).all()
    assert (out["OUT_RUNOFF"][1:] == 0).all()


def test_the_same_weather_every_day_leads_to_the_same_fluxes_every_day():
    one_day = weather(["monsoon"] * 3, 2, DAILY, 1, 180)
    days = 250
    fields = {
        k: v.expand(days, *v.shape[1:]) if v.ndim == 3 else v.expand(days)
        for k, v in vars(one_day).items()
    }
    with torch.no_grad():
        out = simulate(land(2, 3), replace(one_day, **fields), DAILY, outputs=NAMES).outputs
    gone = out["OUT_EVAP"] + out["OUT_RUNOFF"] + out["OUT_BASEFLOW"]
    torch.testing.assert_close(gone[-1], one_day.prec.sum((0, 1)), rtol=1e-3, atol=0)
    torch.testing.assert_close(gone[-1], gone[-2], rtol=1e-4, atol=0)
