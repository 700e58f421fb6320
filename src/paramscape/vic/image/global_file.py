"""VIC's global parameter file: every option is known, or refused."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import cftime

from paramscape.vic.options import Options

INTEGERS = (
    "MODEL_STEPS_PER_DAY", "SNOW_STEPS_PER_DAY", "RUNOFF_STEPS_PER_DAY", "STARTYEAR", "STARTMONTH",
    "STARTDAY", "STARTSEC", "ENDYEAR", "ENDMONTH", "ENDDAY", "NRECS",
)  # fmt: skip
TEXTS = (
    "CALENDAR", "DOMAIN", "FORCING1", "PARAMETERS", "RESULT_DIR", "SNOW_BAND", "FCAN_SRC",
    "BASEFLOW", "AERO_RESIST_CANSNOW", "OUT_TIME_UNITS",
)  # fmt: skip
REPEATED = ("DOMAIN_TYPE", "FORCE_TYPE")
STREAM = ("OUTFILE", "OUTVAR", "AGGFREQ", "HISTFREQ", "COMPRESS", "OUT_FORMAT")
WITHOUT_EFFECT = (
    "NODES", "WIND_H", "LOG_DIR", "LOG_LEVEL", "CONTINUEONERROR", "QUICK_SOLVE", "NOFLUX",
    "IMPLICIT", "EXP_TRANS", "EQUAL_AREA", "GRID_DECIMAL", "MAX_SNOW_TEMP", "MIN_RAIN_TEMP",
)  # fmt: skip
# In water-balance mode without lakes, carbon, organic soil and the like only these values hold.
ONLY_VALUE = {
    "FULL_ENERGY": "FALSE",
    "FROZEN_SOIL": "FALSE",
    "LAKES": "FALSE",
    "CARBON": "FALSE",
    "VEGPARAM_PHOTO": "FALSE",
    "ORGANIC_FRACT": "FALSE",
    "BLOWING": "FALSE",
    "SPATIAL_FROST": "FALSE",
    "SPATIAL_SNOW": "FALSE",
    "COMPUTE_TREELINE": "FALSE",
    "CORRPREC": "FALSE",
    "JULY_TAVG_SUPPLIED": "FALSE",
    "MAX_SNOW_ALBEDO": "FALSE",
    "CLOSE_ENERGY": "FALSE",
    "QUICK_FLUX": "TRUE",
    "TFALLBACK": "TRUE",
    "SHARE_LAYER_MOIST": "TRUE",
    "SNOW_DENSITY": "DENS_BRAS",
    "GRND_FLUX_TYPE": "GF_410",
    "RC_MODE": "RC_JARVIS",
    "LAI_SRC": "FROM_VEGPARAM",
    "ALB_SRC": "FROM_VEGPARAM",
    "NLAYER": "3",
    "SAVE_STATE": "FALSE",
}
NOT_SUPPORTED = (
    "INIT_STATE", "STATENAME", "STATEYEAR", "STATEMONTH", "STATEDAY", "STATESEC", "STATE_FORMAT",
    "FORCING2", "CONSTANTS", "ROUT_PARAM", "LAKE_PROFILE", "CANOPY_LAYERS", "PHOTO",
)  # fmt: skip
KNOWN = (
    *INTEGERS, *TEXTS, *REPEATED, *STREAM, *WITHOUT_EFFECT, *ONLY_VALUE, *NOT_SUPPORTED,
)  # fmt: skip


class GlobalFileError(ValueError):
    """The global parameter file asks for something unknown or impossible."""


@dataclass(frozen=True)
class OutputVariable:
    """One OUTVAR line."""

    name: str
    dtype: str = "f4"
    factor: float = 1.0
    aggregation: str | None = None  # "sum", "mean", "end", "start", "max" or "min"


@dataclass
class Stream:
    """One OUTFILE with its variables."""

    name: str
    frequency: tuple[str, int] = ("NDAYS", 1)
    compress: int = 0
    file_format: str = "NETCDF4"
    variables: list[OutputVariable] = field(default_factory=list)


@dataclass(frozen=True)
class GlobalFile:
    """What a global parameter file says; paths are as written there."""

    options: Options
    start: cftime.datetime
    end: cftime.datetime  # end of the last model step
    calendar: str
    domain: Path
    domain_names: Mapping[str, str]
    forcing_prefix: str
    forcing_names: Mapping[str, str]
    parameters: Path
    result_dir: Path
    time_units: str
    streams: tuple[Stream, ...]


def read_global_file(path: Path | str) -> GlobalFile:
    """Read and check a global parameter file.

    Raises:
        GlobalFileError: for an unknown option (with the nearest known name), for an option beyond
            water-balance mode, and for missing or contradictory ones; names the line.
    """
    path = Path(path)
    lines = list(_lines(path))
    values: dict[str, str] = {}
    repeated: dict[str, dict[str, str]] = {name: {} for name in REPEATED}
    streams: list[Stream] = []
    for place, words in lines:
        name = words[0].upper()
        _check_option(place, name, words[1:])
        if name in STREAM:
            _add_to_streams(place, name, words[1:], streams)
        elif name in REPEATED:
            repeated[name][_word(place, words, 1).upper()] = _word(place, words, 2)
        else:
            values[name] = _word(place, words, 1)
    return _assemble(path, values, repeated, tuple(streams))


def _lines(path: Path) -> Iterable[tuple[str, list[str]]]:
    for number, line in enumerate(path.read_text().splitlines(), 1):
        words = line.split("#")[0].split()
        if words:
            yield f"{path}:{number}", words


def _word(place: str, words: list[str], position: int) -> str:
    if len(words) <= position:
        raise GlobalFileError(f"{place}: {' '.join(words)!r} lacks a value")
    return words[position]


def _check_option(place: str, name: str, values: list[str]) -> None:
    if name not in KNOWN:
        near = difflib.get_close_matches(name, KNOWN, 1, 0.0)[0]
        raise GlobalFileError(f"{place}: unknown option {name}; the nearest known one is {near}")
    if name in NOT_SUPPORTED:
        raise GlobalFileError(f"{place}: {name} is not supported here; take the line out")
    if name in ONLY_VALUE and [v.upper() for v in values[:1]] != [ONLY_VALUE[name]]:
        raise GlobalFileError(
            f"{place}: {name} {' '.join(values)} is outside water-balance mode as it is built "
            f"here; only {name} {ONLY_VALUE[name]} is possible"
        )


FREQUENCIES = ("NSTEPS", "NHOURS", "NDAYS", "NMONTHS", "NYEARS")
FORMATS = {
    "NETCDF3_CLASSIC": "NETCDF3_CLASSIC",
    "NETCDF3_64BIT_OFFSET": "NETCDF3_64BIT_OFFSET",
    "NETCDF4_CLASSIC": "NETCDF4_CLASSIC",
    "NETCDF4": "NETCDF4",
}
TYPES = {"OUT_TYPE_DOUBLE": "f8", "OUT_TYPE_FLOAT": "f4", "OUT_TYPE_DEFAULT": "f4", "*": "f4"}
AGGREGATIONS = {
    "AGG_TYPE_DEFAULT": None,
    "*": None,
    "AGG_TYPE_AVG": "mean",
    "AGG_TYPE_BEG": "start",
    "AGG_TYPE_END": "end",
    "AGG_TYPE_MAX": "max",
    "AGG_TYPE_MIN": "min",
    "AGG_TYPE_SUM": "sum",
}


def _add_to_streams(place: str, name: str, values: list[str], streams: list[Stream]) -> None:
    first = _word(place, [name, *values], 1)
    if name == "OUTFILE":
        streams.append(Stream(first))
        return
    if not streams:
        raise GlobalFileError(f"{place}: {name} comes before any OUTFILE; move it below one")
    stream = streams[-1]
    if name == "OUTVAR":
        stream.variables.append(_output_variable(place, values))
    elif name == "AGGFREQ":
        stream.frequency = _frequency(place, values)
    elif name == "COMPRESS":
        levels = {"FALSE": "0", "TRUE": "5"}
        stream.compress = int(levels.get(first.upper(), first))
    elif name == "OUT_FORMAT":
        stream.file_format = _choice(place, name, first, FORMATS)
    elif first.upper() != "NEVER":
        raise GlobalFileError(
            f"{place}: HISTFREQ {first} is not supported; a stream goes to one file (NEVER)"
        )


def _frequency(place: str, values: list[str]) -> tuple[str, int]:
    kind = values[0].upper()
    if kind not in FREQUENCIES:
        raise GlobalFileError(f"{place}: AGGFREQ {kind} is not one of {', '.join(FREQUENCIES)}")
    count = int(values[1]) if len(values) > 1 else 1
    if count < 1:
        raise GlobalFileError(f"{place}: AGGFREQ {kind} {count} must count at least 1")
    return kind, count


def _output_variable(place: str, values: list[str]) -> OutputVariable:
    name, rest = values[0].upper(), values[1:]
    dtype = _choice(place, "type", rest[1], TYPES) if len(rest) > 1 else "f4"
    factor = 1.0 if len(rest) < 3 or rest[2] == "*" else float(rest[2])
    how = _choice(place, "aggregation", rest[3], AGGREGATIONS) if len(rest) > 3 else None
    return OutputVariable(name, dtype, factor, how)


def _choice(place: str, what: str, value: str, allowed: Mapping):
    if value.upper() not in allowed:
        raise GlobalFileError(f"{place}: {what} {value} is not one of {', '.join(allowed)}")
    return allowed[value.upper()]


def _assemble(
    path: Path,
    values: dict[str, str],
    repeated: dict[str, dict[str, str]],
    streams: tuple[Stream, ...],
) -> GlobalFile:
    needed = ("MODEL_STEPS_PER_DAY", "SNOW_STEPS_PER_DAY", "RUNOFF_STEPS_PER_DAY", "STARTYEAR")
    missing = [n for n in (*needed, "DOMAIN", "FORCING1", "PARAMETERS") if n not in values]
    if missing or not streams:
        raise GlobalFileError(f"{path}: {', '.join(missing) or 'OUTFILE'} must be given")
    numbers = {name: _integer(path, name, values[name]) for name in INTEGERS if name in values}
    calendar = values.get("CALENDAR", "STANDARD").lower()
    start, end = _period(path, numbers, calendar)
    options = Options(
        model_steps_per_day=numbers["MODEL_STEPS_PER_DAY"],
        snow_steps_per_day=numbers["SNOW_STEPS_PER_DAY"],
        runoff_steps_per_day=numbers["RUNOFF_STEPS_PER_DAY"],
        baseflow=values.get("BASEFLOW", "ARNO").upper(),
        aero_resist_cansnow=values.get("AERO_RESIST_CANSNOW", "AR_406_FULL").upper(),
        snow_band=values.get("SNOW_BAND", "FALSE").upper() == "TRUE",
        fcan_src=values.get("FCAN_SRC", "FROM_DEFAULT").upper(),
    )
    return GlobalFile(
        options=options,
        start=start,
        end=end,
        calendar=calendar,
        domain=Path(values["DOMAIN"]),
        domain_names=repeated["DOMAIN_TYPE"],
        forcing_prefix=values["FORCING1"],
        forcing_names=repeated["FORCE_TYPE"],
        parameters=Path(values["PARAMETERS"]),
        result_dir=Path(values.get("RESULT_DIR", ".")),
        time_units=values.get("OUT_TIME_UNITS", "DAYS").lower(),
        streams=streams,
    )


def _integer(path: Path, name: str, value: str) -> int:
    try:
        return int(value)
    except ValueError:
        raise GlobalFileError(f"{path}: {name} {value} is not a whole number") from None


def _period(
    path: Path, numbers: dict[str, int], calendar: str
) -> tuple[cftime.datetime, cftime.datetime]:
    start = cftime.datetime(
        numbers["STARTYEAR"],
        numbers.get("STARTMONTH", 1),
        numbers.get("STARTDAY", 1),
        calendar=calendar,
    ) + timedelta(seconds=numbers.get("STARTSEC", 0))
    if "NRECS" in numbers:
        steps = numbers["NRECS"]
        end = start + timedelta(days=1) * steps / numbers["MODEL_STEPS_PER_DAY"]
    elif "ENDYEAR" in numbers:
        last = (numbers["ENDYEAR"], numbers.get("ENDMONTH", 12), numbers.get("ENDDAY", 31))
        end = cftime.datetime(*last, calendar=calendar) + timedelta(days=1)
    else:
        raise GlobalFileError(f"{path}: ENDYEAR, ENDMONTH and ENDDAY, or NRECS, must be given")
    if end <= start:
        raise GlobalFileError(f"{path}: the run ends {end} before it starts {start}")
    return start, end
