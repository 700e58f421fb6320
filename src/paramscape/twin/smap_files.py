"""The truth's soil moisture in the daily files of SMAP L3 Enhanced (SPL3SMP_E)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from paramscape.files import atomic_write, present_attributes
from paramscape.products.bounding_box import cell_edges
from paramscape.products.smap.ease_grid import SHAPE, CellWeights, latitudes, longitudes
from paramscape.study.twin import SmapErrors
from paramscape.twin.fields import DailyNoise, static_field
from paramscape.twin.plains.climate import HOURS, PlainsClimate
from paramscape.twin.plains.cover import FORESTS, TOWN, WATER, land_cover

if TYPE_CHECKING:
    import h5py

FILL, FLAG_FILL = np.float32(-9999), np.uint16(65534)
RECOMMENDED, RECOMMENDED_THAWED, UNCERTAIN, SKIPPED = 0, 8, 1, 7
DRIEST, WETTEST = 0.02, 0.5  # [m3 m-3]
_CHUNKS = (203, 241)
_EPOCH = datetime(2000, 1, 1, 12)
_FOOTPRINT = 0.35  # [degrees]
# Bits of surface_flag.
_WATER, _URBAN, _FROZEN, _MOUNTAIN, _DENSE = 0x1, 0x8, 0x180, 0x200, 0x400
_FLAG_MASKS = np.array([1, 2, 4, 8], "u2")
_FLAG_MEANINGS = "Retrieval_recommended Retrieval_attempted Retrieval_success FT_retrieval_success"


@dataclass(frozen=True)
class _Pass:
    """Half orbits of one direction: group, suffix, local solar hour, orbits they are apart."""

    group: str
    suffix: str
    hour: float
    shift: int


PASSES = (
    _Pass("Soil_Moisture_Retrieval_Data_AM", "", 6.0, 0),
    _Pass("Soil_Moisture_Retrieval_Data_PM", "_pm", 18.0, 4),
)


@dataclass(frozen=True)
class SmapPixels:
    """The pixels of a window of the EASE-Grid that see a domain.

    rows, columns: the window. lat: (row,), lon: (column,) centres [degrees]. cell: (row, column)
    position in the flattened domain of the active cell that covers most of the pixel, -1 where
    none covers any.
    """

    rows: slice
    columns: slice
    lat: np.ndarray
    lon: np.ndarray
    cell: np.ndarray

    @classmethod
    def of(cls, domain: xr.Dataset) -> SmapPixels:
        """The pixels of a domain: `mask` (lat, lon)."""
        weights = CellWeights.of(*cell_edges(domain))
        mask = domain["mask"].transpose("lat", "lon").values > 0
        best = np.zeros((weights.lat.shape[1], weights.lon.shape[1]))
        cell = np.full(best.shape, -1)
        for i, j in np.argwhere(mask):
            rows, columns = np.flatnonzero(weights.lat[i]), np.flatnonzero(weights.lon[j])
            part = np.ix_(rows, columns)
            share = np.outer(weights.lat[i][rows], weights.lon[j][columns])
            better = share > best[part]
            best[part] = np.where(better, share, best[part])
            cell[part] = np.where(better, i * mask.shape[1] + j, cell[part])
        rows, columns = weights.rows, weights.columns
        return cls(rows, columns, latitudes(rows), longitudes(columns), cell)

    @property
    def row(self) -> np.ndarray:
        """(row, 1) index of each row in the whole grid."""
        return np.arange(self.rows.start, self.rows.stop)[:, None]

    @property
    def column(self) -> np.ndarray:
        """(1, column) index of each column in the whole grid."""
        return np.arange(self.columns.start, self.columns.stop)[None, :]

    def seen(self, day: date, shift: int) -> np.ndarray:
        """Whether a swath passes over each pixel; every pixel is seen every two or three days."""
        orbit = (self.column + 3 * self.row) / 37 + 3 * day.toordinal() + shift
        return np.mod(orbit, 8) < 3


def write_smap(
    paths: Mapping[date, Path],
    truth: xr.DataArray,
    domain: xr.Dataset,
    errors: SmapErrors,
    seed: int,
) -> None:
    """Write the files of some days.

    A retrieval is a * truth + b + noise, with a and b of the cell: cut to 0.02 to 0.5. Pixels of
    forests are not of recommended quality, frozen ones have no retrieval. The bytes of a day
    depend on the truth of that day and of the day before alone.

    Args:
        paths: file of each day.
        truth: (time, lat, lon) moisture of the first layer at the end of each day [m3 m-3].
        domain: `mask` (lat, lon); other pixels are fill.
        errors: sizes of a, b and noise.
        seed: seed of errors, land cover and temperature.
    """
    retrievals = _Retrievals.of(truth, domain, errors, seed)
    for day, path in paths.items():
        values = [retrievals.fields(day, half) for half in PASSES]
        with atomic_write(path) as partial:
            _write_file(partial, values, retrievals.pixels, day)


@dataclass(frozen=True)
class _Retrievals:
    """What SMAP retrieves of a truth.

    truth: (time, lat, lon); factor, bias: (lat, lon); cover: (row, column) UMD classes.
    """

    truth: xr.DataArray
    factor: np.ndarray
    bias: np.ndarray
    cover: np.ndarray
    pixels: SmapPixels
    noise: DailyNoise
    climate: PlainsClimate
    errors: SmapErrors

    @classmethod
    def of(
        cls, truth: xr.DataArray, domain: xr.Dataset, errors: SmapErrors, seed: int
    ) -> _Retrievals:
        lat, lon = domain["lat"].values, domain["lon"].values
        pixels = SmapPixels.of(domain)
        factor = 1 + errors.factor_spread * static_field(seed, "smap: factor", _FOOTPRINT, lat, lon)
        return cls(
            truth=truth.transpose("time", "lat", "lon").sel(lat=lat, lon=lon),
            factor=np.maximum(factor, 0.3),
            bias=errors.bias_spread * static_field(seed, "smap: bias", _FOOTPRINT, lat, lon),
            cover=land_cover(seed, pixels.lat, pixels.lon),
            pixels=pixels,
            noise=DailyNoise(seed, "smap: noise", _FOOTPRINT, errors.noise_days, len(PASSES)),
            climate=PlainsClimate(seed, pixels.lat, pixels.lon),
            errors=errors,
        )

    def fields(self, day: date, half: _Pass) -> dict[str, np.ndarray]:
        """The variables of a pass (row, column), fill where no swath passed."""
        pixels = self.pixels
        hours = (half.hour - pixels.lon / 15) % HOURS
        moisture = self._moisture(day, half, hours)
        shape = pixels.cell.shape
        seen = pixels.seen(day, half.shift) & (pixels.cell >= 0) & np.isfinite(moisture)
        frozen = self._frozen(day, hours)
        thawed = np.where((pixels.row + pixels.column) % 5 == 0, RECOMMENDED_THAWED, RECOMMENDED)
        quality = np.where(np.isin(self.cover, FORESTS), UNCERTAIN, thawed)
        quality = np.where(frozen | (self.cover == WATER), SKIPPED, quality)
        noon = (datetime(day.year, day.month, day.day) - _EPOCH).total_seconds()
        seconds = np.broadcast_to(noon + 3600 * hours[None, :], shape)
        retrieved = seen & (quality != SKIPPED)
        return {
            "soil_moisture": np.where(retrieved, moisture, FILL).astype("f4"),
            "retrieval_qual_flag": np.where(seen, quality, FLAG_FILL).astype("u2"),
            "surface_flag": np.where(seen, self._surface(frozen), FLAG_FILL).astype("u2"),
            "tb_time_seconds": np.where(seen, seconds, float(FILL)),
            "latitude": np.where(seen, pixels.lat[:, None], FILL).astype("f4"),
            "longitude": np.where(seen, pixels.lon[None, :], FILL).astype("f4"),
            "EASE_row_index": np.where(seen, pixels.row, FLAG_FILL).astype("u2"),
            "EASE_column_index": np.where(seen, pixels.column, FLAG_FILL).astype("u2"),
        }

    def _moisture(self, day: date, half: _Pass, hours: np.ndarray) -> np.ndarray:
        """Retrieved moisture (row, column) of a day; NaN where the truth has none.

        The truth in the morning is the mean of the day's two ends, in the evening that of the
        nearest end.
        """
        before, after = self._end_of_day(day, 1), self._end_of_day(day, 0)
        truth = (before + after)[..., None] / 2 if half.suffix == "" else None
        if truth is None:
            truth = np.stack([before, after], -1)
        noise = self.noise.fields(day.toordinal(), 1, self.truth.lat.values, self.truth.lon.values)
        noise = self.errors.noise * noise[0, PASSES.index(half)]
        known = self.factor[..., None] * truth + (self.bias + noise)[..., None]
        known = np.clip(known, DRIEST, WETTEST).reshape(-1, known.shape[-1])
        later = np.zeros(hours.size, int) if known.shape[-1] == 1 else (hours >= 12).astype(int)
        return known[self.pixels.cell, later[None, :]]

    def _end_of_day(self, day: date, days_before: int) -> np.ndarray:
        """(lat, lon) truth at the end of a day or of the one before, or that of the nearest day."""
        times = self.truth.time.values.astype("M8[D]")
        position = int((np.datetime64(day) - times[0]).astype(int))
        last = self.truth.sizes["time"] - 1
        return self.truth.values[min(max(position - days_before, 0), last)]

    def _frozen(self, day: date, hours: np.ndarray) -> np.ndarray:
        celsius = self.climate.temperature(day, 1)
        nearest = np.minimum(np.round(hours).astype(int), HOURS - 1)
        return celsius[nearest, :, np.arange(hours.size)].T < 0

    def _surface(self, frozen: np.ndarray) -> np.ndarray:
        flags = np.where(frozen, _FROZEN, 0)
        for cover, bits in ((FORESTS, _DENSE), ((TOWN,), _URBAN), ((WATER,), _WATER)):
            flags = flags | np.where(np.isin(self.cover, cover), bits, 0)
        return flags


def _write_file(
    path: Path, passes: list[dict[str, np.ndarray]], pixels: SmapPixels, day: date
) -> None:
    import h5py

    with h5py.File(path, "w", track_order=False) as file:
        about = file.create_group("Metadata")
        about.attrs.update({"shortName": "SPL3SMP_E", "title": "A made world in SMAP's format"})
        about.attrs.update({"rangeBeginningDate": day.isoformat(), **present_attributes()})
        for half, fields in zip(PASSES, passes, strict=True):
            group = file.create_group(half.group)
            for name, values in fields.items():
                _add(group, name, half.suffix, values, pixels)
            for name in ("soil_moisture", "retrieval_qual_flag"):
                group[f"{name}_dca{half.suffix}"] = group[name + half.suffix]


def _add(group: h5py.Group, name: str, suffix: str, values: np.ndarray, pixels: SmapPixels) -> None:
    """A deflated variable on the whole grid, of which the pixels' window is written."""
    attributes = dict(_described(name))
    fill = attributes.get("_FillValue", FILL if values.dtype.kind == "f" else FLAG_FILL)
    data = group.create_dataset(
        name + suffix, SHAPE, values.dtype, chunks=_CHUNKS, compression="gzip",
        compression_opts=4, shuffle=True, fillvalue=values.dtype.type(fill), track_times=False,
    )  # fmt: skip
    data[pixels.rows, pixels.columns] = values
    data.attrs.update(attributes)


def _described(name: str) -> Iterator[tuple[str, Any]]:
    if name == "soil_moisture":
        yield from {
            "units": "cm**3/cm**3", "valid_min": np.float32(DRIEST),
            "valid_max": np.float32(WETTEST), "_FillValue": FILL,
            "long_name": "Representative DCA soil moisture measurement for the Earth based grid "
            "cell.",
        }.items()  # fmt: skip
    elif name == "retrieval_qual_flag":
        yield from {
            "_FillValue": FLAG_FILL, "flag_masks": _FLAG_MASKS, "flag_meanings": _FLAG_MEANINGS,
            "long_name": "Bit flags that record the conditions and the quality of the retrieval.",
        }.items()  # fmt: skip
    elif name == "tb_time_seconds":
        yield from {"units": "seconds", "_FillValue": float(FILL)}.items()
        yield "long_name", "Arithmetic average of the acquisition time, since 2000-01-01 12:00 UTC."
    elif name in ("latitude", "longitude"):
        yield "units", "degrees_north" if name == "latitude" else "degrees_east"
        yield "long_name", f"{name.capitalize()} of the center of the Earth based grid cell."
    else:
        yield "_FillValue", FLAG_FILL
