"""Makes varied VIC cases from a seed: climates from desert to polar, soils and stands at random."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from made_weather import CLIMATES, made_weather

SOILS = {
    "infilt": (0.001, 0.4),
    "Ds": (0.001, 1.0),
    "Dsmax": (0.1, 30.0),
    "Ws": (0.2, 1.0),
    "depth2": (0.1, 1.5),
    "depth3": (0.1, 2.0),
    "expt": (4.0, 30.0),
}
STANDS = ("evergreen", "deciduous", "grass", "shrub", "crop", "bare")
MONTHS = np.arange(12)


@dataclass(frozen=True)
class Made:
    """What a made case varies on purpose; the rest is drawn with the seed.

    steps: MODEL, SNOW and RUNOFF steps a day. bands: number of snow bands, 0 without. cells
    lie in rows of `latitudes`; a tenth of them is inactive.
    """

    seed: int
    steps: tuple[int, int, int] = (1, 8, 24)
    start: str = "2011-01-01"
    days: int = 60
    baseflow: str = "ARNO"
    scheme: str = "AR_406_FULL"
    fractions: str = "FROM_DEFAULT"
    bands: int = 0
    latitudes: tuple[float, ...] = (-52.0, -30.0, 33.0, 61.0)
    columns: int = 6
    climates: tuple[str, ...] = tuple(CLIMATES)


@dataclass(frozen=True)
class MadeCase:
    """Files of a case: (lat, lon) domain, parameters, and forcing by year."""

    domain: xr.Dataset
    parameters: xr.Dataset
    forcing: dict[int, xr.Dataset]


def make_case(made: Made) -> MadeCase:
    """Draw domain, parameters and forcing."""
    rng = np.random.default_rng(made.seed)
    shape = (len(made.latitudes), made.columns)
    axes = {"lat": np.array(made.latitudes), "lon": 100.0 + np.arange(made.columns)}
    active = rng.random(shape) > 0.1
    active[0, 0] = True
    whole = np.ones(shape)
    domain = xr.Dataset(
        {
            "mask": (("lat", "lon"), active.astype(np.int32)),
            "frac": (("lat", "lon"), whole),
            "area": (("lat", "lon"), whole * 1e8),
        },
        axes,
    )
    elevation = rng.choice([3.0, 120.0, 900.0, 3100.0], shape) + rng.random(shape)
    parameters = _parameters(rng, made, active, elevation).assign_coords(axes)
    south = np.broadcast_to(axes["lat"][:, None] < 0, shape)
    times = pd.date_range(made.start, periods=made.days * made.steps[1], freq=_step(made))
    weather = made_weather(rng, times, south, elevation, made.climates)
    forcing = {
        int(year): xr.Dataset(
            {
                name: (("time", "lat", "lon"), np.where(active, v, np.nan)[times.year == year])
                for name, v in weather.items()
            },
            {"time": times[times.year == year], **axes},
        )
        for year in np.unique(times.year)
    }
    return MadeCase(domain, parameters, forcing)


def _step(made: Made) -> str:
    return f"{86400 // made.steps[1]}s"


def _parameters(
    rng: np.random.Generator, made: Made, active: np.ndarray, elevation: np.ndarray
) -> xr.Dataset:
    shape = active.shape
    fields = _soil(rng, made, shape)
    fields |= _cover(rng, shape)
    fields |= _stands(rng, shape)
    fields |= _bands(rng, made, shape, elevation)
    plain = {
        "run_cell": active.astype(np.int32),
        "gridcell": np.arange(active.size, dtype=np.int32).reshape(shape),
        "elev": elevation,
        "off_gmt": rng.uniform(-12, 12, shape),
        "annual_prec": rng.uniform(100, 2000, shape),
        "fs_active": np.zeros(shape, np.int32),
    }
    fields |= {name: (("lat", "lon"), v) for name, v in plain.items()}
    return xr.Dataset(fields)


def _drawn(rng: np.random.Generator, name: str, shape: tuple[int, ...]) -> np.ndarray:
    """Values over a prior's whole range, one in six on either bound."""
    low, high = SOILS[name]
    values = np.exp(rng.uniform(np.log(low), np.log(high), shape))
    edge = rng.random(shape)
    return np.select([edge < 1 / 6, edge > 5 / 6], [low, high], values)


