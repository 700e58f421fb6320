"""Checks of VIC's output: complete, in range, and with a closed water balance."""

from pathlib import Path

import cftime
import numpy as np

from paramscape.vic.executable.check_forcing import ForcingTotals
from paramscape.vic.executable.check_parameters import WaterStores
from paramscape.vic.executable.errors import CaseError
from paramscape.vic.executable.raw import NUMBER, StoredFile, StoredGrid, open_stored
from paramscape.vic.image.write_global import ImageCase

BALANCE = (
    "OUT_PREC", "OUT_EVAP", "OUT_RUNOFF", "OUT_BASEFLOW", "OUT_SOIL_MOIST", "OUT_SWE",
    "OUT_SNOW_CANOPY", "OUT_WDEW",
)  # fmt: skip
"""Outputs that the water balance needs."""
NEVER_NEGATIVE = tuple(name for name in BALANCE if name != "OUT_EVAP")
MOST = 1e5  # of any water flux or store [mm]
TOLERANCE = 1e-6  # of a day's water balance [mm]
SNOWFALL_CUT = 1e-5  # snowfall of a step below which VIC drops it [mm]
THIN_SNOW = 1.1  # most water of a snowpack whose melt VIC loses [mm]
DEW = 1.0  # most condensation on a canopy in a day [mm]


def read_history(folder: Path, case: ImageCase, grid: StoredGrid) -> dict[str, np.ndarray]:
    """Daily outputs (day, cell) or (day, cell, layer) [mm] of the active cells.

    Raises:
        CaseError: if the file, a variable, a day or a value is missing.
    """
    path = folder / case.history
    if not path.is_file():
        raise CaseError(
            f"VIC ended without an error and without its output {path}; is the program the image "
            "driver of VIC 5?"
        )
    with open_stored(path) as file:
        file.require_grid(grid)
        _check_days(file, case)
        return {name: _read(file, name, case, grid) for name in case.outputs}


def _check_days(file: StoredFile, case: ImageCase) -> None:
    numbers = np.asarray(file.variable("time", ("time",), NUMBER)[:], dtype=float)
    units = file.attribute("time", "units")
    calendar = file.attribute("time", "calendar") or case.calendar
    start = cftime.datetime(*case.start.timetuple()[:3], calendar=calendar)
    wanted = cftime.date2num(start, units, calendar=calendar) + np.arange(case.days)
    if numbers.shape != wanted.shape or np.abs(numbers - wanted).max() > 1e-6:
        shown = f"{numbers.size} days" + (f" from {numbers[0]:g}" if numbers.size else "")
        raise CaseError(
            f"{file.path}: VIC's output must have the {case.days} days from {case.start} to "
            f"{case.end} (from {wanted[0]:g} in {units}); it has {shown}"
        )


def _read(file: StoredFile, name: str, case: ImageCase, grid: StoredGrid) -> np.ndarray:
    layers = ("nlayer",) if name == "OUT_SOIL_MOIST" else ()
    values = file.variable(name, ("time", *layers, "lat", "lon"))[:][..., grid.active]
    low = -TOLERANCE if name in NEVER_NEGATIVE else -MOST
    wrong = ~((values >= low) & (values <= MOST))
    if wrong.any():
        day, *_, cell = np.argwhere(wrong)[0]
        raise CaseError(
            f"{file.path}: VIC's {name} is {values[wrong][0]:g} on "
            f"{np.datetime64(case.start) + day} at {grid.place(cell)}, and missing or impossible "
            f"in {int(wrong.sum())} of {wrong.size} values"
        )
    return np.moveaxis(values, 1, -1) if layers else values


def check_water(
    outputs: dict[str, np.ndarray],
    case: ImageCase,
    grid: StoredGrid,
    stores: WaterStores,
    forcing: ForcingTotals,
) -> None:
    """Check VIC's precipitation against the forcing's, and the water balance of cells and days.

    OUT_PREC - OUT_EVAP - OUT_RUNOFF - OUT_BASEFLOW is the change of soil moisture, snow and water
    on the canopy. Two losses of VIC 5.1 are allowed: water of the canopy where fcanopy < 1, and the
    melt of thin snow in air of exactly 0 degrees Celsius.

    Args:
        outputs: `BALANCE`, from `read_history`.
        case, grid: which days and cells.
        stores, forcing: of VIC's inputs.

    Raises:
        CaseError: naming the worst cell and day.
    """
    rain = outputs["OUT_PREC"]
    cut = SNOWFALL_CUT * case.options.snow_steps_per_day + TOLERANCE * (1 + forcing.precipitation)
    difference = rain - forcing.precipitation
    _refuse(
        np.abs(difference) > cut, difference, case, grid,
        "VIC's precipitation is not that of the forcing; the difference",
    )  # fmt: skip
    full = outputs["OUT_SOIL_MOIST"] - stores.capacity - TOLERANCE
    _refuse((full > 0).any(-1), full.max(-1), case, grid, "A soil layer holds too much; the excess")
    canopy = outputs["OUT_SNOW_CANOPY"] + outputs["OUT_WDEW"]
    stored = outputs["OUT_SOIL_MOIST"].sum(-1) + outputs["OUT_SWE"] + canopy
    stored = np.concatenate([stores.initial.sum(-1)[None], stored])
    error = rain - outputs["OUT_EVAP"] - outputs["OUT_RUNOFF"] - outputs["OUT_BASEFLOW"]
    error = error - np.diff(stored, axis=0)
    before = _day_before(canopy)
    snow = _day_before(outputs["OUT_SWE"]) + before + rain > 0
    thin = (forcing.at_freezing | case.options.snow_band) & snow
    allowed = np.where(stores.canopy_loses, rain + before + DEW, 0.0) + THIN_SNOW * thin + TOLERANCE
    _refuse(
        (error > allowed) | (error < -TOLERANCE), error, case, grid,
        "VIC's water balance does not close; the water lost (or, below 0, made)",
    )  # fmt: skip


def _day_before(values: np.ndarray) -> np.ndarray:
    return np.concatenate([np.zeros_like(values[:1]), values[:-1]])


def _refuse(
    wrong: np.ndarray, amount: np.ndarray, case: ImageCase, grid: StoredGrid, what: str
) -> None:
    if not wrong.any():
        return
    worst = np.where(wrong, np.abs(amount), -np.inf)
    day, cell = np.unravel_index(worst.argmax(), worst.shape)
    raise CaseError(
        f"{what} is {amount[day, cell]:.6g} mm on {np.datetime64(case.start) + day} at "
        f"{grid.place(cell)}, and too large on {int(wrong.sum())} of {wrong.size} cell-days"
    )
