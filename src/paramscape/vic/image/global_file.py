"""VIC's global parameter file; unknown options are refused."""

import difflib
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import cftime

from paramscape.vic.image.clock import UNITS
from paramscape.vic.image.errors import GlobalFileError, choice, whole_number
from paramscape.vic.image.global_options import INTEGERS, check_option
from paramscape.vic.image.grid import GridNames
from paramscape.vic.image.streams import (
    FORMATS,
    STREAM,
    Stream,
    add_to_streams,
    check_streams,
    default_streams,
)
from paramscape.vic.image.text_file import words_of
from paramscape.vic.options import Options

CALENDARS = {
    "STANDARD": "standard", "GREGORIAN": "gregorian", "PROLEPTIC_GREGORIAN": "proleptic_gregorian",
    "NOLEAP": "noleap", "NO_LEAP": "noleap", "365_DAY": "365_day", "360_DAY": "360_day",
    "JULIAN": "julian", "ALL_LEAP": "all_leap", "366_DAY": "366_day",
}  # fmt: skip
log = logging.getLogger(__name__)

DOMAIN_TYPES = ("LAT", "LON", "MASK", "AREA", "FRAC", "YDIM", "XDIM")
WEATHER = {
    "AIR_TEMP": "air_temp", "PREC": "prec", "PRESSURE": "pressure", "VP": "vp",
    "SWDOWN": "swdown", "LWDOWN": "lwdown", "WIND": "wind",
}  # fmt: skip
# Read by VIC for lakes, carbon or vegetation histories only.
OTHER_FORCING = ("ALBEDO", "CATM", "CHANNEL_IN", "FCANOPY", "FDIR", "LAI", "PAR", "SKIP")
FRACTION_SOURCES = {
    "FROM_DEFAULT": "FROM_DEFAULT",
    "FROM_VEGPARAM": "FROM_VEGPARAM",
    "FROM_VEGLIB": "FROM_VEGPARAM",
}
SWITCH = {"TRUE": True, "FALSE": False}
NEEDED = (
    "MODEL_STEPS_PER_DAY", "SNOW_STEPS_PER_DAY", "RUNOFF_STEPS_PER_DAY", "STARTYEAR", "STARTMONTH",
    "STARTDAY", "DOMAIN", "PARAMETERS", "RESULT_DIR",
)  # fmt: skip


@dataclass(frozen=True)
class StateRequest:
    """The state file to write: STATENAME, time and format."""

    prefix: str
    time: cftime.datetime  # the end of a model step
    file_format: str

    @property
    def path(self) -> Path:
        """VIC's name for the file."""
        seconds = self.time.hour * 3600 + self.time.minute * 60 + self.time.second
        day = f"{self.time.year:04d}{self.time.month:02d}{self.time.day:02d}"
        return Path(f"{self.prefix}.{day}_{seconds:05d}.nc")


@dataclass(frozen=True)
class GlobalFile:
    """Content of a global parameter file; paths are as written there.

    forcing: for each field of `Forcing` that is named, the prefix of its files and its name there.
    """

    options: Options
    start: cftime.datetime
    end: cftime.datetime  # end of the last model step
    calendar: str
    domain: Path
    grid_names: GridNames
    mask: str
    forcing_prefix: str
    forcing: Mapping[str, tuple[str, str]]
    parameters: Path
    result_dir: Path
    time_units: str
    streams: tuple[Stream, ...]
    initial_state: Path | None = None
    state: StateRequest | None = None
    constants: Path | None = None
    log_dir: Path | None = None


@dataclass
class _Lines:
    """The file's lines by kind."""

    values: dict[str, str] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    domain: dict[str, str] = field(default_factory=dict)
    prefixes: list[str | None] = field(default_factory=list)
    forcing: dict[str, tuple[str, str]] = field(default_factory=dict)
    streams: list[Stream] = field(default_factory=list)


