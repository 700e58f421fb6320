"""Writing the global parameter file of a case into the folder of its files."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from paramscape.files.atomic import write_text
from paramscape.vic.check_forcing import FILE_NAMES
from paramscape.vic.options import Options

GLOBAL = "global.txt"
DOMAIN = "domain.nc"
PARAMETERS = "params.nc"
FORCING = "forcing."
RESULTS = "results"
HISTORY = "fluxes"
FORCE_TYPES = {
    "AIR_TEMP": "air_temp",
    "PREC": "prec",
    "PRESSURE": "pressure",
    "SWDOWN": "swdown",
    "LWDOWN": "lwdown",
    "VP": "vp",
    "WIND": "wind",
}


@dataclass(frozen=True)
class ImageCase:
    """A cold start of VIC's image driver in one folder, with daily output in doubles.

    The folder holds `domain.nc` (mask, area, frac), `params.nc`, `forcing.<year>.nc` and the empty
    folder `results`. Because VIC cuts names at blanks, all names are relative to the folder, in
    which it is started; the folder's path may then have blanks.

    start, end: first and last day. outputs: names such as OUT_EVAP. calendar: that of the forcing.
    """

    options: Options
    start: date
    end: date
    outputs: tuple[str, ...]
    calendar: str = "proleptic_gregorian"

    @property
    def days(self) -> int:
        """Number of days."""
        return (self.end - self.start).days + 1

    @property
    def history(self) -> Path:
        """VIC's output file, relative to the folder."""
        return Path(RESULTS) / f"{HISTORY}.{self.start:%Y-%m-%d}.nc"


def write_global(case: ImageCase, folder: Path) -> Path:
    """Write `global.txt` into the case's folder and return its path."""
    path = folder / GLOBAL
    write_text(path, "".join(f"{line}\n" for line in _lines(case)))
    return path


def _lines(case: ImageCase) -> Iterator[str]:
    options = case.options
    yield f"MODEL_STEPS_PER_DAY {options.model_steps_per_day}"
    yield f"SNOW_STEPS_PER_DAY {options.snow_steps_per_day}"
    yield f"RUNOFF_STEPS_PER_DAY {options.runoff_steps_per_day}"
    for name, day in (("START", case.start), ("END", case.end)):
        yield f"{name}YEAR {day.year}"
        yield f"{name}MONTH {day.month}"
        yield f"{name}DAY {day.day}"
    yield f"CALENDAR {case.calendar.upper()}"
    yield "NODES 3"
    yield "FULL_ENERGY FALSE"
    yield "FROZEN_SOIL FALSE"
    yield f"AERO_RESIST_CANSNOW {options.aero_resist_cansnow}"
    yield f"BASEFLOW {options.baseflow}"
    yield from _inputs(options)
    yield f"RESULT_DIR {RESULTS}"
    yield f"OUTFILE {HISTORY}"
    yield "OUT_FORMAT NETCDF4"
    yield "AGGFREQ NDAYS 1"
    yield "HISTFREQ NEVER"
    for name in case.outputs:
        yield f"OUTVAR {name} * OUT_TYPE_DOUBLE"


def _inputs(options: Options) -> Iterator[str]:
    yield f"DOMAIN {DOMAIN}"
    names = {"LAT": "lat", "LON": "lon", "MASK": "mask", "AREA": "area", "FRAC": "frac"}
    for kind, name in {**names, "YDIM": "lat", "XDIM": "lon"}.items():
        yield f"DOMAIN_TYPE {kind} {name}"
    yield f"FORCING1 {FORCING}"
    for kind, field in FORCE_TYPES.items():
        yield f"FORCE_TYPE {kind} {FILE_NAMES[field]}"
    yield "WIND_H 10.0"
    yield f"PARAMETERS {PARAMETERS}"
    yield f"SNOW_BAND {'TRUE' if options.snow_band else 'FALSE'}"
    yield "LAI_SRC FROM_VEGPARAM"
    yield f"FCAN_SRC {options.fcan_src}"
    yield "ALB_SRC FROM_VEGPARAM"
    yield f"MAX_SNOW_ALBEDO {'TRUE' if options.max_snow_albedo else 'FALSE'}"
    yield "JULY_TAVG_SUPPLIED FALSE"
    yield "ORGANIC_FRACT FALSE"
