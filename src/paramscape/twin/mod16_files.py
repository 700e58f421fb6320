"""The truth's evapotranspiration in the tiles of MOD16A2GF: HDF4 files of 8 days and 500 m."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import xarray as xr

from paramscape.files import publish
from paramscape.grid.cells import Cells
from paramscape.products.mod16.sinusoidal import PIXELS, TilePixels, pixels_of
from paramscape.study.random_streams import numpy_generator
from paramscape.twin.fields import DailyNoise
from paramscape.twin.plains.cover import FORESTS, TOWN, WATER, land_cover

FILL, WATER_CODE, URBAN_CODE = 32767, 32766, 32762
NOISE = 0.15  # of a period's total, [1]
CLOUDY = 0.05  # share of pixels that are not of good quality, [1]
SIDE = 1111950.5197665  # of a tile [m]
_WEST, _NORTH = -20015109.354, 10007554.677  # upper left corner of h00v00 [m]
_DAYS = 8
_NAME = re.compile(r"\.A(\d{7})\.h(\d\d)v(\d\d)\.")
# Relative evapotranspiration of covers, before it is scaled to a mean of 1 in each cell.
_PATTERN = {**dict.fromkeys(FORESTS, 1.25), 7: 1.1, 9: 0.75, 10: 0.95, 11: 1.1}
_DESCRIBED = {
    "ET_500m": ("MODIS Gridded 500m 8-day Composite Evapotranspiration (ET)", "kg/m^2/8day", 0.1),
    "LE_500m": ("MODIS Gridded 500m 8-day Composite latent heat flux (LE)", "J/m^2/day", 1e4),
    "PET_500m": (
        "MODIS Gridded 500m 8-day Composite potential Evapotranspiration (ET)",
        "kg/m^2/8day",
        0.1,
    ),
    "PLE_500m": (
        "MODIS Gridded 500m 8-day Composite potential latent heat flux (LE)",
        "J/m^2/day",
        1e4,
    ),
}
_QUALITY = "MODIS Gridded 500m 8-day Composite QC for ET/LE/PET/PLE"
_STRUCTURE = """GROUP=SwathStructure
END_GROUP=SwathStructure
GROUP=GridStructure
\tGROUP=GRID_1
\t\tGridName="MOD_Grid_MOD16A2"
\t\tXDim=2400
\t\tYDim=2400
\t\tUpperLeftPointMtrs=({west:.6f},{north:.6f})
\t\tLowerRightMtrs=({east:.6f},{south:.6f})
\t\tProjection=GCTP_SNSOID
\t\tProjParams=(6371007.181000,0,0,0,0,0,0,0,0,0,0,0,0)
\t\tSphereCode=-1
\t\tGridOrigin=HDFE_GD_UL
\t\tGROUP=DataField
{fields}
\t\tEND_GROUP=DataField
\tEND_GROUP=GRID_1
END_GROUP=GridStructure
END
"""
_FIELD = """\t\t\tOBJECT=DataField_{number}
\t\t\t\tDataFieldName="{name}"
\t\t\t\tDataType=DFNT_{kind}
\t\t\t\tDimList=("YDim","XDim")
\t\t\tEND_OBJECT=DataField_{number}"""
_CORE = """GROUP                  = INVENTORYMETADATA
    OBJECT                 = SHORTNAME
      NUM_VAL              = 1
      VALUE                = "{short_name}"
    END_OBJECT             = SHORTNAME
    OBJECT                 = RANGEBEGINNINGDATE
      NUM_VAL              = 1
      VALUE                = "{start}"
    END_OBJECT             = RANGEBEGINNINGDATE
    OBJECT                 = RANGEENDINGDATE
      NUM_VAL              = 1
      VALUE                = "{end}"
    END_OBJECT             = RANGEENDINGDATE
