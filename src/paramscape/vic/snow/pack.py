"""The two layers of a snowpack through one step: layering, melt, freezing and outflow."""

from typing import NamedTuple

import torch
from torch import Tensor

from paramscape.vic.processes import constants as c
from paramscape.vic.processes.brent import Bracket
from paramscape.vic.processes.safe_math import ratio, somewhere
from paramscape.vic.snow.energy import PackEnergy, PackSurface, pack_energy, pack_residual
from paramscape.vic.snow.options import PassOptions

FUSION = c.LATENT_HEAT_FUSION * c.WATER_DENSITY  # [J m-3]
HEAT = c.ICE_HEAT_CAPACITY


class Pack(NamedTuple):
    """A pack in two layers; all (lane,), water in m."""

    surface: Tensor  # ice of the surface layer
    below: Tensor  # ice of the pack below it
    ice: Tensor  # of both, added up in VIC's order
    surface_water: Tensor
    pack_water: Tensor
    surface_temperature: Tensor  # [C]
    pack_temperature: Tensor  # [C]
    surface_cold: Tensor  # cold content of the surface layer [J m-2]
    pack_cold: Tensor  # [J m-2]


class PackResult(NamedTuple):
    """A pack after a step."""

    pack: Pack
    vapour: Tensor  # gained by the pack [m]; of a thin one that at 0 C, which it did not gain
    outflow: Tensor  # [m]
    thin: Tensor  # bool: too thin for a temperature of its own
    net_longwave: Tensor  # [W m-2]
    latent: Tensor  # heat of vaporization [W m-2]
    latent_of_ice: Tensor  # heat of sublimation [W m-2]
    sensible: Tensor  # [W m-2]


def layered(
    water: Tensor,
    surface_water: Tensor,
    pack_water: Tensor,
    surface_temperature: Tensor,
    pack_temperature: Tensor,
) -> Pack:
    """Split a pack into a surface layer of at most 0.125 m of ice and the rest.

    Args:
        water: water equivalent (lane,) [m].
        surface_water: liquid of the surface layer [m].
        pack_water: liquid of the pack below it [m].
        surface_temperature: of the surface layer [C].
        pack_temperature: of the pack below it [C].
    """
    ice = water - pack_water - surface_water
    surface = ice.clamp(max=c.SURFACE_LAYER_LIMIT)
    below = ice - surface
    return Pack(
        surface=surface,
        below=below,
        ice=ice,
        surface_water=surface_water,
        pack_water=pack_water,
        surface_temperature=surface_temperature,
        pack_temperature=pack_temperature,
        surface_cold=HEAT * surface * surface_temperature,
        pack_cold=HEAT * below * pack_temperature,
    )


def with_new_snow(pack: Pack, snow: Tensor, rain: Tensor, temperature: Tensor) -> Pack:
    """Add snow and rain [m] at air temperature [C], pushing old snow below where it is much."""
    limit = c.SURFACE_LAYER_LIMIT
    new_cold = torch.where(temperature > 0, 0.0, HEAT * snow * temperature)
    room = limit - pack.surface
    full = (snow > room) & (room > c.VANISHING_SNOW)
    pushed = pack.surface + snow - limit
    all_old = pushed > pack.surface
    whole = pack.surface_cold + ratio(snow - limit, snow) * new_cold
    part = ratio(pushed, pack.surface) * pack.surface_cold
    pushed_cold = torch.where(all_old, whole, part)
    surface = torch.where(full, limit, pack.surface + snow)
    below = pack.below + torch.where(full, pushed, 0.0)
    moved_cold = torch.where(full, pushed_cold, 0.0)
    surface_cold = pack.surface_cold + torch.where(full, new_cold - moved_cold, new_cold)
    pack_cold = pack.pack_cold + moved_cold
    return pack._replace(
        surface=surface,
        below=below,
        ice=pack.ice + snow,
        surface_water=pack.surface_water + rain,
        surface_temperature=ratio(surface_cold, HEAT * surface.clamp(min=0)),
        pack_temperature=ratio(pack_cold, HEAT * below.clamp(min=0)),
        surface_cold=surface_cold,
        pack_cold=pack_cold,
    )


