"""Reading GeoTIFF files on a grid of latitude and longitude.

Pillow decodes the image, which Matplotlib brings along: attributes need one band of a geographic
grid, for which GDAL would be a large dependency that brings its own PROJ. Projected files are
refused; they have to be warped once, and the message says how.
"""

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from PIL import Image

from paramscape.files.failures import require_memory
from paramscape.products.bounding_box import Box, Window, contiguous, near
from paramscape.products.errors import ProductError

SUFFIXES = (".tif", ".tiff")
_SCALE, _TIEPOINT, _TRANSFORMATION, _KEYS = 33550, 33922, 34264, 34735
_GDAL_METADATA, _GDAL_NODATA = 42112, 42113
_MODEL, _RASTER = 1024, 1025  # keys of the directory
_GEOGRAPHIC, _PIXEL_IS_POINT = 2, 2  # and their values
_DAMAGED = "fetch the file again: it is truncated or corrupt"
_WARP = "warp it once: `gdalwarp -t_srs EPSG:4326 in.tif out.tif`"


def is_geotiff(path: Path) -> bool:
    """Whether a path has the suffix of a TIFF file."""
    return path.suffix.lower() in SUFFIXES


def read_geotiff(path: Path, band: int | None, box: Box) -> xr.DataArray:
    """A band (lat, lon) around a box, ascending, NaN where it has no data.

    Args:
        path: the file.
        band: its number, from 0; None for the only one.
        box: the domain's edges.

    Raises:
        ProductError: if the file is absent, damaged, projected or rotated, does not cover the box,
            has packed values, or has several bands and none was chosen.
    """
    with _open(path) as image:
        tags = dict(image.tag_v2)
        lat, lon = _centres(tags, image.size, path)
        values = _band(np.asarray(image), band, path)
    missing = _missing(tags, path)
    lon = near(contiguous(lon), (box.west + box.east) / 2)
    rows = Window.around(lat, (box.south, box.north), 1, (path, "lat"))
    columns = Window.around(lon, (box.west, box.east), 1, (path, "lon"))
    part = values[rows.slice, columns.slice][rows.order][:, columns.order]
    kind = np.float32 if part.dtype.itemsize <= 2 or part.dtype == np.float32 else np.float64
    field = np.where(part == missing, np.nan, part).astype(kind)
    return xr.DataArray(field, {"lat": rows.values, "lon": columns.values}, ("lat", "lon"))


@contextmanager
def _open(path: Path) -> Iterator[Image.Image]:
    """An image, whose values are decoded when they are asked for."""
    if not path.is_file():
        raise ProductError(
            "the file does not exist", path, cure="put it there, or correct the settings"
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)  # how Pillow reports damaged tags
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path, formats=["TIFF"]) as image:
                yield image
    except Image.DecompressionBombError as error:
        raise ProductError(
            f"the image is too large to be read whole ({error})", path,
            cure="cut it to the domain: `gdal_translate -projwin west north east south`",
        ) from error  # fmt: skip
    except (OSError, SyntaxError, EOFError, TypeError, UserWarning) as error:
        require_memory()
        raise ProductError(
            f"the file cannot be read as TIFF ({error})", path, cure=_DAMAGED
        ) from error


def _centres(
    tags: Mapping[int, Any], size: tuple[int, int], path: Path
) -> tuple[np.ndarray, np.ndarray]:
    """Latitudes and longitudes of rows and columns [degrees]."""
    keys = _geo_keys(tags)
    if keys.get(_MODEL) != _GEOGRAPHIC:
        raise ProductError(
            "the file is not on a grid of latitude and longitude", path, "GTModelTypeGeoKey",
            cure=_WARP,
        )  # fmt: skip
    if _TRANSFORMATION in tags or not {_SCALE, _TIEPOINT} <= set(tags):
        raise ProductError(
            "the grid is rotated, or has no pixel scale and tie point", path, cure=_WARP
        )
    column, row, _, x, y = tags[_TIEPOINT][:5]
    width, height = tags[_SCALE][:2]
    middle = 0.0 if keys.get(_RASTER) == _PIXEL_IS_POINT else 0.5
    lon = x + (np.arange(size[0]) + middle - column) * width
    lat = y - (np.arange(size[1]) + middle - row) * height
    return lat, lon


def _geo_keys(tags: Mapping[int, Any]) -> dict[int, int]:
    """Keys whose value stands in the directory itself."""
    stored = np.array(tags.get(_KEYS, ()), int)
    entries = stored[4:].reshape(-1, 4) if stored.size % 4 == 0 else stored[:0].reshape(-1, 4)
    return {int(key): int(value) for key, place, _, value in entries if place == 0}


def _band(values: np.ndarray, band: int | None, path: Path) -> np.ndarray:
    count = 1 if values.ndim == 2 else values.shape[2]
    if (band is None and count > 1) or (band or 0) >= count:
        raise ProductError(
            f"the file has {count} band(s), and layer is {band}", path,
            cure=f"choose one with `layer`, from 0 to {count - 1}",
        )  # fmt: skip
    return values if values.ndim == 2 else values[:, :, band]


def _missing(tags: Mapping[int, Any], path: Path) -> float:
    """The value that stands for no data; NaN without one."""
    if 'role="scale"' in str(tags.get(_GDAL_METADATA, "")):
        raise ProductError(
            "the values are packed with a scale", path, "GDAL_METADATA",
            cure="unpack them: `gdal_translate -unscale -ot Float32 in.tif out.tif`",
        )  # fmt: skip
    said = str(tags.get(_GDAL_NODATA, "nan")).strip("\0 ")
    return float(said or "nan")
