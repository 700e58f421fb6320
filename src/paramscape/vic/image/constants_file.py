"""VIC's file of constants (CONSTANTS), and which constants it can change here."""

import difflib
import logging
import math
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from paramscape.vic.image.errors import GlobalFileError
from paramscape.vic.image.text_file import words_of
from paramscape.vic.processes import constants as c

# VIC's names of the model's constants: ours, the lowest and the highest value.
CHANGEABLE: dict[str, tuple[str, float, float]] = {
    "LAPSE_RATE": ("LAPSE_RATE", -1.0, 0.0),
    "ALBEDO_BARE_SOIL": ("BARE_SOIL_ALBEDO", 0.0, 1.0),
    "VEG_LAI_SNOW_MULTIPLIER": ("LEAF_SNOW_CAPACITY", 0.0, float("inf")),
    "VEG_MIN_INTERCEPTION_STORAGE": ("LEAST_CANOPY_SNOW", 0.0, float("inf")),
    "VEG_LAI_WATER_FACTOR": ("LEAF_WATER_CAPACITY", 0.0, float("inf")),
    "CANOPY_CLOSURE": ("VAPOUR_DEFICIT_CLOSURE", 0.0, float("inf")),
    "CANOPY_RSMAX": ("LARGEST_CANOPY_RESISTANCE", 0.0, float("inf")),
    "CANOPY_VPDMINFACTOR": ("SMALLEST_VAPOUR_DEFICIT_FACTOR", 0.0, float("inf")),
    "SNOW_MAX_SURFACE_SWE": ("SURFACE_LAYER_LIMIT", 0.0, float("inf")),
    "SNOW_LIQUID_WATER_CAPACITY": ("LIQUID_CAPACITY", 0.0, 1.0),
    "SNOW_NEW_SNOW_DENSITY": ("NEW_SNOW_DENSITY", 0.0, float("inf")),
    "SNOW_NEW_SNOW_DENS_MAX": ("LARGEST_NEW_DENSITY", 0.0, 700.0),
    "SNOW_DENS_MAX_CHANGE": ("LARGEST_COMPACTION", 0.0, 1.0),
    "SNOW_DENS_ETA0": ("SNOW_VISCOSITY", 0.0, float("inf")),
    "SNOW_DENS_C5": ("VISCOSITY_TEMPERATURE", 0.0, float("inf")),
    "SNOW_DENS_C6": ("VISCOSITY_DENSITY", 0.0, float("inf")),
    "SNOW_NEW_SNOW_ALB": ("NEW_SNOW_ALBEDO", 0.0, 1.0),
    "SNOW_TRACESNOW": ("TRACE_SNOW", 0.0, float("inf")),
    "SNOW_CONDUCT": ("SNOW_CONDUCTIVITY", 0.0, float("inf")),
    "SNOW_MAX_SNOW_TEMP": ("ALL_RAIN_ABOVE", -10.0, 10.0),
    "SNOW_MIN_RAIN_TEMP": ("ALL_SNOW_BELOW", -10.0, 10.0),
    "SNOW_DT": ("BRACKET_HALF_WIDTH", 0.0, float("inf")),
    "HUGE_RESIST": ("HUGE_RESISTANCE", 0.0, float("inf")),
    "EMISS_GRND": ("GROUND_EMISSIVITY", 0.0, 1.0),
    "EMISS_VEG": ("CANOPY_EMISSIVITY", 0.0, 1.0),
    "EMISS_SNOW": ("SNOW_EMISSIVITY", 0.0, 1.0),
    "SOIL_RESID_MOIST": ("RESIDUAL_MOISTURE", 0.0, float("inf")),
    "SVP_A": ("SATURATION_PRESSURE", 0.0, float("inf")),
    "SVP_B": ("SATURATION_GROWTH", 0.0, float("inf")),
    "SVP_C": ("SATURATION_OFFSET", 0.0, float("inf")),
    "SNOW_DENS_EXP": ("SETTLING_EXPONENT", 0.0, float("inf")),
    "SNOW_DENS_DENOM": ("SETTLING_SCALE", 1e-6, float("inf")),
    "SNOW_NEW_BRAS_DENOM": ("NEW_DENSITY_SCALE", 1e-6, float("inf")),
    "SNOW_MIN_SWQ_EB_THRES": ("THIN_SNOW", 0.0, float("inf")),
}
DECAYS = {
    "SNOW_ALB_ACCUM_A": ("ACCUMULATING_ALBEDO", 0),
    "SNOW_ALB_ACCUM_B": ("ACCUMULATING_ALBEDO", 1),
    "SNOW_ALB_THAW_A": ("THAWING_ALBEDO", 0),
    "SNOW_ALB_THAW_B": ("THAWING_ALBEDO", 1),
}
# Fixed at VIC's values.
FIXED = {
    "ROOT_BRENT_MAXTRIES": 5.0, "ROOT_BRENT_MAXITER": 1000.0, "ROOT_BRENT_TSTEP": 10.0,
    "ROOT_BRENT_T": 1e-7,
}  # fmt: skip
# Constants of lakes, carbon, blowing snow, frozen soil and the like.
OTHER_MODES = (
    "LAKE_", "PHOTO_", "SRESP_", "BLOWING_", "NEWT_RAPH_", "FROZEN_", "TREELINE_", "TOL_",
    "SURF_DT", "SOIL_DT", "CANOPY_DT", "CANOPY_VP", "MAX_ITER_GRND_CANOPY", "EMISS_ICE",
    "EMISS_H2O", "GAUGE_HEIGHT", "SOIL_SLAB_MOIST_FRACT", "SNOW_DENS_C1", "SNOW_DENS_C2",
    "SNOW_DENS_C3", "SNOW_DENS_C4", "SNOW_DENS_DMLIMIT", "SNOW_NEW_SNT_", "SNOW_A1", "SNOW_A2",
    "SNOW_L1", "SNOW_L2", "SNOW_DENS_F", "SNOW_DEPTH_THRES",
)  # fmt: skip
# In VIC's sample files and documentation, but unknown to VIC 5.1, which warns.
FORGOTTEN = (
    "VEG_LIQUID_WATER_CAPACITY", "CARBON_", "DEFAULT_WIND_SPEED", "ALBEDO_H20_SURF",
)  # fmt: skip

