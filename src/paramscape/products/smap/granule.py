"""One HDF5 file of SMAP L3 Enhanced: its layout, and the values of its morning or evening pass.

The file has no dimension scales. `latitude` and `longitude` hold -9999 where nothing was observed,
so places are those of the EASE-Grid.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from paramscape.products.errors import ProductError
from paramscape.products.netcdf_reader import ProductFile, open_product
from paramscape.products.smap.ease_grid import SHAPE, SHAPE_36_KM, CellWeights, longitudes
from paramscape.products.smap.files import Granule

UNITS = "cm**3/cm**3"
DRIEST, WETTEST = 0.02, 0.5  # valid range of retrievals [m3 m-3]
SKIPPED = {"recommended": 0b111, "attempted": 0b110}
"""Bits of `retrieval_qual_flag` that must be clear, by setting: a set bit means "not recommended"
(1), "not attempted" (2), "not successful" (4). Bit 3 (8) concerns freeze and thaw only. The fill
value 65534 has bit 0 clear, but bits 1 and 2 set."""
_FILL = 65534
_EPOCH = np.datetime64("2000-01-01T12:00")
_ROUNDING = 1e-6
_HALF_DAY = np.timedelta64(12, "h")


@dataclass(frozen=True)
class Pass:
    """The half orbits of one direction.

    suffix: of the names of variables. hour: local solar time [h]. ends_day: whether its values
    belong to the UTC day whose end is nearest, not to the day that contains their time.
    """

    group: str
    suffix: str
    hour: float
    ends_day: bool


PASSES = {
    "am": Pass("Soil_Moisture_Retrieval_Data_AM", "", 6.0, False),
    "pm": Pass("Soil_Moisture_Retrieval_Data_PM", "_pm", 18.0, True),
}


@dataclass(frozen=True)
class HalfOrbits:
    """Values (row, column) of a window [m3 m-3], NaN where not kept, and their days."""

    values: np.ndarray
    days: np.ndarray


def read_pass(granule: Granule, half: Pass, quality: str, weights: CellWeights) -> HalfOrbits:
    """The kept values of a pass in the window of pixels around the cells.

    Args:
        granule: a file.
        half: which pass.
        quality: `recommended` or `attempted`.
        weights: their window.

    Raises:
        ProductError: if the file is damaged, not of this product, or its times are of other days.
    """
    window = (weights.rows, weights.columns)
    with open_product(granule.path) as raw:
        _require_pass(raw, half)
        moisture, flags, seconds = (
            raw.part(f"{half.group}/{name}{half.suffix}", window)
            for name in ("soil_moisture", "retrieval_qual_flag", "tb_time_seconds")
        )
    flags = np.where(np.isnan(flags), _FILL, flags).astype("u2")
    with np.errstate(invalid="ignore"):
        inside = (moisture >= DRIEST - _ROUNDING) & (moisture <= WETTEST + _ROUNDING)
    kept = inside & (flags & SKIPPED[quality] == 0)
    values = np.where(kept, moisture.astype("f8"), np.nan)
    times = _times(seconds, granule, half, weights.columns)
    _require_own_times(times[kept], granule)
    return HalfOrbits(values, (times - half.ends_day * _HALF_DAY).astype("M8[D]"))


def require_layout(path: Path, passes: Sequence[str]) -> None:
    """Refuse a file without the groups, sizes and units of SPL3SMP_E.

    Raises:
        ProductError: naming what the file has instead.
    """
    with open_product(path) as raw:
        for name in passes:
            _require_pass(raw, PASSES[name])


def _require_pass(raw: ProductFile, half: Pass) -> None:
    if half.group not in raw.groups:
        raise ProductError(
            f"the file has no group {half.group}, only {', '.join(raw.groups) or 'none'}",
            raw.path, cure="take files of SMAP L3 Enhanced (SPL3SMP_E, SMAP_L3_SM_P_E_*.h5)",
        )  # fmt: skip
    for name in ("soil_moisture", "retrieval_qual_flag", "tb_time_seconds"):
        path = f"{half.group}/{name}{half.suffix}"
        shape = raw.variable(path).shape
        if shape != SHAPE:
            what = "; this is the 36 km product SPL3SMP" if shape == SHAPE_36_KM else ""
            raise ProductError(
                f"the grid is {' x '.join(map(str, shape))}, not 1624 x 3856{what}",
                raw.path, path, cure="take the enhanced product SPL3SMP_E",
            )  # fmt: skip
    moisture = f"{half.group}/soil_moisture{half.suffix}"
    units = raw.units(moisture)
    if units != UNITS:
        raise ProductError(
            f"the units attribute is {units!r}, not {UNITS!r}", raw.path, moisture,
            cure="take the file as NSIDC distributes it",
        )  # fmt: skip


def _times(seconds: np.ndarray, granule: Granule, half: Pass, columns: slice) -> np.ndarray:
    """Times of observation in UTC (row, column); where the file has none, by local solar time."""
    hours = (half.hour - longitudes(columns) / 15) % 24
    by_sun = np.datetime64(granule.day, "s") + (3600 * hours).round().astype("m8[s]")
    known = np.isfinite(seconds)
    told = _EPOCH.astype("M8[s]") + np.where(known, seconds, 0).round().astype("m8[s]")
    return np.where(known, told, np.broadcast_to(by_sun, seconds.shape))


def _require_own_times(times: np.ndarray, granule: Granule) -> None:
    """Refuse times more than half a day before or after the day of a file's name."""
    if not times.size:
        return
    start = np.datetime64(granule.day, "s")
    first, last = times.min(), times.max()
    if first < start - _HALF_DAY or last > start + 3 * _HALF_DAY:
        raise ProductError(
            f"the file's name says {granule.day}, but it was observed from {first} to {last}",
            granule.path, "tb_time_seconds",
            cure="fetch the file again: it has another day's content or name",
        )  # fmt: skip
