"""Each process gives the numbers that VIC's own compiled functions give."""

from types import SimpleNamespace

import pytest
import torch

from paramscape.vic.land_constants import nijssen_to_arno
from paramscape.vic.potential import potential_evaporation
from paramscape.vic.processes import (
    aerodynamic,
    atmosphere,
    canopy,
    penman_monteith,
    runoff,
    soil_thermal,
)
from paramscape.vic.processes.roots import layer_roots
from paramscape.vic.processes.soil_evaporation import (
    evaporation_fraction,
    evaporation_series,
    limited_soil_evaporation,
    unsaturated_share,
)
from paramscape.vic.snow import albedo, energy, foliage, interception, pack
from paramscape.vic.snow.options import PassOptions
from paramscape.vic.surface import Resistances


def t(*values: float) -> torch.Tensor:
    return torch.tensor(values if len(values) > 1 else [values[0]], dtype=torch.float64)


def close(actual, *expected, rtol=2e-9):
    torch.testing.assert_close(actual.flatten(), t(*expected), rtol=rtol, atol=1e-12)


def air(temperature, elevation, deficit):
    return penman_monteith.evaporative(t(temperature), t(elevation), t(deficit))


def test_air_has_the_vapour_pressure_density_and_latent_heat_of_vic():
    close(atmosphere.saturation_vapour_pressure(t(20, -10)), 2338.022964, 259.1427762)
    close(atmosphere.vapour_pressure_slope(t(20)), 144.7218574)
    close(atmosphere.air_density(t(10), t(90000)), 1.107337545)
    close(atmosphere.latent_heat_vaporization(t(10)), 2477390.0)
    close(atmosphere.latent_heat_sublimation(t(-10)), 2837394.36)


def test_penman_monteith_gives_evaporation_and_keeps_dew_in_supersaturated_air():
    rate = penman_monteith.penman_monteith(air(15, 500, 800), t(150), t(50), 100.0, 25.0)
    close(rate, 3.718251393)
    dew = penman_monteith.penman_monteith(air(5, 1000, -20), t(-60), t(80), 0.0, 100.0)
    close(dew, -0.7091438143)


@pytest.mark.parametrize(
    ("leaf", "weather", "moisture", "expected"),
    [
        ((150, 30, 3), (300, 18, 1200), 1.0, 85.00045498),
        ((100, 100, 1.5), (50, 4, 300), 0.4, 1765.456929),
    ],
)
def test_canopy_resistance_follows_jarvis(leaf, weather, moisture, expected):
    traits = penman_monteith.Leaf(*(t(v) for v in leaf))
    resistance = penman_monteith.canopy_resistance(traits, *(t(v) for v in weather), moisture)
    close(resistance, expected)


def soil(**changes) -> runoff.RunoffSoil:
    values = dict(
        infilt=0.2, capacity=(45, 135, 300), residual=(2, 6, 12), ksat=(500, 300), expt=(11, 11),
        dsmax=12.0, ds=0.02, ws=0.8, c=2.0, steps=24,
    )  # fmt: skip
    values |= changes
    capacity, residual = (t(*values[k])[:, None] for k in ("capacity", "residual"))
    power = t(*values["expt"])[:, None] - 1
    conductivity = t(*values["ksat"])[:, None] / values["steps"]
    pore = (capacity - residual)[:2]
    largest = values["dsmax"] / values["steps"]
    return runoff.RunoffSoil(
        infilt=t(values["infilt"]),
        capacity=capacity,
        residual=residual,
        upper_capacity=capacity[:2].sum(0),
        drain_scale=power * conductivity / pore,
        drain_power=power,
        drain_term=power * conductivity / pore ** (power + 1),
        linear=t(largest * values["ds"] / values["ws"]),
        nonlinear=t(largest * (1 - values["ds"] / values["ws"])),
        threshold=t(values["ws"]),
        exponent=t(values["c"]),
    )


def test_infiltration_leaves_what_the_capacity_curve_cannot_take():
    wet = t(30, 75, 0)[:, None]
    close(runoff.surface_runoff(soil(), wet, t(12)), 1.752569298)
    close(runoff.surface_runoff(soil(), wet, t(200)), 125.0)
    share = unsaturated_share(t(105 / 180), t(0.2))
    close(1 - share**0.2, 0.1357657776)


def test_drainage_integrates_brooks_and_corey():
    rate = runoff.drainage(t(28), t(43), t(10 * 500 / 24 / 43), t(10))
    close(rate, 0.1794375622)


