"""Transfer functions from soil and terrain to VIC's parameters, for NumPy and torch arrays.

They give the default parameters (with the default coefficients) and multiscale parameter
regionalisation (with coefficients that a search finds): Samaniego et al. (2010); the functions are
those of Mizukami et al. (2017), but for baseflow, whose dimensions did not agree.

Coefficients act relative to the soil map. Its own conductivity, retention exponent and field
capacity hold with the default coefficients; where a soil has texture alone, the regressions of
`of_texture` take the place of the map.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Array = Any  # numpy.ndarray, xarray.DataArray or torch.Tensor, all of one kind

TOP_LAYER = 0.1  # thickness of the first layer [m]
BASEFLOW_POWER = 2.0  # exponent of VIC's nonlinear baseflow [1]
GENTLEST_SLOPE = 1e-3  # tangent of the slope [1]
UNKNOWN_SLOPE = 0.01  # tangent of the slope where there is no terrain model [1]
SMALLEST_SPREAD = 1.0  # of elevation in a cell [m]
INFILT_RANGE = (0.03, 0.5)  # of the curve from relief [1]
WETNESS_RANGE = (0.05, 0.99)  # of Ws [1]
_INCH_PER_HOUR = 25.4 * 24.0  # [mm d-1]
_KPA_PER_CM = 0.0980665

POWERS = {"Ds": -1.0, "Dsmax": -1.0, "Ws": -1.0, "Ksat": -1.0, "retention": 1.0}
"""Power of the mean over the pixels of a cell: 1 is the arithmetic, -1 the harmonic mean."""


@dataclass(frozen=True)
class Coefficient:
    """A coefficient that holds for the whole domain, with its range and default.

    acts_on: the parameters that depend on it.
    """

    name: str
    default: float
    low: float
    high: float
    acts_on: tuple[str, ...]


_BASEFLOW = ("Ds", "Dsmax", "Ws")
_DEPTHS = ("depth2", "depth3")
_WITH_RELIEF = (
    Coefficient("infilt_level", 0.0, -2.0, 1.0, ("infilt",)),
    Coefficient("infilt_relief", 1.0, 0.8, 1.2, ("infilt",)),
)
_WITHOUT_RELIEF = (
    Coefficient("infilt_level", 0.0, -3.0, 3.0, ("infilt",)),
    Coefficient("infilt_texture", 1.0, -5.0, 5.0, ("infilt",)),
)
_OF_SOIL = (
    Coefficient("conductivity_level", -0.6, -0.66, -0.54, ("Dsmax", "Ksat")),
    Coefficient("retention_level", 3.1, 2.5, 3.6, (*_BASEFLOW, "expt")),
    Coefficient("retention_clay", 0.157, 0.1, 0.2, (*_BASEFLOW, "expt")),
    Coefficient("baseflow_wetness", 1.0, 0.001, 2.0, _BASEFLOW),
    Coefficient("linear_drainage", 0.25, -1.0, 1.5, ("Ds", "Dsmax")),
    Coefficient("nonlinear_drainage", 0.25, -1.0, 1.5, ("Ds", "Dsmax")),
    Coefficient("depth_factor", 1.0, 0.1, 4.0, _DEPTHS),
    Coefficient("second_share", 0.3, 0.12, 0.5, _DEPTHS),
)
_DEFAULTS = {c.name: c.default for c in (*_WITHOUT_RELIEF, *_WITH_RELIEF, *_OF_SOIL)}


def coefficients(with_relief: bool, names: Iterable[str]) -> tuple[Coefficient, ...]:
    """The coefficients that some parameters depend on; infilt's differ with a terrain model."""
    wanted = set(names)
    every = (*(_WITH_RELIEF if with_relief else _WITHOUT_RELIEF), *_OF_SOIL)
    return tuple(c for c in every if wanted & set(c.acts_on))


def with_defaults(given: Mapping[str, Array]) -> dict[str, Array]:
    """Coefficients by name: those given, and the defaults of the others."""
    return {**_DEFAULTS, **given}


@dataclass(frozen=True)
class Pixels:
    """Soil of pixels as the transfer functions take it, with the default coefficients.

    clay [%]. conductivity: saturated, Ks [mm d-1]. retention: exponent b of the retention curve
    [1]. wetness: field capacity over saturation [1]. slope: its tangent [1].
    """

    clay: Array
    conductivity: Array
    retention: Array
    wetness: Array
    slope: Array


@dataclass(frozen=True)
class CellMeans:
    """Means over cells: soil depth [m], relief ln(standard deviation of elevation in m) or None.

    lightness: clay - sand [%], which stands in for an unknown relief.
    """

    soil_depth: Array
    relief: Array | None
    lightness: Array | None = None


