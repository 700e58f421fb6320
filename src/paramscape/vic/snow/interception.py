"""Snow and rain caught by an overstory (Storck et al. 2002; Andreadis et al. 2009)."""

from typing import NamedTuple

import torch
from torch import Tensor

from paramscape.vic.processes import constants as c
from paramscape.vic.processes.safe_math import ratio, somewhere
from paramscape.vic.snow.foliage import Foliage, FoliageSolution, solve_foliage
from paramscape.vic.snow.options import PassOptions
from paramscape.vic.surface import Air, Setting, Surface

FUSION = c.LATENT_HEAT_FUSION


class Caught(NamedTuple):
    """Water on the trees and below them; all (lane,) in m per unit of canopy."""

    snow: Tensor  # on the canopy
    store: Tensor  # liquid on the canopy
    rain_below: Tensor
    snow_below: Tensor


class Interception(NamedTuple):
    """An overstory after a pass; per unit of canopy."""

    rain: Tensor  # below the canopy [mm]
    snow: Tensor  # below the canopy [mm]
    wet_canopy: Tensor  # [mm]
    snow_canopy: Tensor  # [m]
    melt_storage: Tensor  # [m]
    temperature: Tensor  # of the foliage [C]
    evaporation: Tensor  # [mm]
    sublimation: Tensor  # [m]
    emitted: Tensor  # longwave to the ground [W m-2]
    resistance: Tensor  # aerodynamic, last used [s m-1]
    caught: Tensor  # snow on the canopy before any energy is spent [m]
    latent: Tensor  # heat of vaporization, or of sublimation where snow is caught [W m-2]


def intercept(surface: Surface, air: Air, setting: Setting, options: PassOptions) -> Interception:
    """One pass of an overstory in the snow regime: catch, melt, sublimate, release.

    Args:
        surface: state; the canopy's stores per unit of canopy.
        air: of the pass.
        setting: of the model step.
        options: length of the pass and choices.
    """
    leaf_snow = c.LEAF_SNOW_CAPACITY * setting.cover.leaf_area
    water_capacity = setting.cover.capacity / 1000.0
    caught = caught_by_canopy(surface, air, setting.winds.wind_canopy, leaf_snow, water_capacity)
    empty = caught.store + caught.snow < c.VANISHING_SNOW
    start = torch.where(empty, air.temperature, surface.foliage_temperature)
    foliage = _foliage(surface, air, setting, caught.snow)
    snowing = (caught.snow > 0) | (air.snowfall > 0)
    solved = solve_foliage(foliage, start, surface.foliage_temperature, snowing, options)
    left = solved.energy.store / 1000.0
    if not options.conserve:
        left = left * setting.cover.fraction  # in VIC, and again with all other terms
    return _after(surface, caught, water_capacity, solved, left, options.seconds)


def caught_by_canopy(
    surface: Surface, air: Air, wind: Tensor, leaf_snow: Tensor, water_capacity: Tensor
) -> Caught:
    """Catch snow and rain before any energy is spent.

    Args:
        surface: state; the canopy's stores per unit of canopy.
        air: of the pass.
        wind: in the canopy [m s-1].
        leaf_snow: least capacity for snow [m].
        water_capacity: for liquid without snow [m].
    """
    snow, rain = air.snowfall / 1000.0, air.rain / 1000.0
    held, store = surface.snow_canopy, surface.wet_canopy / 1000.0
    largest = 4.0 * leaf_snow
    taken = _taken(held, snow, surface.foliage_temperature, wind, leaf_snow)
    snow_below = snow - taken
    held = held + taken
    falls = (snow == 0) & (surface.snow_canopy < c.THIN_SNOW)
    snow_below = torch.where(falls, snow_below + surface.snow_canopy, snow_below)
    held = torch.where(falls, held - surface.snow_canopy, held)
    held = torch.where(held < c.VANISHING_SNOW, 0.0, held)

    capacity = c.LIQUID_CAPACITY * held + water_capacity
    wetted = store + rain
    fits = wetted <= capacity
    rain_below = torch.where(fits, 0.0, wetted - capacity)
    store = torch.where(fits, wetted, capacity)
    drips = (rain == 0) & (store < c.THIN_SNOW)
    rain_below = torch.where(drips, rain_below + store, rain_below)
    store = torch.where(drips, 0.0, store)

    load = store + held
    excess = (held + store) - largest
    over = load > largest
    from_store = torch.where(over, excess * ratio(store, load), 0.0)
    from_snow = torch.where(over, excess * ratio(held, load), 0.0)
    return Caught(
        held - from_snow, store - from_store, rain_below + from_store, snow_below + from_snow
    )