def test_soil_evaporation_follows_the_arno_curve():
    potential = penman_monteith.penman_monteith(air(15, 500, 800), t(120), t(60), 0.0, 100.0)
    fraction = evaporation_fraction(
        unsaturated_share(t(20 / 45), t(0.2)), t(0.2), evaporation_series(t(0.2)), t(45)
    )
    close(potential, 3.615169847)
    close(fraction, 0.5021547539)
    close(limited_soil_evaporation(potential, fraction, t(18)), 1.815374725)


def test_stability_factor_is_limited_on_both_sides():
    factor = aerodynamic.stability_factor(
        t(2.03, 2.03, 2.03), t(-2, -4, -15), t(-5, -2, 5), t(3, 3, 1), t(0.03, 0.03, 0.03)
    )
    close(factor, 1.180561432, 0.8429548246, 0.1910973954)


def test_winds_and_resistances_of_a_forest_and_of_short_vegetation():
    stand = aerodynamic.Stand(
        displacement=t(6.7, 0.335),
        roughness=t(1.23, 0.0615),
        reference_height=t(30, 5),
        snow_roughness=t(0.03, 0.03),
        wind_attenuation=t(0.5, 0.5),
        trunk_ratio=t(0.2, 0.2),
        overstory=torch.tensor([True, False]),
    )
    profile = aerodynamic.profile(stand)
    resistance = torch.stack(profile[:3]) / 3
    wind = torch.stack(profile[3:]) * 3
    close(resistance[:, 0], 12.71014598, 14.23526766, 152.3068789)
    close(wind[:, 0], 0.9846893698, 0.9739222669, 0.7251158915)
    close(resistance[[0, 2], 1], 43.78945731, 44.92050762)
    close(wind[[0, 2], 1], 2.434032868, 2.471421311)


def test_ground_temperature_and_thermal_properties():
    decay = torch.exp(t(-0.1 / 4))
    ground = soil_thermal.Ground(
        t(0.1), t(4), decay, 1 / decay, t(5), t(1.5), t(1.8), t(2e6), t(2.5e6)
    )
    base = soil_thermal.layer_base_temperature(ground, t(12), t(8), 86400.0)
    close(base, 10.77256675)
    layer = soil_thermal.thermal_soil(t(0.1), t(1450), t(2650), t(0.4))
    close(soil_thermal.conductivity(layer, t(0.25)), 1.323287657)
    close(soil_thermal.heat_capacity(layer, t(0.25)), 2144603.302)


def test_snow_ages_darker_and_denser():
    age, cold = t(24, 24), t(-1, 0)
    aged = albedo.aged_albedo(age, t(0, 0), cold, t(0, 0), 10800.0)
    close(aged, 0.7561346793, 0.6117275928)
    fresh = albedo.new_snow_density(t(-5))
    close(fresh, 102.9)
    density = albedo.compacted_density(t(0.5), t(0.1), t(3), fresh, t(-4), 10800.0)
    close(density, 205.1564138)


def pack_surface(**changes) -> energy.PackSurface:
    values = dict(
        temperature=-2.0, density=1.2, pressure=85000.0, vapour_pressure=350.0, deficit=180.0,
        shortwave=40.0, longwave=250.0, rain_heat=0.0, resistance=60.0, wind=3.0, roughness=0.03,
        depth=0.5, conducting=2.9302e-6 * 250**2, ground_temperature=-1.0,
        heat_capacity=2.11727e6 * 0.1, old_temperature=-5.0, freezable=0.0, seconds=10800.0,
    )  # fmt: skip
    return energy.PackSurface(**{name: t(v) for name, v in (values | changes).items()})


def test_energy_balance_of_a_pack_at_a_trial_temperature():
    result = energy.pack_energy(pack_surface(), t(-3))
    close(result.residual, -71.41684037)
    close(result.vapour * 10800, -0.1824887391)
    close(result.net_longwave, -42.93730425)
    factor = aerodynamic.stability_factor(t(2.03), t(-3), t(-2), t(3), t(0.03))
    close(60.0 / factor, 65.22117475)


