"""The catalogue of VIC's parameters that a study can calibrate, and how each acts in VIC.

Every list of calibrated parameters in the project follows from this table: settings, priors,
networks, files, figures and `docs/parameters.md`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from math import inf
from typing import Literal

ABOVE = 1e-6  # added to an excluded bound, so that it is excluded in single precision as well

Extent = Literal["cell", "layers", "layer", "factor", "classes", "constant"]
"""How a calibrated value acts on VIC's variable.

cell: VIC has one value in a cell. layers: the same value in all soil layers. layer: the value of
one layer. factor: it multiplies the values of all vegetation classes (and months). classes: the
same value for all vegetation classes. constant: VIC has one value for all cells, in its file of
constants; the embedded VIC takes one for each cell.
"""


@dataclass(frozen=True)
class Below:
    """An upper end that follows from another parameter: share * upper - gap, in each cell.

    follows: where only `upper` is calibrated, the parameter changes in proportion to it.
    """

    upper: str
    share: float = 1.0
    gap: float = 0.0
    follows: bool = False


@dataclass(frozen=True)
class Parameter:
    """A parameter that can be calibrated; one value in each cell.

    Attributes:
        name: in settings, files, figures and messages.
        units: of the value; 1 without one.
        long_name: phrase for figures and tables.
        low, high, scale: the default prior.
        least, most: what VIC accepts; `least` itself is excluded where it is `open_below`.
        source: of the default prior.
        variable: in VIC's parameter file; of a constant, its name in VIC's file of constants.
        extent: how the value acts on it.
        layer: position of the soil layer from 0, where it acts on one.
        uncalibrated: value of VIC without calibration, where VIC's parameter file has none.
        below: the parameter that bounds it from above, or None.
    """

    name: str
    units: str
    long_name: str
    low: float
    high: float
    source: str
    variable: str
    extent: Extent = "cell"
    scale: Literal["linear", "log"] = "linear"
    least: float = 0.0
    most: float = inf
    open_below: bool = False
    layer: int | None = None
    uncalibrated: float | None = None
    below: Below | None = None

    @property
    def lowest(self) -> float:
        """The smallest value that a prior may hold."""
        return self.least + ABOVE if self.open_below else self.least

    @property
    def accepted(self) -> str:
        """The values that VIC accepts, in words."""
        if self.most == inf:
            return f"above {self.least:g}" if self.open_below else f"{self.least:g} or more"
        without = f", without {self.least:g}" if self.open_below else ""
        return f"{self.least:g} to {self.most:g}{without}"


_VIC = "VIC documentation"
_MPR_FLEX = "Mizukami et al. (2017)"
_SYMFLUENCE = "SYMFLUENCE"
_OURS = "our choice"

CATALOGUE: tuple[Parameter, ...] = (
    Parameter(
        "infilt", "1", "shape of the infiltration curve", 0.001, 0.4, _VIC,
        variable="infilt", open_below=True,
    ),
    Parameter(
        "Ds", "1", "fraction of Dsmax where nonlinear baseflow begins", 0.001, 1.0, _VIC,
        variable="Ds", most=1.0, below=Below("Ws", follows=True),
    ),
    Parameter(
        "Dsmax", "mm d-1", "largest baseflow", 0.1, 30.0, _VIC,
        variable="Dsmax", scale="log",
    ),
    Parameter(
        "Ws", "1", "fraction of soil moisture where nonlinear baseflow begins", 0.5, 1.0, _VIC,
        variable="Ws", open_below=True, most=1.0,
    ),
    Parameter(
        "c", "1", "exponent of the baseflow curve", 1.2, 2.5, _MPR_FLEX,
        variable="c", least=1.0,
    ),
    Parameter(
        "depth1", "m", "thickness of the first soil layer", 0.05, 0.3, _SYMFLUENCE,
        variable="depth", extent="layer", least=0.001, layer=0, below=Below("depth2"),
    ),
    Parameter(
        "depth2", "m", "thickness of the second soil layer", 0.1, 1.5, _VIC,
        variable="depth", extent="layer", least=0.1, layer=1,
    ),
    Parameter(
        "depth3", "m", "thickness of the third soil layer", 0.1, 2.0, _SYMFLUENCE,
        variable="depth", extent="layer", least=0.1, layer=2,
    ),
    Parameter(
        "expt", "1", "exponent of Brooks-Corey drainage", 4.0, 30.0, _SYMFLUENCE,
        variable="expt", extent="layers", least=3.0, open_below=True,
    ),
    Parameter(
        "Ksat", "mm d-1", "saturated hydraulic conductivity", 10.0, 5000.0, _OURS,
        variable="Ksat", extent="layers", scale="log", open_below=True,
    ),
    Parameter(
        "Wcr_FRACT", "1", "critical point as a fraction of the saturated content", 0.3, 0.9, _OURS,
        variable="Wcr_FRACT", extent="layers", open_below=True, most=1.0,
    ),
    Parameter(
        "Wpwp_FRACT", "1", "wilting point as a fraction of the saturated content", 0.05, 0.6, _OURS,
        variable="Wpwp_FRACT", extent="layers", open_below=True, most=1.0,
        below=Below("Wcr_FRACT", share=0.95, follows=True),
    ),
    Parameter(
        "rmin_factor", "1", "factor of the least stomatal resistance", 0.5, 2.0, _OURS,
        variable="rmin", extent="factor", scale="log", open_below=True, uncalibrated=1.0,
    ),
    Parameter(
        "lai_factor", "1", "factor of the leaf area index", 0.5, 1.5, _OURS,
        variable="LAI", extent="factor", open_below=True, uncalibrated=1.0,
    ),
    Parameter(
        "albedo_factor", "1", "factor of the snow-free albedo", 0.7, 1.3, _OURS,
        variable="albedo", extent="factor", open_below=True, uncalibrated=1.0,
    ),
    Parameter(
        "max_snow_albedo", "1", "albedo of new snow", 0.7, 0.9, _OURS,
        variable="max_snow_albedo", extent="classes", most=1.0, uncalibrated=0.85,
    ),
    Parameter(
        "MIN_RAIN_TEMP", "C", "air temperature below which all precipitation is snow", -2.0, 0.5,
        _OURS,
        variable="SNOW_MIN_RAIN_TEMP", extent="constant", least=-10.0, most=10.0, uncalibrated=-0.5,
        below=Below("MAX_SNOW_TEMP", gap=0.1),
    ),
    Parameter(
        "MAX_SNOW_TEMP", "C", "air temperature above which all precipitation is rain", 0.0, 3.0,
        _OURS,
        variable="SNOW_MAX_SNOW_TEMP", extent="constant", least=-0.4, most=10.0, uncalibrated=0.5,
    ),
)  # fmt: skip
"""In the order in which calibrated parameters stand in all files, whatever a study's order is."""