def _taken(held: Tensor, snow: Tensor, foliage: Tensor, wind: Tensor, leaf_snow: Tensor) -> Tensor:
    """Snowfall [m] that stays on the canopy."""
    step = torch.where((foliage > -3.0) & (foliage < -1.0), 1.5 * foliage + 5.5, 1.0)
    factor = torch.where(foliage > -1.0, 4.0, step)
    capacity = factor * leaf_snow
    largest = 4.0 * leaf_snow
    taken = (1.0 - ratio(held, capacity)) * snow
    taken = torch.where(taken + held > capacity, capacity - held, taken)
    taken = torch.where(capacity > 0, taken.clamp(min=0), 0.0)
    blown = torch.minimum(taken, (0.2 * wind - 0.2) * taken)
    windy = (foliage < -3.0) & (wind > 1.0)
    taken = torch.where(windy, taken - blown, taken)
    return torch.where(held + taken > _rounded_up(largest), 0.0, taken)


def _rounded_up(largest: Tensor) -> Tensor:
    """The largest load, in single precision with room for the rounding of a sum that equals it.

    Without that room a canopy just filled catches nothing, which in double precision is rare and
    kept as VIC's own.
    """
    if largest.dtype == torch.float64:
        return largest
    return largest * (1.0 + 4.0 * torch.finfo(largest.dtype).eps)


def _foliage(surface: Surface, air: Air, setting: Setting, snow: Tensor) -> Foliage:
    """What the foliage's temperature depends on."""
    cover, winds = setting.cover, setting.winds
    bright = (snow > 0) | (air.snowfall > 0)
    albedo = torch.where(bright, setting.site.new_snow_albedo, cover.albedo)
    covered = cover.fraction > 0
    fraction = torch.where(covered, cover.fraction, 1.0)
    on_canopy = (1.0 - surface.attenuation) * air.shortwave / fraction
    return Foliage(
        snow=snow,
        store=surface.wet_canopy / 1000.0,
        rain=air.rain / 1000.0,
        capacity=cover.capacity,
        fraction=cover.fraction,
        shortwave=(1.0 - albedo) * on_canopy,
        longwave=air.longwave,
        longwave_up=surface.longwave_up,
        temperature=air.temperature,
        density=air.density,
        pressure=air.pressure,
        vapour_pressure=air.vapour_pressure,
        **air.evaporative._asdict(),
        architectural=setting.site.architectural,
        resistance_ground=winds.resistance_ground,
        resistance_canopy=winds.resistance_canopy,
        wind=winds.wind_canopy,
        above_displacement=cover.above_displacement,
        roughness=cover.roughness,
    )


def _after(
    surface: Surface,
    caught: Caught,
    water_capacity: Tensor,
    solved: FoliageSolution,
    left: Tensor,
    seconds: float,
) -> Interception:
    """Spend the energy of the solution on the canopy's stores.

    Args:
        surface: before the pass.
        caught: water and snow before any energy is spent.
        water_capacity: for liquid without snow [m].
        solved: temperature and energy balance of the foliage.
        left: liquid on a canopy without snow, after evaporation [m].
        seconds: length of the pass.
    """
    temperature, energy = solved
    bare = caught.snow == 0
    store = torch.where(bare, left, caught.store)
    rain = torch.where(bare, energy.throughfall / 1000.0, caught.rain_below)
    caught = caught._replace(store=store, rain_below=rain)
    refreezing, vapour = energy.refreezing * seconds, energy.vapour * seconds
    melting = temperature == 0
    fallen_on_little = (caught.snow_below > 0) & (surface.snow_canopy <= c.LEAST_CANOPY_SNOW)
    frozen = _frozen(caught, refreezing, vapour)
    melted = _melted(
        caught, refreezing, vapour, surface.melt_storage, water_capacity, fallen_on_little
    )
    snow = torch.where(melting, melted.snow, frozen.caught.snow)
    store = torch.where(melting, melted.store, frozen.caught.store)
    spill = (snow == 0) & (store > water_capacity)
    rain = caught.rain_below + torch.where(spill, store - water_capacity, 0.0)
    store = torch.where(spill, water_capacity, store)
    rain = rain + torch.where(melting, melted.drip, 0.0)
    return Interception(
        rain=rain * 1000.0,
        snow=(caught.snow_below + torch.where(melting, melted.released, 0.0)) * 1000.0,
        wet_canopy=store * 1000.0,
        snow_canopy=snow,
        melt_storage=torch.where(melting, melted.storage, 0.0),
        temperature=temperature,
        evaporation=energy.evaporation,
        sublimation=-torch.where(melting, melted.vapour, frozen.vapour),
        emitted=energy.emitted,
        resistance=energy.resistance,
        caught=caught.snow,
        latent=energy.latent,
    )


class Frozen(NamedTuple):
    """A canopy below freezing, and the vapour that its snow gained (lane,) [m]."""

    caught: Caught
    vapour: Tensor


