"""Domain and VIC parameters of the benchmark's case, from the twin's soil and terrain."""

import numpy as np
import xarray as xr

from paramscape.grid.cells import Cells
from paramscape.grid.sphere import cell_area
from paramscape.prepare.native_soil import slope_of, vertical_mean
from paramscape.prepare.parameters import default_parameters, mean_climate
from paramscape.prepare.vegetation import BARE
from paramscape.study import Grid, Priors
from paramscape.twin.fields import static_field
from paramscape.twin.soil import BOTTOMS, soil_fields
from paramscape.twin.terrain import elevation

PIXELS = 4  # of the soil, along each edge of a cell
COVER = {1: -0.6, 4: 0.0, 7: -0.3, 10: 0.1, 11: 1.2}  # logarithm of the usual share, by class
SMALLEST_TILE = 0.03  # [share of a cell]
BARE_SHARE = 0.08  # usual share of bare ground [1]
_SOIL = {
    "sand": ("SA", 1.0), "bulk_density": ("BD", 1000.0), "saturation": ("THSCH", 1.0),
    "field_capacity": ("TH33", 1.0), "wilting_point": ("TH1500", 1.0), "ksat": ("K_SCH", 10.0),
    "lambda": ("LAMBDA", 1.0), "psi_s": ("PSI_S", -1.0),
}  # fmt: skip
_TEXTURE = {"silt": ("SI", 1.0), "clay": ("CL", 1.0), "porosity": ("POR", 1.0)}


def make_domain(grid: Grid, seed: int) -> xr.Dataset:
    """VIC's domain (lat, lon), in which all cells of a grid are active and land."""
    lat, lon = np.array(grid.latitudes), np.array(grid.longitudes)
    half = grid.resolution / 2
    edges = (np.append(axis - half, axis[-1] + half) for axis in (lat, lon))
    fields = {
        "mask": np.ones(grid.shape, "i4"),
        "frac": np.ones(grid.shape),
        "area": cell_area(*edges),
        "elev": elevation(seed, lat, lon),
    }
    cells = Cells(np.ones(grid.shape, bool), lat, lon)
    domain = xr.Dataset({n: cells.scatter(v[cells.mask]) for n, v in fields.items()})
    domain["area"].attrs["units"] = "m2"
    return domain.assign(mask=domain["mask"].astype("i4"))


def make_parameters(domain: xr.Dataset, forcing: xr.Dataset, seed: int) -> xr.Dataset:
    """VIC's parameters, prepared by the package: five vegetation classes and bare ground."""
    climate = mean_climate(_daily(forcing))
    native, fractions = native_soil(domain, seed), _fractions(domain, seed)
    return default_parameters(domain, native, fractions, climate, Priors())


def _daily(forcing: xr.Dataset) -> xr.Dataset:
    days = forcing[["tas", "prcp"]].resample(time="1D")
    return days.mean().assign(prcp=days.sum()["prcp"])


def native_soil(domain: xr.Dataset, seed: int, pixels: int = PIXELS) -> xr.Dataset:
    """Soil and terrain of pixels, see `paramscape.prepare.native_soil`.

    `pixels` is their number along each edge of a cell.
    """
    lat, lon = (_pixels(domain[axis].values, pixels) for axis in ("lat", "lon"))
    soil = soil_fields(seed, lat, lon)
    thickness = np.diff(BOTTOMS, prepend=0.0)
    axes = {"depth": BOTTOMS, "lat": lat, "lon": lon}
    fields = {}
    for name, (source, factor) in (_SOIL | _TEXTURE).items():
        layers = xr.DataArray(soil[source], axes, ("depth", "lat", "lon")) * factor
        fields[name] = vertical_mean(layers, thickness, harmonic=name == "ksat")
    plane = {"lat": lat, "lon": lon}
    fields["soil_depth"] = xr.DataArray(soil["PDEP"] / 100, plane, ("lat", "lon"))
    fields["elevation"] = xr.DataArray(elevation(seed, lat, lon), plane, ("lat", "lon"))
    fields["slope"] = slope_of(fields["elevation"])
    cell = np.arange(domain["mask"].size).reshape(domain["mask"].shape)
    cell = cell.repeat(pixels, 0).repeat(pixels, 1)
    return xr.Dataset(fields).assign(cell=(("lat", "lon"), cell))


def _pixels(centres: np.ndarray, count: int) -> np.ndarray:
    step = centres[1] - centres[0]
    inside = (np.arange(count) + 0.5) / count - 0.5
    return (centres[:, None] + step * inside).ravel()


def _fractions(domain: xr.Dataset, seed: int) -> xr.DataArray:
    """Shares (veg_class, lat, lon) of the classes, the last one bare; they sum to 1."""
    lat, lon = domain["lat"].values, domain["lon"].values
    weights = [
        np.exp(usual + 0.8 * static_field(seed, f"bench: cover {code}", 0.6, lat, lon))
        for code, usual in COVER.items()
    ]
    plants = np.stack(weights) / sum(weights)
    plants[plants < SMALLEST_TILE] = 0
    bare = BARE_SHARE * np.exp(0.5 * static_field(seed, "bench: bare", 0.6, lat, lon))
    shares = np.concatenate([plants / plants.sum(0) * (1 - bare), bare[None]])
    return xr.DataArray(
        shares,
        dims=("veg_class", "lat", "lon"),
        coords={"veg_class": np.array([*COVER, BARE], "i4"), "lat": domain.lat, "lon": domain.lon},
    )
