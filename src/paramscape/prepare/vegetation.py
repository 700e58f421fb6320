"""Vegetation tiles of VIC from a map of class codes and a library of what classes are like.

`vegetation_library.csv` holds the classes of the University of Maryland (Hansen et al. 2000) with
the values of the LDAS vegetation library that has come with VIC since 1999, and the root profiles
of the LDAS parameter files. Two things differ: short vegetation has a wind height of 10 m, the
height of the wind in the forcing products, and bare soil, which the library lacks, is the last
class. Units: rarc, rmin s m-1; wind_h, roughness, displacement, root depths m; RGL W m-2.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

import numpy as np
import pandas as pd
import xarray as xr

from paramscape.prepare.regrid import conservative
from paramscape.study import SettingsError

BARE = 12
# Library class by code of the map; a code without a class (water) is no land and is left out.
SCHEMES = {
    "umd": {**{code: code for code in range(1, 13)}, 13: BARE},
    "igbp": {
        1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 8, 7: 9, 8: 6, 9: 7, 10: 10, 11: 10, 12: 11,
        13: BARE, 14: 11, 15: BARE, 16: BARE,
    },
}  # fmt: skip
WATER_CODES = {"umd": {0}, "igbp": {0, 17}}
SMALLEST_TILE = 0.01  # [share of a cell]
_MONTHLY = ("LAI", "albedo", "veg_rough", "displacement")
_ROOTS = ("root_depth", "root_fract")
_SINGLE = ("rarc", "rmin", "wind_h", "RGL", "rad_atten", "wind_atten", "trunk_ratio")
UNITS = {
    "Cv": "1", "overstory": "1", "rarc": "s m-1", "rmin": "s m-1", "wind_h": "m", "RGL": "W m-2",
    "rad_atten": "1", "wind_atten": "1", "trunk_ratio": "1", "LAI": "m2 m-2", "albedo": "1",
    "veg_rough": "m", "displacement": "m", "fcanopy": "1", "root_depth": "m", "root_fract": "1",
}  # fmt: skip


@cache
def library() -> pd.DataFrame:
    """The vegetation library, one row a class, indexed by its code."""
    with resources.files("paramscape.prepare").joinpath("vegetation_library.csv").open() as file:
        return pd.read_csv(file, index_col="code")


def class_fractions(codes: xr.DataArray, scheme: str, domain: xr.Dataset) -> xr.DataArray:
    """Share of each library class in the land of each cell.

    Args:
        codes: class codes (lat, lon) of a map finer than the study's grid; below 0 is missing.
        scheme: "umd" or "igbp".
        domain: `mask` (lat, lon) of the study's grid.

    Returns:
        (veg_class, lat, lon) [1], summing to 1 in active cells; tiles smaller than 1 % are given
        to the others; a cell of water only is bare. NaN outside the domain.

    Raises:
        SettingsError: for a code that the scheme does not know.
    """
    known = SCHEMES[scheme]
    found = {int(c) for c in np.unique(codes.values) if c >= 0}
    strange = sorted(found - set(known) - WATER_CODES[scheme])
    if strange:
        raise SettingsError(
            f"the land cover has class codes {strange}, which products.land_cover.scheme="
            f"{scheme!r} does not know; it knows {sorted(set(known) | WATER_CODES[scheme])}"
        )
    classes = list(library().index)
    shares = {
        str(c): codes.isin([code for code, to in known.items() if to == c]).astype("f8")
        for c in classes
    }
    on_grid = conservative(xr.Dataset(shares).where(codes >= 0), domain, 1e-3)
    cover = np.stack([on_grid[str(c)].values for c in classes])
    cover = _cleaned(np.nan_to_num(cover))
    inside = domain["mask"].values > 0
    return xr.DataArray(
        np.where(inside, cover, np.nan),
        dims=("veg_class", "lat", "lon"),
        coords={"veg_class": np.array(classes, "i4"), "lat": domain.lat, "lon": domain.lon},
        attrs={"units": "1", "long_name": "share of the vegetation class"},
    )


def vegetation_parameters(fractions: xr.DataArray) -> xr.Dataset:
    """VIC's vegetation variables for tiles that cover given shares of the cells.

    Args:
        fractions: (veg_class, lat, lon) [1], bare soil last.

    Returns:
        Nveg (lat, lon): vegetated tiles; Cv and the library's values for every class under VIC's
        names, dims (veg_class[, month | root_zone], lat, lon); NaN outside the domain.
    """
    rows = library().loc[fractions["veg_class"].values]
    inside = fractions.notnull().all("veg_class")
    data = {"Cv": fractions}
    data["overstory"] = _on_grid(rows["overstory"].values, (), fractions).astype("i4")
    for name in _SINGLE:
        data[name] = _on_grid(rows[name].values, (), fractions).where(inside)
    for names, dim, count in ((_MONTHLY, "month", 12), (_ROOTS, "root_zone", 3)):
        for name in names:
            columns = [f"{name}_{k}" for k in range(1, count + 1)]
            data[name] = _on_grid(rows[columns].values, (dim,), fractions).where(inside)
    covered = (rows.index.values != BARE).astype("f8")[:, None].repeat(12, axis=1)
    data["fcanopy"] = _on_grid(covered, ("month",), fractions).where(inside)
    vegetated = (fractions.sel(veg_class=slice(1, BARE - 1)) > 0).sum("veg_class")
    dataset = xr.Dataset(data)
    for name, units in UNITS.items():
        dataset[name].attrs["units"] = units
    dataset["Nveg"] = vegetated.astype("i4").assign_attrs(units="1")
    dataset["veg_descr"] = ("veg_class", rows["name"].values.astype(str))
    return dataset.assign_coords(
        month=np.arange(1, 13, dtype="i4"), root_zone=np.arange(1, 4, dtype="i4")
    )


def _cleaned(cover: np.ndarray) -> np.ndarray:
    total = cover.sum(0)
    cover = np.divide(cover, total, out=np.zeros_like(cover), where=total > 0)
    cover[cover < SMALLEST_TILE] = 0
    cover[-1, total == 0] = 1
    return cover / cover.sum(0)


def _on_grid(values: np.ndarray, dims: tuple[str, ...], like: xr.DataArray) -> xr.DataArray:
    shape = (*values.shape, like.sizes["lat"], like.sizes["lon"])
    array = np.broadcast_to(values[..., None, None], shape).copy()
    return xr.DataArray(
        array, dims=("veg_class", *dims, "lat", "lon"), coords={"lat": like.lat, "lon": like.lon}
    )