def _frozen(caught: Caught, refreezing: Tensor, vapour: Tensor) -> Frozen:
    """Canopy below freezing: water freezes by VIC's comparison, then snow sublimates."""
    partly = refreezing < caught.store * FUSION
    grown = torch.where(partly, refreezing / FUSION, caught.store)
    snow = caught.snow + grown
    store = torch.where(partly, caught.store - grown, 0.0)
    gone = -vapour > snow
    vapour = torch.where(gone, -snow, vapour)
    left = caught._replace(snow=torch.where(gone, 0.0, snow + vapour), store=store)
    return Frozen(left, vapour)


class Melted(NamedTuple):
    """A canopy at 0 C after melt, drip and mass release [m]."""

    snow: Tensor
    store: Tensor
    storage: Tensor
    drip: Tensor
    released: Tensor
    vapour: Tensor


def _melted(
    caught: Caught,
    refreezing: Tensor,
    vapour: Tensor,
    storage: Tensor,
    water_capacity: Tensor,
    drips_at_once: Tensor,
) -> Melted:
    """Canopy at 0 C: evaporate, melt into the store, and beyond it drip or release snow.

    Args:
        caught: water and snow before any energy is spent [m].
        refreezing: energy of refreezing of the pass, negative for melt [J m-2].
        vapour: gained by the canopy's snow [m].
        storage: melt gathered since the last mass release [m].
        water_capacity: for liquid without snow [m].
        drips_at_once: bool, melt beyond the capacity drips in this pass.
    """
    dried = -vapour > caught.store
    vapour = torch.where(dried, -caught.store, vapour)
    store = torch.where(dried, 0.0, caught.store + vapour)
    melt = torch.minimum(-refreezing / FUSION / 1000.0, caught.snow)
    melt = torch.where(refreezing < 0, melt, 0.0)
    capacity = c.LIQUID_CAPACITY * caught.snow + water_capacity
    fits = store + melt <= capacity
    beyond = melt + store - capacity
    left = (caught.snow - (capacity - store)).clamp(min=0)
    drip = torch.where(drips_at_once, beyond, 0.0)
    left = torch.where(drips_at_once, (left - beyond).clamp(min=0), left)
    stored = torch.where(drips_at_once, storage, storage + beyond)
    after = mass_release(left, torch.where(fits, 0.0, stored), drip, ~fits)
    snow = torch.where(fits, caught.snow - melt, _without_rounding(after.snow, caught.snow))
    store = torch.where(fits, store + melt, capacity)
    drip = torch.where(fits, 0.0, after.drip)
    capacity = c.LIQUID_CAPACITY * snow + water_capacity
    excess = (store - capacity).clamp(min=0)
    return Melted(
        snow=snow,
        store=torch.where(excess > 0, capacity, store),
        storage=torch.where(fits, storage, after.storage),
        drip=drip + excess,
        released=torch.where(fits, 0.0, after.released),
        vapour=vapour,
    )


def _without_rounding(left: Tensor, before: Tensor) -> Tensor:
    """Snow [m] left of that before; in single precision none where it is only rounding.

    In double precision VIC's own residue is kept, for it can decide the next step.
    """
    if left.dtype == torch.float64:
        return left
    return torch.where(left < 8.0 * torch.finfo(left.dtype).eps * before, 0.0, left)


class Released(NamedTuple):
    """Canopy snow after its mass release [m]."""

    snow: Tensor
    storage: Tensor
    drip: Tensor
    released: Tensor


RELEASES = 16  # each leaves at most 0.9 of the snow and none a tenth of 5 mm: enough for 24 m


def mass_release(snow: Tensor, storage: Tensor, drip: Tensor, releasing: Tensor) -> Released:
    """Let melt and snow fall together while enough melt has gathered (Storck et al. 2002).

    Args:
        snow: on the canopy [m]. storage: melt gathered since the last release [m].
        drip: of this pass so far [m].
        releasing: (lane,) bool; other lanes stay as they are.
    """
    released = torch.zeros_like(snow)
    active = releasing
    for _ in range(RELEASES):
        if not somewhere(active):
            break
        much = snow > c.LEAST_CANOPY_SNOW
        needed = 0.1 * snow
        enough = active & much & (storage >= needed)
        after = snow - needed
        fall = torch.minimum(after - c.LEAST_CANOPY_SNOW, 0.17 * snow)
        fall = torch.where(after >= c.LEAST_CANOPY_SNOW, fall, 0.0)
        last = active & ~enough
        dripped = torch.where(enough, needed, torch.where(last, torch.minimum(storage, snow), 0.0))
        emptied = last & ~much
        drip = drip + dripped
        released = released + torch.where(enough, fall, 0.0)
        snow = torch.where(enough, after - fall, snow - dripped)
        storage = torch.where(enough, storage - needed, torch.where(emptied, 0.0, storage))
        active = enough
    return Released(snow, storage, drip, released)