log = logging.getLogger(__name__)


def read_constants(path: Path) -> dict[str, float | tuple[float, float]]:
    """Values of `paramscape.vic.processes.constants` that the file changes, by name.

    Raises:
        FileNotFoundError, GlobalFileError: if the file does not exist, a name is unknown, or a
            value is impossible or cannot be changed here; names the line and the constant.
    """
    if not path.is_file():
        raise FileNotFoundError(f"CONSTANTS {path} does not exist")
    changed: dict[str, float | tuple[float, float]] = {}
    for place, words in words_of(path):
        _take(place, words, changed)
    below = changed.get("ALL_SNOW_BELOW", c.ALL_SNOW_BELOW)
    above = changed.get("ALL_RAIN_ABOVE", c.ALL_RAIN_ABOVE)
    if below >= above:
        raise GlobalFileError(
            f"{path}: SNOW_MIN_RAIN_TEMP {below:g} must be below SNOW_MAX_SNOW_TEMP {above:g}"
        )
    return {name: value for name, value in changed.items() if value != getattr(c, name)}


@contextmanager
def constants_of(path: Path | None) -> Iterator[None]:
    """Use the constants of a file within the context.

    They replace those of the module `vic.processes.constants`.
    """
    changed = read_constants(path) if path else {}
    before = {name: getattr(c, name) for name in changed}
    try:
        for name, value in changed.items():
            setattr(c, name, value)
        yield
    finally:
        for name, value in before.items():
            setattr(c, name, value)


def _take(place: str, words: list[str], changed: dict) -> None:
    name = words[0].upper()
    known = (*CHANGEABLE, *DECAYS, *FIXED)
    if name not in known:
        if name.startswith(OTHER_MODES):
            return
        if name.startswith(FORGOTTEN):
            log.warning("%s: VIC 5.1 does not know the constant %s; it has no effect", place, name)
            return
        near = difflib.get_close_matches(name, known, 1, 0.0)[0]
        raise GlobalFileError(f"{place}: unknown constant {name}; the nearest known one is {near}")
    value = _number(place, name, words)
    if name in FIXED:
        if value != FIXED[name]:
            raise GlobalFileError(
                f"{place}: {name} cannot be changed from {FIXED[name]:g} to {value:g} here; take "
                "the line out"
            )
    elif name in DECAYS:
        ours, position = DECAYS[name]
        pair = list(changed.get(ours, getattr(c, ours)))
        pair[position] = value
        changed[ours] = tuple(pair)
    else:
        ours, low, high = CHANGEABLE[name]
        if not low <= value <= high:
            raise GlobalFileError(f"{place}: {name} {value:g} must be {low:g} to {high:g}")
        changed[ours] = value


def _number(place: str, name: str, words: list[str]) -> float:
    try:
        value = float(words[1])
    except (IndexError, ValueError):
        value = math.nan
    if not math.isfinite(value):
        raise GlobalFileError(f"{place}: {name} needs a number; got {' '.join(words[1:])!r}")
    return value
