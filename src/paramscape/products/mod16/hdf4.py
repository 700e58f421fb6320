"""Reading windows of MOD16's HDF4 files."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from paramscape.files.failures import require_memory
from paramscape.products.errors import ProductError
from paramscape.products.mod16.files import TILE_DEGREES
from paramscape.products.mod16.sinusoidal import PIXELS

GRID = "MOD_Grid_MOD16A2"
SPHERE_RADIUS = 6371007.181  # of the sinusoidal grid [m]
_DEGREE = np.pi / 180 * SPHERE_RADIUS  # [m] of the projection
_PIXEL = TILE_DEGREES * _DEGREE / PIXELS
_DAMAGED = "fetch the file again: it is truncated or corrupt"
_NEEDED = (
    "install the extra `conus` of Paramscape, which has pyhdf, pyproj and h5py "
    "(`pip install pyhdf`)"
)
_CORNER = re.compile(r"UpperLeftPointMtrs=\(([-\d.]+),([-\d.]+)\)")
_FIRST_DAY = re.compile(r"OBJECT\s*=\s*RANGEBEGINNINGDATE.*?VALUE\s*=\s*\"([\d-]+)\"", re.DOTALL)


class TileFile:
    """An open tile: windows of its data sets, and their attributes."""

    def __init__(self, path: Path, file: Any) -> None:
        self.path, self._file = path, file

    def attributes(self, name: str | None = None) -> Mapping[str, Any]:
        """Attributes of a data set, or of the file."""
        return (self._file if name is None else self._data_set(name)).attributes()

    def window(self, name: str, rows: slice, columns: slice) -> np.ndarray:
        """The stored integers (row, column) of a part of a data set.

        Raises:
            ProductError: if the file lacks it, it has another size than a tile, or is damaged.
        """
        data_set = self._data_set(name)
        shape = tuple(data_set.info()[2])
        if shape != (PIXELS, PIXELS):
            raise ProductError(
                f"the data set has {shape} pixels, a tile of 500 m has {(PIXELS, PIXELS)}",
                self.path, name, cure="take whole tiles of MOD16A2 or MOD16A2GF",
            )  # fmt: skip
        start = [rows.start, columns.start]
        with _damage_named(self.path, name):
            return data_set.get(start, [rows.stop - start[0], columns.stop - start[1]])

    def _data_set(self, name: str) -> Any:
        with _damage_named(self.path, name):
            present = self._file.datasets()
            if name in present:
                return self._file.select(name)
        raise ProductError(
            f"the file has no such data set; it has {', '.join(sorted(present)[:20])}",
            self.path, name, cure="take files of MOD16A2 or MOD16A2GF",
        )  # fmt: skip


@contextmanager
def open_tile(path: Path, tile: str, start: date) -> Iterator[TileFile]:
    """Open the file of a tile and period.

    Args:
        path: the file.
        tile: its name, such as h08v05.
        start: first day of the period.

    Raises:
        ProductError: if pyhdf is not installed, or the file is absent, damaged, on another grid,
            or of another tile or day than its name says.
    """
    try:
        from pyhdf.SD import SD, SDC
    except ImportError as error:
        raise ProductError(
            "HDF4 files are read by pyhdf, which is not installed", path, cure=_NEEDED
        ) from error
    if not path.is_file():
        raise ProductError("the file does not exist", path, cure="fetch it")
    with _damage_named(path, None):
        file = SD(str(path), SDC.READ)
    try:
        opened = TileFile(path, file)
        _require_place(opened, tile)
        _require_day(opened, start)
        yield opened
    finally:
        file.end()


@contextmanager
def _damage_named(path: Path, name: str | None) -> Iterator[None]:
    from pyhdf.error import HDF4Error

    try:
        yield
    except (HDF4Error, ValueError) as error:
        if isinstance(error, ProductError):
            raise
        require_memory()
        raise ProductError(
            f"the file cannot be read as HDF4 ({error})", path, name, cure=_DAMAGED
        ) from error


def _require_place(tile_file: TileFile, tile: str) -> None:
    """Refuse another grid than MOD16's, and another tile than the file's name says."""
    with _damage_named(tile_file.path, None):
        said = str(tile_file.attributes().get("StructMetadata.0", ""))
    names = re.findall(r'GridName="([^"]*)"', said)
    if names != [GRID]:
        raise ProductError(
            f"its grids are {', '.join(names) or 'not named'}, not {GRID}", tile_file.path,
            "StructMetadata.0", cure="take files of MOD16A2 or MOD16A2GF",
        )  # fmt: skip
    found = _CORNER.search(said)
    h, v = int(tile[1:3]), int(tile[4:6])
    corner = ((TILE_DEGREES * h - 180) * _DEGREE, (90 - TILE_DEGREES * v) * _DEGREE)
    stored = None if found is None else tuple(map(float, found.groups()))
    if stored is None or max(abs(a - b) for a, b in zip(corner, stored, strict=True)) > _PIXEL / 2:
        raise ProductError(
            f"its upper left corner is {stored} m, that of {tile} is "
            f"({corner[0]:.3f}, {corner[1]:.3f})", tile_file.path, "StructMetadata.0",
            cure=f"take the file of {tile}: this one was renamed or belongs to another product",
        )  # fmt: skip


def _require_day(tile_file: TileFile, start: date) -> None:
    with _damage_named(tile_file.path, None):
        said = str(tile_file.attributes().get("CoreMetadata.0", ""))
    found = _FIRST_DAY.search(said)
    if found is not None and found[1] != start.isoformat():
        raise ProductError(
            f"its period starts on {found[1]}, not on {start} as its name says",
            tile_file.path, "CoreMetadata.0", cure="fetch the file of this period again",
        )  # fmt: skip
