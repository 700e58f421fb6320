"""Runs a made case by VIC's own program and by ours, and compares what they write."""

import contextlib
import os
import subprocess
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import xarray as xr
from made_cases import Made, MadeCase, make_case

from paramscape.vic.image import run_global
from paramscape.vic.outputs import OUTPUTS

FORCE_TYPES = {
    "AIR_TEMP": "tas", "PREC": "prcp", "PRESSURE": "pres", "SWDOWN": "dswrf",
    "LWDOWN": "dlwrf", "VP": "vp", "WIND": "wind",
}  # fmt: skip
TIMES = {"units": "hours since 1990-01-01", "calendar": "proleptic_gregorian"}


def write_case(made: Made, folder: Path) -> MadeCase:
    """Write the files of a made case."""
    case = make_case(made)
    case.domain.to_netcdf(folder / "domain.nc")
    case.parameters.to_netcdf(folder / "params.nc")
    for year, forcing in case.forcing.items():
        forcing.to_netcdf(folder / f"forcing.{year}.nc", encoding={"time": TIMES})
    return case


def _write_global(made: Made, folder: Path, who: str, outputs: Collection[str]) -> str:
    """Write the global parameter file of one run; returns its name."""
    (folder / who).mkdir()
    (folder / f"{who}.txt").write_text(global_text(made, who, outputs))
    return f"{who}.txt"


def global_text(made: Made, who: str, outputs: Collection[str]) -> str:
    """A global parameter file of one run, which writes into the folder `who`."""
    start = pd.Timestamp(made.start)
    names = ("MODEL", "SNOW", "RUNOFF")
    lines = [f"{n}_STEPS_PER_DAY {s}" for n, s in zip(names, made.steps, strict=True)]
    lines += [f"STARTYEAR {start.year}", f"STARTMONTH {start.month}", f"STARTDAY {start.day}"]
    lines += [f"NRECS {made.days * made.steps[0]}"]
    lines += ["CALENDAR PROLEPTIC_GREGORIAN", "NODES 3", "FULL_ENERGY FALSE", "FROZEN_SOIL FALSE"]
    lines += ["DOMAIN domain.nc"]
    kinds = ("LAT lat", "LON lon", "MASK mask", "AREA area", "FRAC frac", "YDIM lat", "XDIM lon")
    lines += [f"DOMAIN_TYPE {kind}" for kind in kinds]
    lines += ["FORCING1 forcing."]
    lines += [f"FORCE_TYPE {kind} {name}" for kind, name in FORCE_TYPES.items()]
    lines += ["WIND_H 10.0", "PARAMETERS params.nc"]
    lines += [f"SNOW_BAND {'TRUE' if made.bands else 'FALSE'}"]
    lines += ["LAI_SRC FROM_VEGPARAM", "ALB_SRC FROM_VEGPARAM", f"FCAN_SRC {made.fractions}"]
    lines += [f"BASEFLOW {made.baseflow}", f"AERO_RESIST_CANSNOW {made.scheme}"]
    lines += ["JULY_TAVG_SUPPLIED FALSE", "ORGANIC_FRACT FALSE"]
    lines += [f"RESULT_DIR {who}", "OUTFILE fluxes", "OUT_FORMAT NETCDF4"]
    lines += ["AGGFREQ NDAYS 1", "HISTFREQ NEVER"]
    lines += [f"OUTVAR {name} * OUT_TYPE_DOUBLE" for name in outputs]
    return "\n".join(lines) + "\n"


def run_vic(program: str, made: Made, folder: Path) -> xr.Dataset:
    """What VIC's own program writes."""
    done = subprocess.run(
        [program, "-g", _write_global(made, folder, "vic", OUTPUTS)],
        cwd=folder, capture_output=True, text=True, check=False,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(
            f"{program} failed in {folder}: {done.stdout[-500:]}{done.stderr[-500:]}"
        )
    return _written(folder / "vic")


def run_ours(made: Made, folder: Path, who: str, outputs: Collection[str]) -> xr.Dataset:
    """What our driver writes of some outputs from the same files, into the folder `who`."""
    name = _write_global(made, folder, who, outputs)
    with contextlib.chdir(folder):
        run_global(name)
    return _written(folder / who)


def _written(folder: Path) -> xr.Dataset:
    (path,) = folder.glob("fluxes.*.nc")
    with xr.open_dataset(path, decode_times=False) as fluxes:
        return fluxes.load()


class Comparison(NamedTuple):
    """How far our outputs are from VIC's, by the output's name."""

    apart: dict[str, np.ndarray]  # (time, lat, lon), the largest of the layers; 0 where inactive
    totals: dict[str, np.ndarray]  # (lat, lon), relative difference of the sum over time

    def beyond(self, tolerance: float) -> np.ndarray:
        """Whether any output differs by more, (time, lat, lon)."""
        return np.any([apart > tolerance for apart in self.apart.values()], axis=0)

    def largest(self, cells: np.ndarray) -> tuple[float, str]:
        """Largest difference in some of the cells (lat, lon), and the output's name."""
        return max((float(apart[:, cells].max()), name) for name, apart in self.apart.items())


def compare(vic: xr.Dataset, ours: xr.Dataset) -> Comparison:
    """Compare every output of ours, cell by cell and day by day.

    Raises:
        AssertionError: where times differ, or values are missing in other places than VIC's.
    """
    np.testing.assert_array_equal(ours["time"], vic["time"])
    apart, totals = {}, {}
    for name in OUTPUTS.keys() & ours.data_vars.keys():
        theirs = vic[name].values
        mine = ours[name].transpose(*vic[name].dims).values
        valid = np.isfinite(theirs)
        np.testing.assert_array_equal(valid, np.isfinite(mine), f"{name}: missing values")
        difference = np.where(valid, np.abs(mine - theirs), 0.0)
        sums = [np.where(valid, values, 0.0).sum(0) for values in (theirs, mine)]
        relative = np.abs(sums[1] - sums[0]) / np.maximum(np.abs(sums[0]), 1.0)
        layers = difference.ndim == 4
        apart[name] = difference.max(1) if layers else difference
        totals[name] = relative.max(0) if layers else relative
    return Comparison(apart, totals)


def forked_cells(
    found: Comparison, case: MadeCase, vic: xr.Dataset, tolerance: float
) -> np.ndarray:
    """Cells (lat, lon) whose differences begin where canopy snow has just melted.

    When all snow of a canopy melts, rounding leaves either nothing or some 1e-20 m of it, and
    what is left makes the next step one of the snow regime: exponentials and powers that are not
    those of the C library do not fall on the same side each time.
    """
    parameters = case.parameters
    trees = ((parameters["overstory"] > 0) & (parameters["Cv"] > 0)).any("veg_class").values
    beyond = found.beyond(tolerance)
    first = beyond.argmax(0)
    days = np.arange(len(beyond))[:, None, None]
    recent = (days <= first) & (days >= first - 2)
    snow = (vic["OUT_SNOW_CANOPY"].fillna(0) + vic["OUT_SNOWF"].fillna(0)).values > 0
    return beyond.any(0) & trees & (snow & recent).any(0)
