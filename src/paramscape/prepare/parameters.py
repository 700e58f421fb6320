"""VIC's parameter file of a study, built from soil, vegetation and climate."""

from __future__ import annotations

import numpy as np
import xarray as xr

from paramscape.grid.cells import Cells
from paramscape.parameters.transfer_functions import BASEFLOW_POWER, TOP_LAYER
from paramscape.prepare.native_soil import upscale
from paramscape.prepare.own_parameters import soil_units
from paramscape.prepare.transfer import transferred_parameters
from paramscape.prepare.vegetation import vegetation_parameters
from paramscape.study import Priors

LAYERS = 3
DAMPING_DEPTH = 4.0  # [m]
BARE_ROUGHNESS = 0.001  # [m]
SNOW_ROUGHNESS = 0.0005  # [m]
RESIDUAL = 0.02  # residual water content [1]
CRITICAL_SHARE = 0.7  # of field capacity, below which transpiration is held back [1]
DRIEST_SHARE = 0.95  # of the critical point, which the wilting point may reach [1]


class SoilGapError(ValueError):
    """Active cells in which no pixel of the soil map is complete."""


def default_parameters(
    domain: xr.Dataset,
    native: xr.Dataset,
    fractions: xr.DataArray,
    climate: xr.Dataset,
    priors: Priors,
) -> xr.Dataset:
    """VIC's parameters before any calibration, in the layout of the image driver.

    Soil is the same in all layers. Wcr_FRACT is 0.7 of field capacity, Wpwp_FRACT the wilting
    point but at most 0.95 of Wcr_FRACT; both are shares of the saturated content, which also
    fixes soil_density = bulk_density / (1 - saturated content). The column starts at field
    capacity. `quartz` is the share of sand.

    Args:
        domain: mask and elevation (lat, lon).
        native: soil and terrain of the pixels, see `prepare_native_soil`.
        fractions: shares of vegetation classes (veg_class, lat, lon), see `class_fractions`.
        climate: `mean_climate` of the forcing.
        priors: ranges in which the calibrated parameters must lie.

    Returns:
        VIC's parameter file; NaN outside the domain.

    Raises:
        SoilGapError: if an active cell has no soil.
    """
    cells = Cells.of(domain)
    calibrated = transferred_parameters(native, cells.count, priors)
    _require_soil(calibrated["expt"], cells)
    single, layered = _soil(native, cells.count, calibrated)
    data = {name: cells.scatter(values) for name, values in single.items()}
    for name, values in layered.items():
        data[name] = cells.scatter(values, ("nlayer",))
    inside = domain["mask"] > 0
    data["elev"] = domain["elev"].where(inside)
    data["avg_T"] = climate["avg_T"].where(inside)
    data["annual_prec"] = climate["annual_prec"].where(inside)
    params = xr.Dataset(data)
    params["run_cell"] = domain["mask"].astype("i4")
    params["fs_active"] = xr.zeros_like(params["run_cell"])
    for name in params.data_vars:
        params[name].attrs = {"units": soil_units()[str(name)]}
    params = params.merge(vegetation_parameters(fractions)).merge(_single_band(params["elev"]))
    return params.assign_coords(nlayer=np.arange(1, LAYERS + 1, dtype="i4"))


def mean_climate(daily: xr.Dataset) -> xr.Dataset:
    """Mean air temperature `avg_T` [C] and yearly precipitation `annual_prec` [mm], (lat, lon).

    Only whole calendar years count, unless the record has none.

    Args:
        daily: daily forcing (time, lat, lon) with tas [C] and prcp [mm].
    """
    years = daily["time"].dt.year
    lengths = years.groupby(years).count()
    whole = lengths[lengths >= 365]["year"].values
    chosen = daily.sel(time=years.isin(whole)) if whole.size else daily
    mean = chosen[["tas", "prcp"]].astype("f8").mean("time")
    return xr.Dataset({"avg_T": mean["tas"], "annual_prec": 365.25 * mean["prcp"]})


def _soil(
    native: xr.Dataset, cells: int, calibrated: dict[str, np.ndarray]
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Soil of a cell (cell,) and of its layers (layer, cell), by VIC's names."""
    names = ("sand", "bulk_density", "saturation", "field_capacity", "wilting_point", "psi_s")
    mean = {n: upscale(native, native[n], cells, 1) for n in names}
    constants = {"c": BASEFLOW_POWER, "dp": DAMPING_DEPTH, "rough": BARE_ROUGHNESS}
    constants["snow_rough"] = SNOW_ROUGHNESS
    single = {n: calibrated[n] for n in ("infilt", "Ds", "Dsmax", "Ws")}
    single |= {n: np.full(cells, value) for n, value in constants.items()}
    depth = np.stack([np.full(cells, TOP_LAYER), calibrated["depth2"], calibrated["depth3"]])
    saturation = mean["saturation"]
    critical = np.minimum(CRITICAL_SHARE * mean["field_capacity"] / saturation, 1.0)
    wilting = np.minimum(mean["wilting_point"] / saturation, DRIEST_SHARE * critical)
    layered = {
        "expt": calibrated["expt"],
        "Ksat": upscale(native, native["ksat"], cells, -1),
        "phi_s": np.full(cells, -99.0),
        "bubble": mean["psi_s"],
        "quartz": mean["sand"] / 100,
        "bulk_density": mean["bulk_density"],
        "soil_density": mean["bulk_density"] / (1 - saturation),
        "Wcr_FRACT": critical,
        "Wpwp_FRACT": wilting,
        "resid_moist": np.minimum(RESIDUAL, 0.5 * wilting * saturation),
    }
    layered = {n: np.broadcast_to(v, (LAYERS, cells)).copy() for n, v in layered.items()}
    layered["depth"] = depth
    layered["init_moist"] = 1000 * depth * mean["field_capacity"]
    return single, layered


def _single_band(elevation: xr.DataArray) -> xr.Dataset:
    """One elevation band that is the whole cell."""
    band = elevation.expand_dims(snow_band=np.array([1], "i4")).transpose("snow_band", "lat", "lon")
    one = xr.ones_like(band).where(band.notnull())
    one.attrs = {"units": "1"}
    return xr.Dataset({"AreaFract": one, "elevation": band, "Pfactor": one.copy()})


def _require_soil(values: np.ndarray, cells: Cells) -> None:
    missing = np.flatnonzero(~np.isfinite(values))
    if missing.size:
        row, column = np.unravel_index(cells.flat_index[missing[0]], cells.shape)
        raise SoilGapError(
            f"{missing.size} of {cells.count} active cells have no pixel with complete soil data, "
            f"the first at latitude {cells.lat[row]:g}, longitude {cells.lon[column]:g}. Take "
            "those cells out of the domain's mask, or fill the soil files there"
        )
