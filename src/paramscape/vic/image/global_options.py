"""VIC's global options and their treatment in water-balance mode."""

import difflib

from paramscape.vic.image.errors import GlobalFileError
from paramscape.vic.image.streams import STREAM

INTEGERS = (
    "MODEL_STEPS_PER_DAY", "SNOW_STEPS_PER_DAY", "RUNOFF_STEPS_PER_DAY", "STARTYEAR", "STARTMONTH",
    "STARTDAY", "STARTSEC", "ENDYEAR", "ENDMONTH", "ENDDAY", "NRECS", "STATEYEAR", "STATEMONTH",
    "STATEDAY", "STATESEC",
)  # fmt: skip
TEXTS = (
    "CALENDAR", "DOMAIN", "PARAMETERS", "RESULT_DIR", "SNOW_BAND", "FCAN_SRC", "BASEFLOW",
    "AERO_RESIST_CANSNOW", "OUT_TIME_UNITS", "MAX_SNOW_ALBEDO", "INIT_STATE", "STATENAME",
    "STATE_FORMAT", "CONSTANTS", "LOG_DIR",
)  # fmt: skip
FORCINGS = ("FORCING1", "FORCING2", "FORCE_TYPE")
DOMAIN = ("DOMAIN_TYPE",)
WITHOUT_EFFECT = (
    "NODES", "WIND_H", "LOG_LEVEL", "CONTINUEONERROR", "QUICK_SOLVE", "NOFLUX", "NO_FLUX",
    "IMPLICIT", "EXP_TRANS", "EQUAL_AREA", "GRID_DECIMAL", "BLOWING_VAR_THRESHOLD",
    "BLOWING_CALC_PROB", "BLOWING_SIMPLE", "BLOWING_FETCH", "BLOWING_SPATIAL_WIND",
    "CANOPY_LAYERS", "LAKE_PROFILE", "LAKE_NODES", "JULY_TAVG_SUPPLIED", "VEGLIB_PHOTO",
    "VEGPARAM_PHOTO", "RESOLUTION", "ROUT_PARAM",
)  # fmt: skip
# Only these values are valid in water-balance mode without lakes, carbon, organic soil etc.
ONLY_VALUES: dict[str, tuple[str, ...]] = {
    "FULL_ENERGY": ("FALSE",),
    "FROZEN_SOIL": ("FALSE",),
    "LAKES": ("FALSE",),
    "CARBON": ("FALSE",),
    "ORGANIC_FRACT": ("FALSE",),
    "BULK_DENSITY_COMB": ("FALSE",),
    "BLOWING": ("FALSE",),
    "SPATIAL_FROST": ("FALSE",),
    "SPATIAL_SNOW": ("FALSE",),
    "COMPUTE_TREELINE": ("FALSE",),
    "CORRPREC": ("FALSE",),
    "CLOSE_ENERGY": ("FALSE",),
    "QUICK_FLUX": ("TRUE",),
    "TFALLBACK": ("TRUE",),
    "SHARE_LAYER_MOIST": ("TRUE",),
    "SNOW_DENSITY": ("DENS_BRAS",),
    "GRND_FLUX_TYPE": ("GF_410",),
    "RC_MODE": ("RC_JARVIS", "RC_PHOTO"),  # VIC takes RC_JARVIS for both, without CARBON
    "LAI_SRC": ("FROM_VEGPARAM", "FROM_VEGLIB"),
    "ALB_SRC": ("FROM_VEGPARAM", "FROM_VEGLIB"),
    "NLAYER": ("3",),
    "SAVE_STATE": ("FALSE",),
}
REFUSED = {
    "ATMOS_STEPS_PER_DAY": "it belongs to VIC's classic driver",
    "OUTPUT_FORCE": "it belongs to VIC's classic driver",
    "ARNO_PARAMS": "write BASEFLOW NIJSSEN2001 for TRUE, BASEFLOW ARNO for FALSE",
    "NIJSSEN2001_BASEFLOW": "write BASEFLOW NIJSSEN2001 for TRUE, BASEFLOW ARNO for FALSE",
    "TIME_STEP": "VIC 5 wants steps a day: MODEL_STEPS_PER_DAY is 24 over the hours of TIME_STEP",
    "SNOW_STEP": "VIC 5 wants steps a day: SNOW_STEPS_PER_DAY is 24 over the hours of SNOW_STEP",
    "OUT_STEP": "VIC 5 has AGGFREQ below each OUTFILE instead",
    "SKIPYEAR": "VIC 5 writes all years; start later, from a state file (INIT_STATE)",
    "STARTHOUR": "VIC 5 has STARTSEC, in seconds, instead",
    "ENDHOUR": "VIC 5 ends with the day of ENDDAY",
    "FORCE_DT": "VIC 5 takes the time step from the forcing files",
    "FORCE_STEPS_PER_DAY": "the image driver takes the time step from the forcing files",
    "FORCEYEAR": "the image driver takes the dates from the forcing files",
    "FORCEMONTH": "the image driver takes the dates from the forcing files",
    "FORCEDAY": "the image driver takes the dates from the forcing files",
    "FORCEHOUR": "the image driver takes the dates from the forcing files",
    "FORCE_FORMAT": "the image driver reads netCDF",
    "FORCE_ENDIAN": "the image driver reads netCDF",
    "N_TYPES": "VIC 5 counts the FORCE_TYPE lines itself",
    "SOIL": "the image driver reads soil, vegetation and bands from PARAMETERS",
    "VEGPARAM": "the image driver reads soil, vegetation and bands from PARAMETERS",
    "VEGLIB": "the image driver reads soil, vegetation and bands from PARAMETERS",
    "ROOT_ZONES": "the image driver takes them from the parameter file",
    "VEGPARAM_LAI": "VIC 5 has LAI_SRC instead",
    "GLOBAL_LAI": "VIC 5 has LAI_SRC instead",
    "VEGPARAM_ALB": "VIC 5 has ALB_SRC instead",
    "VEGPARAM_FCAN": "VIC 5 has FCAN_SRC instead",
    "VEGLIB_FCAN": "VIC 5 has FCAN_SRC instead",
    "MAX_SNOW_TEMP": "VIC 5 has SNOW_MAX_SNOW_TEMP in the file of CONSTANTS instead",
    "MIN_RAIN_TEMP": "VIC 5 has SNOW_MIN_RAIN_TEMP in the file of CONSTANTS instead",
    "BINARY_STATE_FILE": "VIC 5 has STATE_FORMAT instead",
    "BINARY_OUTPUT": "VIC 5 has OUT_FORMAT below each OUTFILE instead",
    "N_OUTFILES": "VIC 5 counts the OUTFILE lines itself",
    "ALMA_OUTPUT": "VIC 5 has no such option",
    "ALMA_INPUT": "VIC 5 has no such option",
    "MOISTFRACT": "VIC 5 has no such option; OUT_SOIL_LIQ_FRAC is the fraction",
    "PRT_HEADER": "VIC 5 has no such option",
    "PRT_SNOW_BAND": "VIC 5 has no such option; ask for the variables ending in _BAND",
    "DIST_PRCP": "VIC 5 has no such option",
    "PREC_EXPT": "VIC 5 has no such option",
    "MEASURE_H": "VIC 5 has no such option",
    "MIN_WIND_SPEED": "VIC 5 has no such option",
    "SNOW_ALBEDO": "VIC 5 has no such option; the curve's constants are in CONSTANTS",
}
KNOWN = (
    *INTEGERS, *TEXTS, *FORCINGS, *DOMAIN, *STREAM, *WITHOUT_EFFECT, *ONLY_VALUES, *REFUSED,
)  # fmt: skip


def check_option(place: str, name: str, values: list[str]) -> None:
    """Refuse an option that is unknown, not of VIC 5, or for another mode.

    Raises:
        GlobalFileError: naming the place, the option and what to do.
    """
    if name not in KNOWN:
        near = difflib.get_close_matches(name, KNOWN, 1, 0.0)[0]
        raise GlobalFileError(f"{place}: unknown option {name}; the nearest known one is {near}")
    if name in REFUSED:
        raise GlobalFileError(f"{place}: {name} is not possible: {REFUSED[name]}")
    if not values:
        raise GlobalFileError(f"{place}: {name} lacks a value")
    allowed = ONLY_VALUES.get(name)
    if allowed and values[0].upper() not in allowed:
        raise GlobalFileError(
            f"{place}: {name} {' '.join(values)} is outside water-balance mode as it is built "
            f"here; only {name} {' or '.join(allowed)} is possible"
        )