def pack_step(pack: Pack, energy: PackSurface, options: PassOptions) -> PackResult:
    """Solve the energy balance, melt or freeze, and drain.

    A pack melts or refreezes at 0 C where the balance at 0 C allows it; else it is cold, with a
    temperature from Brent's method, or too thin for one.

    Args:
        pack: with the snow and rain of the step.
        energy: what its surface temperature depends on.
        options: length of the pass and choices.
    """
    zero = torch.zeros_like(pack.surface)
    at_zero = pack_energy(energy, zero)
    frozen = at_zero.residual < 0
    cold = frozen & (pack.surface > c.THIN_SNOW)
    melted = _melted(pack, at_zero, options.seconds)
    result = _where(frozen, _thin(pack), melted.pack)
    unspent = at_zero.vapour * options.seconds / c.WATER_DENSITY
    vapour = torch.where(frozen, unspent, melted.vapour)
    heat = SurfaceHeat(at_zero.net_longwave, at_zero.latent, zero, at_zero.sensible)
    if somewhere(cold):
        chilled = _cold(pack, energy, cold, options)
        result = _where(cold, chilled.pack, result)
        vapour = torch.where(cold, chilled.vapour, vapour)
        heat = _chilled_heat(heat, chilled, cold)
    result, outflow = _drained(result)
    return PackResult(_relayered(result), vapour, outflow, frozen & ~cold, *heat)


class SurfaceHeat(NamedTuple):
    """Heat that the surface of a pack exchanges with the air, see `PackResult`."""

    net_longwave: Tensor
    latent: Tensor
    latent_of_ice: Tensor
    sensible: Tensor


class Exchanged(NamedTuple):
    """A pack after its energy balance, with the vapour that it gained (lane,) [m]."""

    pack: Pack
    vapour: Tensor


class Chilled(NamedTuple):
    """A cold pack, the vapour that it gained (lane,) [m] and its energy balance."""

    pack: Pack
    vapour: Tensor
    energy: PackEnergy


def _chilled_heat(heat: SurfaceHeat, chilled: Chilled, cold: Tensor) -> SurfaceHeat:
    """The heat of cold packs (bool) from their own balance, of the others unchanged."""
    solved = chilled.energy
    radiated = torch.where(cold, solved.net_longwave, heat.net_longwave)
    sensible = torch.where(cold, solved.sensible, heat.sensible)
    warm = chilled.pack.surface_temperature >= 0
    latent = torch.where(cold, torch.where(warm, solved.latent, 0.0), heat.latent)
    latent_of_ice = torch.where(cold & ~warm, solved.latent, heat.latent_of_ice)
    return SurfaceHeat(radiated, latent, latent_of_ice, sensible)


def _where(condition: Tensor, a: Pack, b: Pack) -> Pack:
    return Pack(*(torch.where(condition, x, y) for x, y in zip(a, b, strict=True)))


def _thin(pack: Pack) -> Pack:
    mark = torch.full_like(pack.surface, c.UNSOLVED_TEMPERATURE)
    return pack._replace(surface_temperature=mark)


def _melted(pack: Pack, at_zero: PackEnergy, seconds: float) -> Exchanged:
    """A pack whose surface is at 0 C."""
    zero = torch.zeros_like(pack.surface)
    freezes = at_zero.refreezing >= 0
    exchanged = at_zero.refreezing.abs() / FUSION * seconds
    refrozen = torch.where(freezes, torch.minimum(exchanged, pack.surface_water), zero)
    melt = torch.where(freezes, zero, exchanged)
    surface = pack.surface + refrozen
    ice = pack.ice + refrozen
    water = pack.surface_water - refrozen
    vapour = at_zero.vapour * seconds / c.WATER_DENSITY
    dried = water < -vapour
    vapour = torch.where(dried, -water, vapour)
    water = torch.where(dried, zero, water + vapour)
    partial = melt < ice
    deep = melt <= pack.below
    left = pack._replace(
        surface=torch.where(deep, surface, ice - melt),
        below=torch.where(deep, pack.below - melt, zero),
        surface_water=water + torch.where(deep, melt, melt + pack.pack_water),
        pack_water=torch.where(deep, pack.pack_water, zero),
        surface_temperature=zero,
    )
    gone = pack._replace(
        surface=zero,
        below=zero,
        surface_water=water + ice,
        surface_temperature=zero,
        pack_temperature=zero,
    )
    return Exchanged(_where(partial, left, gone), vapour)