PACKS = {
    "melts": (
        dict(temperature=3.0, shortwave=200.0, longwave=300.0, rain=2.0, snow=0.0, vapour=600.0),
        (0, 0.1995033743, 0.004375, 0.002371490918, 0.01291246909, 2.483713235, 0, 0), -1.0,
    ),
    "is cold": (
        dict(temperature=-6.0, shortwave=20.0, longwave=220.0, rain=0.0, snow=4.0, vapour=300.0),
        (
            -5.178773699, 0.203820589, 0, 3.365494456e-5, 0.1794109753, 0,
            -1370607.774, -0.3168639565,
        ), -1.0,
    ),
    "melts fast": (
        dict(temperature=8.0, shortwave=500.0, longwave=340.0, rain=5.0, snow=0.0, vapour=900.0),
        (0, 0.186206642, 0.004375, 0.001921842967, -0.1482182075, 18.94157618, 0, 0), -1.0,
    ),
    "is cold below": (
        dict(temperature=-6.0, shortwave=20.0, longwave=220.0, rain=0.0, snow=4.0, vapour=300.0),
        (-5.178773699, 0.203820589, 0, 0, 0.1794109753, 0, -1370607.774, -4.011140163), -5.0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PACKS)
def test_a_whole_step_of_a_pack(name):
    weather, expected, deep = PACKS[name]
    seconds = 10800.0
    snow = pack.layered(t(0.2), t(0.001), t(0.0005), t(-2), t(deep))
    new = (t(weather["snow"] / 1000), t(weather["rain"] / 1000), t(weather["temperature"]))
    snow = pack.with_new_snow(snow, *new)
    saturated = float(atmosphere.saturation_vapour_pressure(t(weather["temperature"])))
    surface = pack_surface(
        temperature=weather["temperature"], density=1.15, pressure=88000.0,
        vapour_pressure=weather["vapour"], deficit=max(0.0, saturated - weather["vapour"]),
        shortwave=weather["shortwave"], longwave=weather["longwave"], resistance=50.0, wind=2.5,
        rain_heat=4.188e6 * weather["temperature"] * weather["rain"] / 1000 / seconds,
        depth=0.8, conducting=2.9302e-6 * 250**2, seconds=seconds, old_temperature=-2.0,
        heat_capacity=float(2.11727e6 * snow.surface),
        freezable=float(snow.surface_water * 3.337e8 / seconds),
    )  # fmt: skip
    result = pack.pack_step(snow, surface, PassOptions(seconds, "AR_406_FULL", False))
    after = result.pack
    water = after.surface + after.below + after.surface_water + after.pack_water
    close(
        torch.cat([
            after.surface_temperature, water, after.surface_water, after.pack_water,
            -result.vapour * 1000, result.outflow * 1000, after.surface_cold,
            after.pack_temperature,
        ]),
        *expected, rtol=1e-8,
    )  # fmt: skip


CANOPY = [
    (
        (20, 80, 170), 86400.0, 1.5,
        (1.6, 0.0, 0.0, 0.7249924353), (0.226839471, 1.663489454, 0.8317447271),
    ),
    (
        (15, 45, 100), 10800.0, 0.5,
        (0.1, 0.25, 0.25, 0.8624962177), (0.02704901246, 0.1622940747, 0.07632363702),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("moisture", "seconds", "rain", "water", "layers"), CANOPY)
def test_canopy_water_and_transpiration(moisture, seconds, rain, water, layers):
    above = air(18, 300, 900)
    potential = penman_monteith.penman_monteith(above, t(140), t(45), 0.0, 40.0)
    wet = canopy.canopy_balance(t(0.1), t(rain), t(0.25), potential, seconds)
    close(torch.cat([wet.evaporation, wet.throughfall, wet.store, wet.dry_fraction]), *water)
    roots = canopy.RootedSoil(*(t(*v)[:, None] for v in (
        (22, 66, 150), (10, 30, 70), (0.1, 0.6, 0.3)
    )))  # fmt: skip
    uptake = canopy.water_uptake(roots, t(*moisture)[:, None])
    leaf = penman_monteith.Leaf(t(130), t(60), t(2.5))
    resistance = penman_monteith.canopy_resistance(leaf, t(180), t(18), t(900), uptake.factor)
    rate = penman_monteith.penman_monteith(above, t(140), t(45), resistance, 40.0)
    close(canopy.shared_out(uptake, rate * wet.dry_fraction * seconds / 86400), *layers)


@pytest.mark.parametrize(
    ("moisture", "water", "expected"),
    [
        (
            (35, 110, 275), 25.0,
            (6.966597321, 6.099071496, 33.88044137, 105.6443978, 288.909492, 0.2201950045),
        ),
        (
            (2.5, 110, 275), 0.0,
            (0, 5.200723981, 2, 95.53947362, 281.2598024, 0.1219978091),
        ),
        ((1.9, 110, 275), 0.0, (0, 5.216502575, 2, 96.62296926, 281.5605282, None)),
    ],
)  # fmt: skip
def test_a_step_of_runoff_drainage_and_baseflow(moisture, water, expected):
    result = runoff.route_soil_water(
        soil(), t(*moisture)[:, None], t(water), t(2, 1, 0.5)[:, None], 24
    )
    *amounts, saturated = expected
    close(torch.cat([result.runoff, result.baseflow, result.moisture[:, 0]]), *amounts)
    if saturated is not None:
        wetness = result.moisture[:2].sum(0) / 180
        close(1 - unsaturated_share(wetness, t(0.2)) ** 0.2, saturated)


def test_potential_evaporation_is_that_of_leaves_and_soil_by_their_shares():
    above = SimpleNamespace(
        shortwave=t(220), temperature=t(18), deficit=t(900), evaporative=air(18, 300, 900)
    )
    setting = SimpleNamespace(
        cover=SimpleNamespace(
            class_albedo=t(0.2), leaf_area=t(2.5), fraction=t(0.7), resistance_bare=t(80)
        ),
        site=SimpleNamespace(stomatal=t(130), light=t(60), architectural=t(40)),
        winds=SimpleNamespace(wind_ground=t(1)),
    )
    close(potential_evaporation(above, setting, t(-60), Resistances(t(50), t(80))), 3.483372387)


def test_snow_and_melt_fall_together_from_a_loaded_canopy():
    after = interception.mass_release(t(0.012), t(0.003), t(0), torch.tensor([True]))
    close(torch.cat([after.snow, after.released, after.drip]), 0.00471548, 0.00428452, 0.003)
    assert after.storage.item() == 0


def test_roots_of_zones_are_shared_out_to_layers_by_thickness():
    roots = layer_roots(t(0.1, 0.5, 1.2), t(0.3, 0.5, 0.2), t(0.1, 0.3, 0.7))
    close(roots, 0.3, 0.3, 0.4)


def test_nijssens_parameters_become_those_of_arno():
    ds, dsmax, ws, _ = nijssen_to_arno(t(1e-4), t(1e-5), t(240), t(2), t(300))
    close(torch.cat([ds, dsmax, ws]), 0.3636363636, 0.066, 0.8)


def test_foliage_whose_balance_has_no_root_keeps_the_temperature_it_had():
    above = penman_monteith.evaporative(t(-4), t(1000), t(180))
    calm = dict(
        snow=0.0, store=0.0, rain=0.0, capacity=0.3, fraction=0.8, shortwave=900.0,
        longwave=250.0, longwave_up=300.0, temperature=-4.0, density=1.2, pressure=85000.0,
        vapour_pressure=270.0, architectural=50.0, resistance_ground=1e20,
        resistance_canopy=1e20, wind=0.0, above_displacement=20.0, roughness=1.0,
    )  # fmt: skip
    trees = foliage.Foliage(**{k: t(v) for k, v in calm.items()}, **above._asdict())
    options = PassOptions(10800.0, "AR_406_FULL", with_potential=False)
    snowing = torch.tensor([False])
    solved = foliage.solve_foliage(trees, t(-4.0), t(-1.5), snowing, options)
    temperature, energy = solved
    close(temperature, -1.5)
    assert (energy.residual > 0).all()


def test_energy_balance_of_foliage_with_and_without_snow():
    above = penman_monteith.evaporative(t(-2), t(1000), t(180))
    values = dict(
        snow=0.002, store=2e-4, rain=5e-4, capacity=0.3, fraction=0.8, shortwave=0.15 * 120,
        longwave=250.0, longwave_up=300.0, temperature=-2.0, density=1.2, pressure=85000.0,
        vapour_pressure=350.0, architectural=50.0, resistance_ground=20.0, resistance_canopy=20.0,
        wind=1.0, above_displacement=20.0, roughness=1.0,
    )  # fmt: skip
    trees = foliage.Foliage(**{k: t(v) for k, v in values.items()}, **above._asdict())
    cold = foliage.foliage_energy(trees, t(-3), 10800.0, "AR_406_FULL")
    close(cold.residual, -21.62819127)
    close(cold.vapour * 1e3 * 10800, -0.05951064972)
    close(torch.cat([cold.emitted, cold.resistance]), 292.9373043, 200.0)
    close(cold.refreezing, 6.17962963)
    close(foliage.foliage_energy(trees, t(0), 10800.0, "AR_406_FULL").residual, -83.14784551)
    bare = trees._replace(snow=t(0), shortwave=t(0.88 * 120))
    wet = foliage.foliage_energy(bare, t(-3), 10800.0, "AR_406_FULL")
    close(
        torch.cat([wet.residual, wet.evaporation, wet.store, wet.throughfall, wet.resistance]),
        163.1588995, 0.1780155014, 0.3, 0.2219844986, 20.0,
    )  # fmt: skip