def _soil(rng: np.random.Generator, made: Made, shape: tuple[int, ...]) -> dict:
    layers = (3, *shape)
    depth = np.stack(
        [rng.choice([0.05, 0.1], shape), _drawn(rng, "depth2", shape), _drawn(rng, "depth3", shape)]
    )
    bulk = rng.uniform(900, 1800, layers)
    particle = rng.uniform(2400, 2750, layers)
    porosity = 1 - bulk / particle
    critical = rng.uniform(0.2, 0.95, layers)
    ratio = rng.choice([0.2, 0.6, 0.99, 1.0], layers)
    wilting = critical * ratio
    capacity = 1000 * depth * porosity
    residual = rng.choice([0.0, 0.5, 1.0], layers) * wilting * porosity * (1 - 1e-9)
    wetness = rng.uniform(0.0, 1.1, layers)
    soil = {
        "depth": depth,
        "bulk_density": bulk,
        "soil_density": particle,
        "Wcr_FRACT": critical,
        "Wpwp_FRACT": wilting,
        "resid_moist": residual,
        "init_moist": np.maximum(wetness * capacity, 1000 * depth * residual),
        "expt": np.broadcast_to(_drawn(rng, "expt", shape), layers),
        "Ksat": np.exp(rng.uniform(np.log(2), np.log(20000), layers)),
        "quartz": rng.choice([0.1, 0.2, 0.9], layers) + rng.uniform(0, 0.1, layers),
        "bubble": rng.uniform(5, 50, layers),
        "phi_s": np.full(layers, -99.0),
    }
    cell = {
        "infilt": _drawn(rng, "infilt", shape),
        "avg_T": rng.uniform(-15, 28, shape),
        "dp": rng.uniform(1, 10, shape),
        "rough": rng.choice([0.0005, 0.001, 0.02], shape),
        "snow_rough": rng.choice([0.0005, 0.003, 0.03], shape),
        **_baseflow(rng, made, capacity[2], shape),
    }
    named = {name: (("nlayer", "lat", "lon"), np.array(v)) for name, v in soil.items()}
    return named | {name: (("lat", "lon"), v) for name, v in cell.items()}


def _baseflow(
    rng: np.random.Generator, made: Made, capacity: np.ndarray, shape: tuple[int, ...]
) -> dict[str, np.ndarray]:
    if made.baseflow == "NIJSSEN2001":
        return {
            "Ds": 10 ** rng.uniform(-5, -2, shape),
            "Dsmax": 10 ** rng.uniform(-6, -3, shape),
            "Ws": capacity * rng.uniform(0.2, 0.95, shape),
            "c": rng.choice([1.0, 2.0, 3.0], shape),
        }
    plain = {name: _drawn(rng, name, shape) for name in ("Ds", "Dsmax", "Ws")}
    return plain | {"c": rng.choice([1.0, 1.5, 2.0, 3.0], shape)}


def _cover(rng: np.random.Generator, shape: tuple[int, ...]) -> dict:
    """Areas of the classes: some absent, sums not quite 1, the bare tile in half of the cells."""
    cover = rng.dirichlet(np.ones(len(STANDS)), shape).transpose(2, 0, 1)
    present = rng.random(cover.shape) < 0.6
    present[rng.integers(0, len(STANDS), shape), *np.indices(shape)] = True
    cover = np.where(present, np.maximum(cover, 1e-3), 0.0)
    cover = cover / cover.sum(0) * rng.choice([1.0, 0.97, 1.002], shape)
    bare_tile = rng.random(shape) < 0.5
    tiles = (cover > 0).sum(0)
    number = np.where(bare_tile, tiles - 1, tiles).astype(np.int32)
    return {
        "Cv": (("veg_class", "lat", "lon"), cover),
        "Nveg": (("lat", "lon"), number),
    }