def _cold(pack: Pack, energy: PackSurface, cold: Tensor, options: PassOptions) -> Chilled:
    """A pack below freezing, at the temperature that balances its energy."""
    start = pack.surface_temperature.detach()
    width = c.BRACKET_HALF_WIDTH
    bracket = Bracket(start - width, start + width, energy.old_temperature.detach())
    temperature = options.solve(pack_residual, energy, bracket, cold)
    solved = pack_energy(energy, temperature)
    vapour = solved.vapour * options.seconds / c.WATER_DENSITY
    surface = pack.surface + pack.surface_water
    gone = surface < -vapour
    vapour = torch.where(gone, -surface, vapour)
    chilled = pack._replace(
        surface=torch.where(gone, 0.0, surface + vapour),
        surface_water=torch.zeros_like(surface),
        surface_temperature=temperature,
    )
    return Chilled(chilled, vapour, solved)


class Drained(NamedTuple):
    """A pack after drainage, and what left it (lane,) [m]."""

    pack: Pack
    outflow: Tensor


def _drained(pack: Pack) -> Drained:
    """Pass liquid above the holding capacity downward; freeze it in the cold pack below."""
    held = c.LIQUID_CAPACITY * pack.surface
    melt = (pack.surface_water - held).clamp(min=0)
    surface_water = torch.minimum(pack.surface_water, held)
    water = pack.pack_water + melt
    freezable = water * c.LATENT_HEAT_FUSION * c.WATER_DENSITY
    freezes = pack.pack_cold < -freezable
    grown = pack.below + water
    chilled = HEAT * grown * pack.pack_temperature + freezable
    frozen = -pack.pack_cold / FUSION
    below = torch.where(freezes, grown, pack.below + frozen)
    cooled = ratio(chilled, HEAT * grown).clamp(max=0)
    water = torch.where(freezes, 0.0, water - frozen)
    held = c.LIQUID_CAPACITY * below
    outflow = (water - held).clamp(min=0)
    drained = pack._replace(
        below=below,
        surface_water=surface_water,
        pack_water=torch.minimum(water, held),
        pack_temperature=torch.where(freezes, cooled, 0.0),
    )
    return Drained(drained, outflow)


def _relayered(pack: Pack) -> Pack:
    """Restore the surface layer to 0.125 m of ice where there is that much.

    The cold content of a shallower pack stays that from before the energy balance, as in VIC.
    """
    limit = c.SURFACE_LAYER_LIMIT
    ice = pack.below + pack.surface
    deep = ice > limit
    surface_cold = HEAT * pack.surface_temperature * pack.surface
    pack_cold = HEAT * pack.pack_temperature * pack.below
    sinks = pack.surface > limit
    down = (pack.surface - limit).clamp(min=0)
    up = (limit - pack.surface).clamp(min=0)
    cold_down = ratio(surface_cold * down, pack.surface)
    lifted = pack_cold - ratio(pack_cold * up, pack.below)
    new_surface_cold = torch.where(
        sinks, surface_cold - cold_down, surface_cold + ratio(lifted * up, pack.below)
    )
    new_pack_cold = torch.where(sinks, pack_cold + cold_down, lifted)
    surface, below = pack.surface - down + up, pack.below + down - up
    restored = pack._replace(
        surface=surface,
        below=below,
        ice=ice,
        surface_temperature=new_surface_cold / (HEAT * torch.where(deep, surface, 1.0)),
        pack_temperature=ratio(new_pack_cold, HEAT * below),
        surface_cold=new_surface_cold,
    )
    shallow = pack._replace(ice=ice, pack_temperature=torch.zeros_like(pack.surface))
    # A surface layer of exactly the limit moves nothing and keeps its temperature.
    return _where(deep, restored, shallow)