BY_NAME = {parameter.name: parameter for parameter in CATALOGUE}

GAN_PO_PARAMETERS = ("infilt", "Ds", "Dsmax", "Ws", "depth2", "depth3", "expt")
"""The parameters that Sun et al. (2024) calibrate; those of a study that names none."""

MPR_PARAMETERS = (*GAN_PO_PARAMETERS, "Ksat")
"""The parameters for which MPR has transfer functions."""


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Names of parameters in the order of the catalogue.

    Raises:
        ValueError: if there is no name, or one is unknown or stands twice; names the nearest known
            one.
    """
    given = list(names)
    if not given:
        raise ValueError("name at least one parameter to be calibrated")
    for name in given:
        if name not in BY_NAME:
            near = get_close_matches(name.lower(), {n.lower(): n for n in BY_NAME}, 1, 0.4)
            nearest = next((n for n in BY_NAME if near and n.lower() == near[0]), None)
            hint = f"did you mean {nearest}?" if nearest else f"known are {', '.join(BY_NAME)}"
            raise ValueError(f"{name!r} is not a parameter that can be calibrated; {hint}")
    twice = sorted({name for name in given if given.count(name) > 1})
    if twice:
        raise ValueError(f"{', '.join(twice)} stands here twice; name each parameter once")
    return tuple(name for name in BY_NAME if name in given)