END_GROUP              = INVENTORYMETADATA
END
"""


@dataclass(frozen=True)
class TileName:
    """What the name of a tile's file says."""

    start: date
    h: int
    v: int

    @classmethod
    def of(cls, path: Path) -> TileName:
        """Raises ValueError if the name is not that of a tile."""
        found = _NAME.search(path.name)
        if found is None:
            raise ValueError(f"{path.name} is not the name of a MOD16 tile")
        return cls(datetime.strptime(found[1], "%Y%j").date(), int(found[2]), int(found[3]))

    @property
    def end(self) -> date:
        """Last day of the period: the eighth, or 31 December."""
        return min(self.start + timedelta(days=_DAYS - 1), date(self.start.year, 12, 31))

    @property
    def tile(self) -> str:
        """Such as h09v05."""
        return f"h{self.h:02d}v{self.v:02d}"


def write_mod16(paths: Iterable[Path], truth: xr.DataArray, domain: xr.Dataset, seed: int) -> None:
    """Write whole tiles; pixels outside the domain's cells are fill.

    A pixel has the cell's total with a noise of 15 % and a pattern of the land cover whose mean is
    1; lakes and towns have the product's codes.

    Args:
        paths: files, by the product's names of period and tile.
        truth: (time, lat, lon) daily evapotranspiration [mm d-1].
        domain: `mask` and `area` (lat, lon).
        seed: seed of noise and land cover.

    Raises:
        ValueError: if the truth lacks a day of a period.
    """
    writer = _Totals(Cells.of(domain), truth, seed)
    tiles = {name: writer.land_of(pixels) for name, pixels in pixels_of(domain).items()}
    for path in paths:
        name = TileName.of(path)
        fields = writer.fields(name, tiles.get(name.tile))
        _write_file(path, name, fields)


@dataclass(frozen=True)
class _Land:
    """Pixels of a tile that lie in cells: code (pixel,) 0 or one of the product's, pattern."""

    pixels: TilePixels
    code: np.ndarray
    pattern: np.ndarray


@dataclass(frozen=True)
class _Totals:
    """Totals of a truth over the product's periods."""

    cells: Cells
    truth: xr.DataArray
    seed: int

    def land_of(self, pixels: TilePixels) -> _Land:
        """Codes and pattern of a tile's pixels."""
        cover = self._cover(pixels)
        code = np.select([cover == WATER, cover == TOWN], [WATER_CODE, URBAN_CODE], 0)
        relative = np.vectorize(lambda c: _PATTERN.get(c, 1.0), otypes=[float])(cover)
        counted = code == 0
        count = np.bincount(pixels.cell[counted], minlength=self.cells.count)
        total = np.bincount(pixels.cell[counted], relative[counted], self.cells.count)
        mean = total / np.maximum(count, 1)
        return _Land(pixels, code, relative / np.where(mean > 0, mean, 1.0)[pixels.cell])

    def fields(self, name: TileName, land: _Land | None) -> dict[str, np.ndarray]:
        """The data sets of a tile, in stored integers."""
        empty = np.full((PIXELS, PIXELS), FILL, "i2")
        fields = {variable: empty.copy() for variable in _DESCRIBED}
        fields["ET_QC_500m"] = np.full((PIXELS, PIXELS), 255, "u1")
        if land is None:
            return fields
        total = self._total(name)[land.pixels.cell] * land.pattern
        days = (name.end - name.start).days + 1
        heat = 2.45e6 / days
        potential = 1.3 * total + 4
        at = (land.pixels.row, land.pixels.column)
        stored = {"ET_500m": total / 0.1, "LE_500m": total * heat / 1e4}
        stored |= {"PET_500m": potential / 0.1, "PLE_500m": potential * heat / 1e4}
        for variable, values in stored.items():
            known = np.isfinite(values)
            kept = np.where(known, np.clip(np.rint(np.where(known, values, 0)), 0, 32700), FILL)
            fields[variable][at] = np.where(land.code > 0, land.code, kept)
        rng = numpy_generator(self.seed, "mod16: clouds", name.start.toordinal(), name.h, name.v)
        fields["ET_QC_500m"][at] = rng.random(land.code.size) < CLOUDY
        return fields

    def _total(self, name: TileName) -> np.ndarray:
        """(cell,) total [mm] of a period, with noise."""
        part = self.truth.sel(time=slice(name.start.isoformat(), name.end.isoformat()))
        days = (name.end - name.start).days + 1
        if part.sizes["time"] != days:
            raise ValueError(
                f"the truth has {part.sizes['time']} of the {days} days from {name.start} to "
                f"{name.end}"
            )
        total = self.cells.gather(part).sum(0)
        noise = DailyNoise(self.seed, "mod16: noise", 0.3, 0)
        field = noise.fields(name.start.toordinal(), 1, self.cells.lat, self.cells.lon)[0, 0]
        return total * np.maximum(1 + NOISE * field[self.cells.mask], 0.2)

    def _cover(self, pixels: TilePixels) -> np.ndarray:
        """UMD class (pixel,): that of one of 24 x 24 places in the pixel's cell."""
        side = 24
        size = 0.125
        inner = (np.arange(side) + 0.5) / side * size - size / 2
        row, column = np.unravel_index(self.cells.flat_index, self.cells.shape)
        cover = np.empty((self.cells.count, side, side), "i1")
        for cell in range(self.cells.count):
            lat = self.cells.lat[row[cell]] + inner
            lon = self.cells.lon[column[cell]] + inner
            cover[cell] = land_cover(self.seed, lat, lon)
        return cover[pixels.cell, -1 - pixels.row % side, pixels.column % side]