def read_global_file(path: Path | str) -> GlobalFile:
    """Read and check a global parameter file.

    Raises:
        GlobalFileError: for an unknown option (with the nearest known name), for an option beyond
            water-balance mode or of VIC 4, and for missing or contradictory ones; names the line.
    """
    path = Path(path)
    lines = _Lines()
    for place, words in words_of(path):
        name = words[0].upper()
        check_option(place, name, words[1:])
        if name in STREAM:
            add_to_streams(place, words, lines.streams)
        elif name == "DOMAIN_TYPE":
            _add_domain(place, words, lines)
        elif name in ("FORCING1", "FORCING2"):
            _add_prefix(place, name, words[1], lines)
        elif name == "FORCE_TYPE":
            _add_forcing(place, words, lines)
        else:
            if lines.values.get(name, words[1]) != words[1]:
                log.warning("%s: %s is given again; the last counts", place, name)
            lines.values[name], lines.places[name] = words[1], place
    return _assemble(path, lines)


def _pair(place: str, words: list[str], known: Iterable[str]) -> tuple[str, str]:
    """Kind and name of a DOMAIN_TYPE or FORCE_TYPE line."""
    kind = words[1].upper()
    known = tuple(known)
    if kind not in known:
        near = difflib.get_close_matches(kind, known, 1, 0.0)[0]
        raise GlobalFileError(f"{place}: unknown {words[0]} {kind}; the nearest known is {near}")
    if len(words) < 3:
        raise GlobalFileError(f"{place}: {words[0]} {kind} lacks the name in the file")
    return kind, words[2]


def _add_domain(place: str, words: list[str], lines: _Lines) -> None:
    kind, name = _pair(place, words, DOMAIN_TYPES)
    lines.domain[kind] = name


def _add_prefix(place: str, name: str, prefix: str, lines: _Lines) -> None:
    expected = f"FORCING{len(lines.prefixes) + 1}"
    if name != expected:
        raise GlobalFileError(f"{place}: {name} comes where {expected} is expected; reorder them")
    no_file = name == "FORCING2" and prefix.upper() == "FALSE"
    lines.prefixes.append(None if no_file else prefix)


def _add_forcing(place: str, words: list[str], lines: _Lines) -> None:
    kind, name = _pair(place, words, (*WEATHER, *OTHER_FORCING))
    if not lines.prefixes or lines.prefixes[-1] is None:
        raise GlobalFileError(f"{place}: FORCE_TYPE comes before its FORCING1; move it below")
    if kind in WEATHER:
        given = (lines.prefixes[-1], name)
        if lines.forcing.get(WEATHER[kind], given) != given:
            log.warning("%s: FORCE_TYPE %s is given again; the last counts", place, kind)
        lines.forcing[WEATHER[kind]] = given


def _assemble(path: Path, lines: _Lines) -> GlobalFile:
    values = lines.values
    missing = [name for name in NEEDED if name not in values]
    missing += [] if lines.prefixes else ["FORCING1"]
    if missing:
        raise GlobalFileError(f"{path}: {', '.join(missing)} must be given")
    streams = tuple(lines.streams or default_streams())
    check_streams(str(path), streams)
    numbers = {n: whole_number(lines.places[n], n, values[n]) for n in INTEGERS if n in values}
    calendar = _chosen(lines, "CALENDAR", "STANDARD", CALENDARS)
    options = _options(lines, numbers)
    start, end = _period(path, numbers, calendar)
    first = values.get("INIT_STATE", "FALSE")
    run = GlobalFile(
        options=options,
        start=start,
        end=end,
        calendar=calendar,
        domain=Path(values["DOMAIN"]),
        grid_names=_grid_names(lines.domain),
        mask=lines.domain.get("MASK", "mask"),
        forcing_prefix=lines.prefixes[0],
        forcing=lines.forcing,
        parameters=Path(values["PARAMETERS"]),
        result_dir=Path(values["RESULT_DIR"]),
        time_units=_chosen(lines, "OUT_TIME_UNITS", "DAYS", {u.upper(): u for u in UNITS}),
        streams=streams,
        initial_state=None if first.upper() == "FALSE" else Path(first),
        state=_state(path, lines, numbers, (start, end), options),
        constants=Path(values["CONSTANTS"]) if "CONSTANTS" in values else None,
        log_dir=Path(values["LOG_DIR"]) if "LOG_DIR" in values else None,
    )
    if run.state and run.initial_state and run.state.path == run.initial_state:
        raise GlobalFileError(f"{path}: INIT_STATE {first} would be overwritten by STATENAME")
    return run