def _stands(rng: np.random.Generator, shape: tuple[int, ...]) -> dict:
    """Traits of the classes, other ones in each cell."""
    classes = (len(STANDS), *shape)
    trees = np.isin(STANDS, ("evergreen", "deciduous"))[:, None, None]
    height = np.where(trees, rng.uniform(6, 28, classes), rng.uniform(0.05, 2.0, classes))
    traits = {
        "overstory": np.broadcast_to(trees, classes).astype(np.int32),
        "rarc": rng.uniform(0, 80, classes),
        "rmin": rng.choice([0.0, 60.0, 150.0, 300.0], classes, p=[0.05, 0.35, 0.3, 0.3]),
        "wind_h": np.where(
            (rng.random(classes) < 0.15) & (height > 8),
            3.0 + 0.2 * height,
            height + rng.choice([2.0, 10.0], classes),
        ),
        "RGL": rng.uniform(20, 120, classes),
        "rad_atten": rng.uniform(0.3, 0.7, classes),
        "wind_atten": rng.uniform(0.3, 0.9, classes),
        "trunk_ratio": rng.uniform(0.1, 0.5, classes),
    }
    named = {name: (("veg_class", "lat", "lon"), v) for name, v in traits.items()}
    return named | _monthly(rng, height) | _roots(rng, classes)


def _monthly(rng: np.random.Generator, height: np.ndarray) -> dict:
    """Leaves of the months; deciduous trees and crops have none for some."""
    season = 0.5 - 0.5 * np.cos(2 * np.pi * (MONTHS - rng.integers(0, 12)) / 12)
    season = season[None, :, None, None]
    most = rng.uniform(0.5, 6.0, height.shape)[:, None]
    leaves = most * (0.3 + 0.7 * season)
    bald = np.isin(STANDS, ("deciduous", "crop"))[:, None, None, None] & (season < 0.2)
    bare = np.array(STANDS)[:, None, None, None] == "bare"
    leafy_bare = rng.random(height.shape)[:, None] < 0.2
    leaves = np.where(bald | (bare & ~leafy_bare), 0.0, leaves)
    fraction = np.clip(rng.uniform(0.2, 1.3, height.shape)[:, None] * (0.4 + 0.6 * season), 0, 1)
    fraction = np.where(rng.random(fraction.shape) < 0.05, 0.0, fraction)
    fields = {
        "LAI": leaves,
        "fcanopy": np.broadcast_to(fraction, leaves.shape),
        "albedo": rng.uniform(0.08, 0.28, leaves.shape),
        "displacement": np.where(bare, 0.0, np.broadcast_to(0.67 * height[:, None], leaves.shape)),
        "veg_rough": np.where(bare, 0.0, np.broadcast_to(0.123 * height[:, None], leaves.shape)),
    }
    return {name: (("veg_class", "month", "lat", "lon"), np.array(v)) for name, v in fields.items()}


def _roots(rng: np.random.Generator, classes: tuple[int, ...]) -> dict:
    shape = (classes[0], 3, *classes[1:])
    depth = rng.choice([0.05, 0.1, 0.3, 1.0, 2.5], shape)
    share = rng.dirichlet(np.full(3, 0.7), classes).transpose(0, 3, 1, 2)
    depth[:, 2] = np.where(share[:, 2] < 0.05, 0.0, depth[:, 2])
    share = np.where(depth > 0, np.maximum(share, 0.05), 0.0)  # VIC refuses to lose more than 1e-4
    share = share / share.sum(1, keepdims=True)
    dims = ("veg_class", "root_zone", "lat", "lon")
    return {"root_depth": (dims, depth), "root_fract": (dims, share)}


def _bands(
    rng: np.random.Generator, made: Made, shape: tuple[int, ...], elevation: np.ndarray
) -> dict:
    """Bands of unequal area; in some cells the last has none."""
    count = max(made.bands, 1)
    area = rng.dirichlet(np.full(count, 3.0), shape).transpose(2, 0, 1)
    if count > 1:
        area[-1] = np.where(rng.random(shape) < 0.3, 0.0, area[-1])
    area = area / area.sum(0)
    rise = rng.uniform(20, 700, (count, *shape)).cumsum(0) if made.bands else 0.0
    share = area * rng.uniform(0.5, 1.5, area.shape)
    fields = {
        "AreaFract": area * rng.choice([1.0, 0.98, 1.03], shape),
        "elevation": np.broadcast_to(elevation + rise, area.shape),
        "Pfactor": share / share.sum(0) * rng.choice([1.0, 0.95, 1.1], shape),
    }
    return {name: (("snow_band", "lat", "lon"), np.array(v)) for name, v in fields.items()}