def _write_file(path: Path, name: TileName, fields: Mapping[str, np.ndarray]) -> None:
    """Write a tile. HDF4 stores the path that it is opened by: only a bare name gives equal bytes
    in any folder.
    """
    path = path.absolute()
    path.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".partial-", dir=path.parent) as folder:
        with contextlib.chdir(folder):
            _write_hdf4(path.name, name, fields)
        publish(Path(folder) / path.name, path)


def _write_hdf4(file_name: str, name: TileName, fields: Mapping[str, np.ndarray]) -> None:
    from pyhdf.SD import SD, SDC

    west, north = _WEST + name.h * SIDE, _NORTH - name.v * SIDE
    edges = {"west": west, "north": north, "east": west + SIDE, "south": north - SIDE}
    kinds = {n: "UINT8" if values.dtype == np.uint8 else "INT16" for n, values in fields.items()}
    described = "\n".join(
        _FIELD.format(number=number, name=variable, kind=kind)
        for number, (variable, kind) in enumerate(kinds.items(), 1)
    )
    dates = {"start": name.start, "end": name.end, "short_name": file_name.split(".")[0]}
    file = SD(file_name, SDC.WRITE | SDC.CREATE | SDC.TRUNC)
    try:
        file.attr("StructMetadata.0").set(SDC.CHAR8, _STRUCTURE.format(fields=described, **edges))
        file.attr("CoreMetadata.0").set(SDC.CHAR8, _CORE.format(**dates))
        for variable, values in fields.items():
            _add(file, variable, values)
    finally:
        file.end()


def _add(file: Any, name: str, values: np.ndarray) -> None:
    from pyhdf.SD import SDC

    kind = SDC.UINT8 if values.dtype == np.uint8 else SDC.INT16
    data = file.create(name, kind, values.shape)
    for number, axis in enumerate(("YDim", "XDim")):
        data.dim(number).setname(f"{axis}:MOD_Grid_MOD16A2")
    data.setcompress(SDC.COMP_DEFLATE, 2)
    if name in _DESCRIBED:
        long_name, units, scale = _DESCRIBED[name]
        texts, valid = {"long_name": long_name, "units": units}, [-32767, 32700]
        numbers = {"scale_factor": scale, "add_offset": 0.0}
        data.attr("_FillValue").set(kind, FILL)
    else:
        texts, valid = {"long_name": _QUALITY, "units": "none"}, [0, 254]
        numbers = {}
        data.attr("_FillValue").set(kind, 255)
    for key, text in texts.items():
        data.attr(key).set(SDC.CHAR8, text)
    data.attr("valid_range").set(kind, valid)
    for key, number in numbers.items():
        data.attr(key).set(SDC.FLOAT64, number)
    data[:] = values
    data.endaccess()