def _chosen(lines: _Lines, name: str, default: str, allowed: Mapping):
    return choice(lines.places.get(name, ""), name, lines.values.get(name, default), allowed)


def _options(lines: _Lines, numbers: dict[str, int]) -> Options:
    values = lines.values
    return Options(
        model_steps_per_day=numbers["MODEL_STEPS_PER_DAY"],
        snow_steps_per_day=numbers["SNOW_STEPS_PER_DAY"],
        runoff_steps_per_day=numbers["RUNOFF_STEPS_PER_DAY"],
        baseflow=values.get("BASEFLOW", "ARNO").upper(),
        aero_resist_cansnow=values.get("AERO_RESIST_CANSNOW", "AR_406_FULL").upper(),
        snow_band=_chosen(lines, "SNOW_BAND", "FALSE", SWITCH),
        fcan_src=_chosen(lines, "FCAN_SRC", "FROM_DEFAULT", FRACTION_SOURCES),
        max_snow_albedo=_chosen(lines, "MAX_SNOW_ALBEDO", "FALSE", SWITCH),
    )


def _grid_names(domain: Mapping[str, str]) -> GridNames:
    latitude, longitude = domain.get("LAT", "lat"), domain.get("LON", "lon")
    return GridNames(
        latitude, longitude, domain.get("YDIM", latitude), domain.get("XDIM", longitude)
    )


def _date(path: Path, prefix: str, numbers: dict[str, int], calendar: str) -> cftime.datetime:
    """The date of PREFIXYEAR, PREFIXMONTH and PREFIXDAY, at midnight."""
    parts = [f"{prefix}{part}" for part in ("YEAR", "MONTH", "DAY")]
    missing = [name for name in parts if name not in numbers]
    if missing:
        raise GlobalFileError(f"{path}: {', '.join(missing)} must be given")
    try:
        return cftime.datetime(*(numbers[name] for name in parts), calendar=calendar)
    except ValueError:
        date = "-".join(str(numbers[name]) for name in parts)
        raise GlobalFileError(
            f"{path}: {', '.join(parts)} {date} is not a date of the {calendar} calendar"
        ) from None


def _seconds(path: Path, name: str, numbers: dict[str, int]) -> timedelta:
    seconds = numbers.get(name, 0)
    if not 0 <= seconds <= 86400:
        raise GlobalFileError(f"{path}: {name} {seconds} must be 0 to 86400")
    return timedelta(seconds=seconds)


def _period(
    path: Path, numbers: dict[str, int], calendar: str
) -> tuple[cftime.datetime, cftime.datetime]:
    midnight = _date(path, "START", numbers, calendar)
    steps = numbers["MODEL_STEPS_PER_DAY"]
    start = midnight if steps == 1 else midnight + _seconds(path, "STARTSEC", numbers)
    if "NRECS" in numbers:
        end = start + timedelta(days=1) * numbers["NRECS"] / steps
        if (end - midnight) % timedelta(days=1):
            raise GlobalFileError(
                f"{path}: NRECS {numbers['NRECS']} ends the run at {end}; VIC ends with whole days"
            )
    else:
        end = _date(path, "END", numbers, calendar) + timedelta(days=1)
    if end <= start:
        raise GlobalFileError(f"{path}: the run ends {end} before it starts {start}")
    return start, end


def _state(
    path: Path,
    lines: _Lines,
    numbers: dict[str, int],
    period: tuple[cftime.datetime, cftime.datetime],
    options: Options,
) -> StateRequest | None:
    if "STATENAME" not in lines.values:
        return None
    start, end = period
    time = _date(path, "STATE", numbers, start.calendar) + _seconds(path, "STATESEC", numbers)
    step = timedelta(days=1) / options.model_steps_per_day
    if not start < time <= end or (time - start) % step:
        raise GlobalFileError(
            f"{path}: the state of {time} (STATEYEAR to STATESEC) cannot be written: it must be "
            f"the end of a model step, after {start} and at most {end}"
        )
    formats = {name: name for name in FORMATS}
    file_format = _chosen(lines, "STATE_FORMAT", "NETCDF4_CLASSIC", formats)
    return StateRequest(lines.values["STATENAME"], time, file_format)
