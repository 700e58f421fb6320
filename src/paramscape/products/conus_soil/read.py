"""Soil of the conterminous US at 30 arc-seconds: CONUS-SOIL (Miller and White 1998)."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr

from paramscape.parameters.transfer_functions import of_texture, saturated_suction
from paramscape.products.bounding_box import Box, Window, near
from paramscape.products.conus_soil.files import FILES, path_of
from paramscape.products.errors import ProductError
from paramscape.products.listing import Listing
from paramscape.study import ConusSoil

ROWS, COLUMNS = 2984, 6936
STEP = 1 / 120  # [degrees]
NORTH, WEST = 49.4, -124.75  # edges [degrees]
THICKNESS = (5, 5, 10, 10, 10, 20, 20, 20, 50, 50, 50)  # [cm]
SOURCE = "CONUS-SOIL (Miller and White 1998)"
PARTICLE_DENSITY = 2.65  # of mineral soil [g cm-3]
_TYPES = {"SA": "u1", "SI": "u1", "CL": "u1", "BD": ">u2"}
_DENSITY_STEPS = 100.0  # bulk density is stored in hundredths of g cm-3
_SUM = (90, 110)  # of the shares of sand, silt and clay in a soil [%]
_WILTING = 1500.0  # suction [kPa]
_CM_PER_KPA = 10.19716  # of water


@dataclass(frozen=True)
class _Place:
    """Rows and columns of the files around a box, with their centres, ascending [degrees]."""

    rows: np.ndarray
    columns: np.ndarray
    lat: np.ndarray
    lon: np.ndarray


def read_soil(settings: ConusSoil, box: Box) -> xr.Dataset:
    """Soil in layers down to a depth, see `products.land`; of sampled cells their rows and columns.

    Sand, silt, clay and bulk density are the files'. Porosity is 1 - bulk density / 2.65 g cm-3;
    the hydraulic properties follow from texture, see `transfer_functions.of_texture`. The soil
    reaches to the bottom of its deepest layer, of at most 250 cm. A pixel without bulk density or
    texture, such as water, has no soil.

    Args:
        settings: folder and depth.
        box: the domain's edges.

    Raises:
        ProductError: if a file is missing, of another size, or holds values that no soil has, or
            the domain lies outside the product.
    """
    listing = Listing()
    paths = {name: path_of(settings, name, listing) for name in FILES}
    place = _place(box, paths["SA"])
    stored = {name: _window(path, _TYPES[name], place) for name, path in paths.items()}
    stored["BD"] = stored["BD"] / np.float32(_DENSITY_STEPS)
    shares = sum(stored[name] for name in ("SA", "SI", "CL"))
    known = (shares > 0) & (stored["BD"] > 0)
    _require_soil(known, shares, stored["BD"], paths, place)
    bottoms = np.cumsum(THICKNESS)
    count = int(np.searchsorted(bottoms, 100 * settings.depth - 1e-6)) + 1
    layers = {name: np.where(known, v, np.nan)[:count] for name, v in stored.items()}
    fields = {**layers, **_hydraulic(layers)}
    coords = {"depth": bottoms[:count].astype("f8"), "lat": place.lat, "lon": place.lon}
    found = xr.Dataset({n: (("depth", "lat", "lon"), v) for n, v in fields.items()}, coords)
    deepest = np.where(known, bottoms[:, None, None], 0).max(axis=0).astype("f4")
    found["PDEP"] = (("lat", "lon"), np.where(deepest > 0, deepest, np.nan))
    return found.assign_attrs(source=SOURCE, **({"resolution": STEP} if box.rows else {}))


def _hydraulic(layers: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Hydraulic properties (depth, lat, lon) that follow from texture and bulk density."""
    sand, silt, clay = (layers[name] for name in ("SA", "SI", "CL"))
    with np.errstate(invalid="ignore"):  # NaN where there is no soil
        conductivity, retention, wetness = of_texture(sand, silt, clay)
        suction = saturated_suction(sand, silt)
        wilting = (_CM_PER_KPA * _WILTING / suction) ** (-1 / retention)
    porosity = 1 - layers["BD"] / np.float32(PARTICLE_DENSITY)
    return {
        "THSCH": porosity,
        "POR": porosity,
        "TH33": porosity * wetness,
        "TH1500": porosity * np.minimum(wilting, wetness),
        "PSI_S": suction,
        "LAMBDA": 1 / retention,
        "K_SCH": conductivity / 10,
    }


def _place(box: Box, path: Path) -> _Place:
    lat = NORTH - (np.arange(ROWS) + 0.5) * STEP
    lon = near(WEST + (np.arange(COLUMNS) + 0.5) * STEP, (box.west + box.east) / 2)
    spans = {"lat": (box.south, box.north), "lon": (box.west, box.east)}
    found = {}
    for axis, centres in (("lat", lat), ("lon", lon)):
        window = Window.around(centres, spans[axis], 1, (path, axis)).touching(box, axis, STEP)
        found[axis] = (window.slice.start + window.order, window.values)
    return _Place(found["lat"][0], found["lon"][0], found["lat"][1], found["lon"][1])


def _window(path: Path, kind: str, place: _Place) -> np.ndarray:
    """Stored numbers (depth, lat, lon) float32 of a flat file: layers, rows from the north.

    Raises:
        ProductError: if the file is missing, or its size is not that of the product.
    """
    shape = (len(THICKNESS), ROWS, COLUMNS)
    expected = np.dtype(kind).itemsize * int(np.prod(shape))
    if not path.is_file():
        raise ProductError(
            "the file does not exist", path, cure="put it there, or correct the settings"
        )
    size = path.stat().st_size
    if size != expected:
        raise ProductError(
            f"the file has {size} of {expected} bytes ({shape[0]} layers of {ROWS} x {COLUMNS} "
            f"numbers of {np.dtype(kind).itemsize} bytes)", path,
            cure="fetch the file again; unpack it if it is compressed",
        )  # fmt: skip
    whole = np.memmap(path, kind, "r", shape=shape)
    return whole[:, place.rows[:, None], place.columns].astype("f4")


def _require_soil(
    known: np.ndarray, shares: np.ndarray, density: np.ndarray, paths: dict[str, Path],
    place: _Place,
) -> None:  # fmt: skip
    """Refuse textures that do not sum to about 100 % and densities that no soil has."""
    low, high = _SUM
    odd = known & ((shares < low) | (shares > high))
    if odd.any():
        raise ProductError(
            f"sand, silt and clay sum to {shares[odd][0]:g} %, not to {low} to {high}",
            paths["SA"].parent, "sand + silt + clay", _where(odd, place),
            "take the three files of one version",
        )  # fmt: skip
    odd = known & ((density < 0.05) | (density > 2.7))
    if odd.any():
        raise ProductError(
            f"bulk density is {density[odd][0]:g} g cm-3, outside 0.05 to 2.7; the numbers are "
            "read as big-endian hundredths", paths["BD"], "bd", _where(odd, place),
            "take the file as distributed, with the most significant byte first",
        )  # fmt: skip


def _where(bad: np.ndarray, place: _Place) -> str:
    layer, row, column = np.argwhere(bad)[0]
    return f"layer {layer + 1}, cell (lat {place.lat[row]:.6g}, lon {place.lon[column]:.6g})"
