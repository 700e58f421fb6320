"""A small case of VIC's image driver: five cells, and five days around New Year."""

from datetime import date
from pathlib import Path

import numpy as np
import xarray as xr

from paramscape.vic import Options
from paramscape.vic.executable import CaseFiles
from paramscape.vic.executable.check_outputs import BALANCE
from paramscape.vic.image.write_global import ImageCase

LAT, LON = np.array([31.0, 31.5]), np.array([114.0, 114.5, 115.0])
ACTIVE = np.array([[True, True, False], [True, True, True]])
START, END = date(2008, 12, 30), date(2009, 1, 3)
GRID = ("lat", "lon")
MILD = {
    "tas": (10.0, "C"), "prcp": (0.5, "mm"), "pres": (99.0, "kPa"), "dswrf": (150.0, "W m-2"),
    "dlwrf": (300.0, "W m-2"), "vp": (0.8, "kPa"), "wind": (2.0, "m s-1"),
}  # fmt: skip
CELL = {
    "infilt": 0.2, "Ds": 0.02, "Dsmax": 10.0, "Ws": 0.8, "c": 2.0, "elev": 60.0, "avg_T": 15.0,
    "dp": 4.0, "rough": 0.001, "snow_rough": 0.0005, "annual_prec": 900.0,
}  # fmt: skip
LAYER = {
    "expt": 11.0, "Ksat": 300.0, "phi_s": -99.0, "bubble": 20.0, "quartz": 0.4,
    "bulk_density": 1400.0, "soil_density": 2650.0, "Wcr_FRACT": 0.5, "Wpwp_FRACT": 0.25,
    "resid_moist": 0.02,
}  # fmt: skip
CLASS = {
    "rarc": 25.0, "rmin": 100.0, "wind_h": 10.0, "RGL": 60.0, "rad_atten": 0.5, "wind_atten": 0.5,
    "trunk_ratio": 0.2,
}  # fmt: skip


def case(**options) -> ImageCase:
    """Five days with VIC's default options or others."""
    return ImageCase(Options(**options), START, END, BALANCE)


def files(folder: Path) -> CaseFiles:
    """Domain, parameters and forcing files, right in every respect."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {year: folder / f"forcing.{year}.nc" for year in (2008, 2009)}
    for year, path in paths.items():
        forcing(year).to_netcdf(path)
    return CaseFiles(domain(), params(), paths)


def domain() -> xr.Dataset:
    """Mask, fraction and area."""
    area = np.full(ACTIVE.shape, 2.6e9)
    return _on_grid(mask=ACTIVE.astype("i4"), frac=np.ones(ACTIVE.shape), area=area)


def params() -> xr.Dataset:
    """Grass and bare soil; NaN where no cell is active."""
    data = {name: (GRID, _full(value)) for name, value in CELL.items()}
    data |= {name: (("nlayer", *GRID), _full(value, 3)) for name, value in LAYER.items()}
    depth = np.array([0.1, 0.5, 1.0])[:, None, None]
    data["depth"] = (("nlayer", *GRID), depth * _full(1.0, 3))
    data["init_moist"] = (("nlayer", *GRID), 300.0 * data["depth"][1])
    data |= {name: (("veg_class", *GRID), _full(value, 2)) for name, value in CLASS.items()}
    data["Cv"] = (("veg_class", *GRID), np.array([0.7, 0.3])[:, None, None] * _full(1.0, 2))
    months = ("veg_class", "month", *GRID)
    leaves = np.array([2.0, 0.0])[:, None, None, None]
    data["LAI"] = (months, leaves * _full(1.0, 2, 12))
    for name, value in {"albedo": 0.2, "veg_rough": 0.06, "displacement": 0.3}.items():
        data[name] = (months, _full(value, 2, 12))
    data["fcanopy"] = (months, _full(1.0, 2, 12))
    roots = ("veg_class", "root_zone", *GRID)
    data["root_depth"], data["root_fract"] = (roots, _full(0.5, 2, 2)), (roots, _full(0.5, 2, 2))
    data["overstory"] = (("veg_class", *GRID), _full(0.0, 2))
    data["Nveg"], data["fs_active"] = (GRID, _full(1.0)), (GRID, _full(0.0))
    data["run_cell"] = (GRID, ACTIVE.astype("i4"))
    return xr.Dataset(data, coords={"lat": LAT, "lon": LON})


def forcing(year: int, **changed: float) -> xr.Dataset:
    """Three-hourly mild weather of the days of the case that lie in a year."""
    days = {2008: ("2008-12-30", "2009-01-01"), 2009: ("2009-01-01", "2009-01-04")}[year]
    times = np.arange(*days, np.timedelta64(3, "h"), dtype="datetime64[ns]")
    wave = np.sin(np.arange(times.size))[:, None, None] * np.arange(1, 7).reshape(ACTIVE.shape)
    data = {}
    for name, (mean, unit) in MILD.items():
        values = np.where(ACTIVE, changed.get(name, mean) * (1 + 0.01 * wave), np.nan)
        data[name] = (("time", *GRID), values.astype("f4"), {"units": unit})
    made = xr.Dataset(data, coords={"time": times, "lat": LAT, "lon": LON})
    made["time"].encoding = {"units": "hours since 2000-01-01", "calendar": "proleptic_gregorian"}
    return made


def _on_grid(**fields: np.ndarray) -> xr.Dataset:
    return xr.Dataset(
        {name: (GRID, values) for name, values in fields.items()}, coords={"lat": LAT, "lon": LON}
    )


def _full(value: float, *leading: int) -> np.ndarray:
    return np.where(ACTIVE, value, np.nan) * np.ones((*leading, *ACTIVE.shape))