def of_pixels(g: Mapping[str, Array], soil: Pixels) -> dict[str, Array]:
    """Ds, Dsmax [mm d-1], Ws, Ksat [mm d-1] and the retention exponent of pixels, by name.

    Ks = Ks_map 10^(conductivity_level + 0.6); b = b_map + (retention_level - 3.1) +
    (retention_clay - 0.157) clay; Ws = baseflow_wetness (field capacity / saturation)^(b_map / b),
    since the share at a suction is (psi / psi_s)^(-1 / b).

    Args:
        g: all coefficients by name, numbers or (set, 1).
        soil: (pixel,) fields.

    Returns:
        (set?, pixel) by name, see `POWERS`; Ds <= Ws in each.
    """
    retention = soil.retention + (g["retention_level"] - _DEFAULTS["retention_level"])
    retention = retention + (g["retention_clay"] - _DEFAULTS["retention_clay"]) * soil.clay
    faster = 10.0 ** (g["conductivity_level"] - _DEFAULTS["conductivity_level"])
    conductivity = soil.conductivity * faster
    # A power of 0, not of 1: single precision rounds the latter, and defaults are the map's own.
    change = soil.wetness ** (soil.retention / retention - 1.0)
    wetness = g["baseflow_wetness"] * (soil.wetness * change)
    drainage = g["linear_drainage"], g["nonlinear_drainage"]
    found = baseflow(conductivity * soil.slope, wetness, *drainage)
    return {**found, "Ksat": conductivity, "retention": retention}


def baseflow(flow: Array, wetness: Array, linear: Array, nonlinear: Array) -> dict[str, Array]:
    """Ds, Dsmax [mm d-1] and Ws of the ARNO curve, by name.

    With q1 = 10^-linear and q2 = 10^-nonlinear (1 - Ws)^2: Dsmax = Ks slope (q1 + q2),
    Ds = Ws q1 / (q1 + q2), so that Ds <= Ws always.

    Args:
        flow: saturated hydraulic conductivity times the tangent of the slope [mm d-1].
        wetness: Ws before it is kept within `WETNESS_RANGE` [1].
        linear, nonlinear: negative logarithms of the two drainage factors [1].
    """
    ws = wetness.clip(*WETNESS_RANGE)
    slow = 10.0**-linear
    fast = 10.0**-nonlinear * (1 - ws) ** BASEFLOW_POWER
    return {"Ds": ws * slow / (slow + fast), "Dsmax": flow * (slow + fast), "Ws": ws}


def of_cells(
    g: Mapping[str, Array], means: Mapping[str, Array], cells: CellMeans
) -> dict[str, Array]:
    """The parameters of MPR in cells, by name, not yet inside the priors.

    expt = 3 + 2 b. The column is depth_factor times the profile; depth2 is second_share of it, but
    at least as thick as the top layer of 0.1 m, and depth3 what is left.

    Args:
        g: all coefficients by name, numbers or (set, 1).
        means: (set?, cell) of what `of_pixels` gives.
        cells: what else the cells have.
    """
    column = g["depth_factor"] * cells.soil_depth
    second = (g["second_share"] * column).clip(min=TOP_LAYER)
    return {
        "infilt": infiltration(g, cells),
        **{name: means[name] for name in (*_BASEFLOW, "Ksat")},
        "depth2": second,
        "depth3": column - TOP_LAYER - second,
        "expt": 3 + 2 * means["retention"],
    }


def infiltration(g: Mapping[str, Array], cells: CellMeans) -> Array:
    """Shape b of the infiltration curve in cells.

    (ln s - level) / (ln s + 10 relief), s the standard deviation of elevation in the cell [m].
    Without a terrain model a logistic curve in texture stands in for it,
    0.5 / (1 + exp(-(level + texture (clay - sand) / 100))).
    """
    if cells.relief is None:
        power = g["infilt_level"] + g["infilt_texture"] * cells.lightness / 100.0
        return 0.5 / (1.0 + (-power).exp())
    shape = (cells.relief - g["infilt_level"]) / (cells.relief + 10.0 * g["infilt_relief"])
    return shape.clip(*INFILT_RANGE)


def saturated_suction(sand: Array, silt: Array) -> Array:
    """Suction at saturation psi_s [cm], above 0, of shares of sand and silt [%]."""
    return 10.0 ** (1.54 - 0.0095 * sand + 0.0063 * silt)


def of_texture(sand: Array, silt: Array, clay: Array) -> tuple[Array, Array, Array]:
    """Conductivity [mm d-1], retention exponent and wetness of soils with known texture alone.

    Ks = 10^(-0.6 + 0.0126 sand - 0.0064 clay) inch/h (Cosby et al. 1984); b = 3.1 + 0.157 clay -
    0.003 sand; the wetness at field capacity is (psi_fc / psi_s)^(-1 / b), with psi_s =
    -10^(1.54 - 0.0095 sand + 0.0063 silt) cm and psi_fc = -33 kPa, -20 kPa from 50 % and -10 kPa
    from 70 % of sand (Mizukami et al. 2017).

    Args:
        sand, silt, clay: shares of the fine earth [%].
    """
    level, clay_slope = _DEFAULTS["retention_level"], _DEFAULTS["retention_clay"]
    retention = level + clay_slope * clay - 0.003 * sand
    logarithm = _DEFAULTS["conductivity_level"] + 0.0126 * sand - 0.0064 * clay
    saturated = _KPA_PER_CM * saturated_suction(sand, silt)
    capacity = 33.0 - 13.0 * (sand >= 50.0) - 10.0 * (sand >= 70.0)
    suction = (capacity / saturated).clip(min=1.0)
    return _INCH_PER_HOUR * 10.0**logarithm, retention, suction ** (-1.0 / retention)
