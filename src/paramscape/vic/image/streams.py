"""The output streams of a global parameter file: OUTFILE and the lines below it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from paramscape.vic.image.clock import COUNTED, FREQUENCIES, Frequency
from paramscape.vic.image.errors import GlobalFileError, choice, whole_number
from paramscape.vic.outputs import OUTPUTS, check_outputs

STREAM = ("OUTFILE", "OUTVAR", "AGGFREQ", "HISTFREQ", "COMPRESS", "OUT_FORMAT")
FORMATS = ("NETCDF3_CLASSIC", "NETCDF3_64BIT_OFFSET", "NETCDF4_CLASSIC", "NETCDF4")
TYPES = {
    "*": "f4",
    "OUT_TYPE_DEFAULT": "f4",
    "OUT_TYPE_FLOAT": "f4",
    "OUT_TYPE_DOUBLE": "f8",
    "OUT_TYPE_INT": "i4",
}
NO_NETCDF_TYPES = ("OUT_TYPE_CHAR", "OUT_TYPE_SINT", "OUT_TYPE_USINT")
AGGREGATIONS = {
    "*": None,
    "AGG_TYPE_DEFAULT": None,
    "AGG_TYPE_AVG": "mean",
    "AGG_TYPE_BEG": "beg",
    "AGG_TYPE_END": "end",
    "AGG_TYPE_MAX": "maximum",
    "AGG_TYPE_MIN": "minimum",
    "AGG_TYPE_SUM": "sum",
}
DEFAULT_COMPRESSION = 5
# VIC's streams if the global parameter file has none; daily, also without snow bands.
DEFAULTS = {
    "fluxes": (
        "OUT_PREC", "OUT_EVAP", "OUT_RUNOFF", "OUT_BASEFLOW", "OUT_WDEW", "OUT_SOIL_LIQ",
        "OUT_SWNET", "OUT_R_NET", "OUT_EVAP_CANOP", "OUT_TRANSP_VEG", "OUT_EVAP_BARE",
        "OUT_SUB_CANOP", "OUT_SUB_SNOW", "OUT_AERO_RESIST", "OUT_SURF_TEMP", "OUT_ALBEDO",
        "OUT_REL_HUMID", "OUT_IN_LONG", "OUT_AIR_TEMP", "OUT_WIND",
    ),
    "snow": ("OUT_SWE", "OUT_SNOW_DEPTH", "OUT_SNOW_CANOPY", "OUT_SNOW_COVER"),
    "snowband": (
        "OUT_SWE_BAND", "OUT_SNOW_DEPTH_BAND", "OUT_SNOW_CANOPY_BAND", "OUT_SWNET_BAND",
        "OUT_LWNET_BAND", "OUT_ALBEDO_BAND", "OUT_LATENT_BAND", "OUT_SENSIBLE_BAND",
        "OUT_GRND_FLUX_BAND",
    ),
}  # fmt: skip
DAILY = Frequency("NDAYS")
ONE_FILE = Frequency("END")


@dataclass(frozen=True)
class OutputVariable:
    """One OUTVAR line."""

    name: str
    dtype: str = "f4"
    multiplier: float = 1.0
    aggregation: str | None = None  # None: that of VIC's list

    @property
    def over_time(self) -> str:
        """Aggregation of the steps of an interval."""
        return self.aggregation or OUTPUTS[self.name].over_time


@dataclass
class Stream:
    """One OUTFILE with its variables."""

    name: str
    frequency: Frequency = DAILY
    file_frequency: Frequency = ONE_FILE
    compress: int = 0
    file_format: str = "NETCDF4_CLASSIC"
    variables: list[OutputVariable] = field(default_factory=list)


def default_streams() -> list[Stream]:
    """The streams of a global parameter file without OUTFILE."""
    return [
        Stream(name, variables=[OutputVariable(variable) for variable in variables])
        for name, variables in DEFAULTS.items()
    ]


def add_to_streams(place: str, words: list[str], streams: list[Stream]) -> None:
    """Add one line of `STREAM` to the streams.

    Raises:
        GlobalFileError: naming the place and the value.
    """
    name, values = words[0].upper(), words[1:]
    if not values:
        raise GlobalFileError(f"{place}: {name} lacks a value")
    if name == "OUTFILE":
        streams.append(Stream(values[0]))
        return
    if not streams:
        raise GlobalFileError(f"{place}: {name} comes before any OUTFILE; move it below one")
    stream = streams[-1]
    if name == "OUTVAR":
        _add_variable(place, values, stream)
    elif name == "AGGFREQ":
        stream.frequency = _frequency(place, name, values)
    elif name == "HISTFREQ":
        stream.file_frequency = _frequency(place, name, values)
    elif name == "COMPRESS":
        stream.compress = _compression(place, values[0])
    else:
        stream.file_format = choice(place, name, values[0], {name: name for name in FORMATS})


def check_streams(path: str, streams: tuple[Stream, ...]) -> None:
    """Refuse streams without variables, with the same name, or that netCDF cannot write."""
    for stream in streams:
        if not stream.variables:
            raise GlobalFileError(f"{path}: OUTFILE {stream.name} has no OUTVAR; name at least one")
        if stream.compress and not stream.file_format.startswith("NETCDF4"):
            raise GlobalFileError(
                f"{path}: OUTFILE {stream.name} has COMPRESS with OUT_FORMAT "
                f"{stream.file_format}, which cannot be compressed; choose NETCDF4"
            )
    names = [stream.name for stream in streams]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise GlobalFileError(
            f"{path}: OUTFILE {', '.join(sorted(twice))} is given twice; each needs its own name"
        )


def _add_variable(place: str, values: list[str], stream: Stream) -> None:
    name, rest = values[0].upper(), values[1:]
    try:
        check_outputs((name,))
    except ValueError as error:
        raise GlobalFileError(f"{place}: OUTVAR {error}") from None
    if name in (variable.name for variable in stream.variables):
        raise GlobalFileError(f"{place}: {name} is twice in OUTFILE {stream.name}; keep one")
    kind = rest[1].upper() if len(rest) > 1 else "*"
    if kind in NO_NETCDF_TYPES:
        raise GlobalFileError(
            f"{place}: VIC's image driver cannot write {kind}; there are {', '.join(TYPES)}"
        )
    dtype = choice(place, "type", kind, TYPES)
    multiplier = _number(place, rest[2]) if len(rest) > 2 else 1.0
    how = choice(place, "aggregation", rest[3], AGGREGATIONS) if len(rest) > 3 else None
    stream.variables.append(OutputVariable(name, dtype, multiplier, how))


def _number(place: str, value: str) -> float:
    try:
        return 1.0 if value == "*" else float(value)
    except ValueError:
        raise GlobalFileError(f"{place}: the multiplier {value} is not a number") from None


def _compression(place: str, value: str) -> int:
    named: Mapping[str, int] = {"TRUE": DEFAULT_COMPRESSION, "FALSE": 0}
    level = named.get(value.upper())
    level = whole_number(place, "COMPRESS", value) if level is None else level
    if not 0 <= level <= 9:
        raise GlobalFileError(f"{place}: COMPRESS {value} is not TRUE, FALSE or 0 to 9")
    return level


def _frequency(place: str, name: str, values: list[str]) -> Frequency:
    kind = choice(place, name, values[0], {name: name for name in FREQUENCIES})
    if kind == "DATE":
        if len(values) < 2:
            raise GlobalFileError(f"{place}: {name} DATE needs a date, as in DATE 2011-06-30")
        return Frequency(kind, date=_date(place, name, values[1]))
    count = whole_number(place, f"{name} {kind}", values[1]) if len(values) > 1 else 1
    if kind in COUNTED and count < 1:
        raise GlobalFileError(f"{place}: {name} {kind} {count} must count at least 1")
    return Frequency(kind, count)


def _date(place: str, name: str, text: str) -> tuple[int, int, int]:
    parts = text.split("-")
    if len(parts) != 3 or not all(part.isdigit() for part in parts):
        raise GlobalFileError(f"{place}: {name} DATE {text} is not a date such as 2011-06-30")
    year, month, day = (int(part) for part in parts)
    return year, month, day
