"""The image driver's domain and parameter files."""

import logging
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
import xarray as xr

from paramscape.vic.check_parameters import check_bands, check_canopy_fractions
from paramscape.vic.image.global_file import GlobalFile
from paramscape.vic.image.grid import GridNames, ImageGrid
from paramscape.vic.parameters import Parameters
from paramscape.vic.read_parameters import active_cells

DEGREES = 0.01  # tolerance of coordinates
SUMS = 1e-6  # smallest deviation of a sum of fractions from 1 that is reported

log = logging.getLogger(__name__)


@contextmanager
def open_on_grid(path: Path, what: str, names: GridNames):
    """An open file with horizontal dimensions renamed to lat and lon, times not decoded.

    One-dimensional coordinates are renamed, too; two-dimensional ones keep their names.

    Raises:
        FileNotFoundError: naming the option that gave the path.
        ValueError: if the dimensions are missing.
    """
    if not path.is_file():
        raise FileNotFoundError(f"{what} {path} does not exist")
    with xr.open_dataset(path, decode_times=False) as ds:
        absent = [name for name in (names.y, names.x) if name not in ds.dims]
        if absent:
            raise ValueError(
                f"{path} has no dimension {', '.join(absent)}; it has {', '.join(ds.dims)}. "
                "See DOMAIN_TYPE YDIM and XDIM"
            )
        for own, theirs in ((names.latitude, names.y), (names.longitude, names.x)):
            if own not in ds.variables:
                raise ValueError(f"{path} has no variable {own}; see DOMAIN_TYPE LAT and LON")
            if ds[own].ndim == 1 and own != theirs:
                ds = ds.swap_dims({theirs: own})
        renamed = {names.latitude: "lat", names.longitude: "lon"}
        if ds[names.latitude].ndim == 2:
            renamed = {names.y: "lat", names.x: "lon"}
        yield ds.rename({old: new for old, new in renamed.items() if old != new})


def coordinates(ds: xr.Dataset, names: GridNames) -> tuple[np.ndarray, np.ndarray]:
    """Latitude and longitude of an open file: (y,) and (x,), or both (y, x)."""
    if "lat" in ds.variables and ds["lat"].ndim == 1:
        return ds["lat"].values.astype(float), ds["lon"].values.astype(float)
    both = (ds[name].transpose("lat", "lon").values for name in (names.latitude, names.longitude))
    latitude, longitude = both
    return latitude.astype(float), longitude.astype(float)


def read_case(run: GlobalFile) -> tuple[Parameters, ImageGrid]:
    """Parameters of the active cells, and the grid.

    Raises:
        ValueError: if the grids differ, an active cell is outside the mask, or a rule of
            `check_parameters` is broken; names the file.
    """
    names = run.grid_names
    with open_on_grid(run.domain, "DOMAIN", names) as domain:
        latitude, longitude = coordinates(domain, names)
        if run.mask not in domain:
            raise ValueError(f"{run.domain} has no variable {run.mask}; see DOMAIN_TYPE MASK")
        mask = np.nan_to_num(domain[run.mask].transpose("lat", "lon").values) > 0
    with open_on_grid(run.parameters, "PARAMETERS", names) as params:
        same_grid(run.parameters, params, names, (latitude, longitude))
        active = _active(run.parameters, params, mask)
        try:
            parameters = Parameters.from_dataset(params, active, run.options)
            if run.options.snow_band:
                check_bands(parameters)
                _warn_of_sums(run.parameters, parameters.bands, ("AreaFract", "Pfactor"))
            if run.options.fcan_src == "FROM_VEGPARAM":
                check_canopy_fractions(parameters)
        except ValueError as error:
            raise ValueError(f"{run.parameters}: {error}") from error
        _warn_of_sums(run.parameters, parameters.vegetation, ("Cv",))
        grid = ImageGrid(
            latitude=latitude,
            longitude=longitude - 360.0 * np.round(longitude / 360.0),
            active=active,
            names=names,
            classes=params.sizes["veg_class"],
            bands=_bands(run, params),
            zones=params.sizes["root_zone"],
        )
    places = np.broadcast_to(latitude if latitude.ndim == 2 else latitude[:, None], active.shape)
    return replace(parameters, latitude=torch.as_tensor(places[active])), grid


def _warn_of_sums(path: Path, fractions: Mapping[str, torch.Tensor], names: Sequence[str]) -> None:
    """Warn if fractions of a cell do not sum to 1; they are divided by their sum, as in VIC."""
    for name in names:
        total = fractions[name].sum(1)
        off = (total - 1.0).abs() > SUMS
        if off.any():
            log.warning(
                f"{path}: {name} sums to {total[off].min():g} to {total[off].max():g} in "
                f"{off.sum()} of {len(off)} cells, not to 1; it is divided by its sum"
            )


def _bands(run: GlobalFile, params: xr.Dataset) -> int:
    if not run.options.snow_band:
        return 1
    if "AreaFract" not in params:
        raise ValueError(
            f"{run.parameters} has no variable AreaFract, which SNOW_BAND TRUE needs; add the "
            "bands or write SNOW_BAND FALSE"
        )
    return params.sizes["snow_band"]


def _active(path: Path, params: xr.Dataset, mask: np.ndarray) -> np.ndarray:
    active = active_cells(params, mask)
    if "run_cell" in params:
        run_cell = np.nan_to_num(params["run_cell"].transpose("lat", "lon").values) > 0
        outside = run_cell & ~mask
        if outside.any():
            raise ValueError(
                f"{path}: run_cell is 1 in {int(outside.sum())} cells outside the domain's mask, "
                f"the first at {np.argwhere(outside)[0].tolist()} (lat, lon); set it to 0 there"
            )
    return active


def same_grid(
    path: Path, ds: xr.Dataset, names: GridNames, places: tuple[np.ndarray, np.ndarray]
) -> None:
    """Refuse a file whose coordinates differ from the domain's `places` (latitude, longitude)."""
    require_same(path, coordinates(ds, names), places)


def require_same(
    path: Path, found: tuple[np.ndarray, np.ndarray], places: tuple[np.ndarray, np.ndarray]
) -> None:
    """Refuse latitudes and longitudes of a file that differ from the domain's `places`."""
    for name, theirs, ours in zip(("lat", "lon"), found, places, strict=True):
        if theirs.shape != ours.shape:
            raise ValueError(
                f"{path}: its {name} has {theirs.shape} values, the domain's has {ours.shape}; "
                "the grids must be the same"
            )
        apart = np.abs(theirs - ours)
        apart = np.minimum(apart, np.abs(apart - 360.0)) if name == "lon" else apart
        if apart.max() <= DEGREES:
            continue
        flipped = np.abs(theirs[::-1] - ours).max() <= DEGREES
        raise ValueError(
            f"{path}: its {name} differs from the domain's by up to {apart.max():g} degrees; the "
            "grids must be the same"
            + (f". It is in the opposite order: reverse {name}" if flipped else "")
        )
