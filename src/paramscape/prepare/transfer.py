"""VIC's calibrated parameters from soil and terrain by transfer functions with usual coefficients.

Formulas after Mizukami et al. (2017) and Zheng et al. (2026); the baseflow parameters in the form
whose dimensions agree, so that Ds never exceeds Ws. Coefficients are the middle of their ranges.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from paramscape.prepare.native_soil import upscale
from paramscape.study import Priors
from paramscape.study.parameters import GAN_PO_PARAMETERS

TOP_LAYER = 0.1  # thickness of the first layer [m]
SECOND_SHARE = 0.3  # h2, the second layer's share of the profile [1]
DEPTH_FACTOR = 1.0  # z, column depth over profile depth [1]
WETNESS_FACTOR = 1.0  # g3 [1]
LINEAR_EXPONENT = 0.25  # gamma1 [1]
POWER_EXPONENT = 0.25  # gamma2 [1]
BASEFLOW_POWER = 2.0  # c [1]
GENTLEST_SLOPE = 1e-3
INFILT_RANGE = (0.03, 0.5)


def transferred_parameters(native: xr.Dataset, cells: int, priors: Priors) -> dict[str, np.ndarray]:
    """The seven calibrated parameters of each cell, inside the priors.

    Args:
        native: soil and terrain of the pixels, see `prepare_native_soil`.
        cells: number of active cells.
        priors: ranges of the parameters.

    Returns:
        (cell,) by name [each parameter's unit]; NaN in a cell without pixels.
    """
    mean = {n: upscale(native, native[n], cells, 1) for n in ("soil_depth", "elevation")}
    fields = _baseflow(native)
    column = DEPTH_FACTOR * mean["soil_depth"]
    second = np.clip(SECOND_SHARE * column, TOP_LAYER, None)
    values = {
        "infilt": np.clip(_infiltration(native, mean["elevation"], cells), *INFILT_RANGE),
        **{name: upscale(native, field, cells, -1) for name, field in fields.items()},
        "depth2": second,
        "depth3": column - TOP_LAYER - second,
        "expt": 3 + 2 * upscale(native, 1 / native["lambda"], cells, 1),
    }
    return _within(values, priors)


def _infiltration(native: xr.Dataset, elevation: np.ndarray, cells: int) -> np.ndarray:
    """b = (ln s - g1) / (ln s + 10 g2), s the standard deviation of elevation in the cell [m]."""
    anomaly = native["elevation"] ** 2
    variance = upscale(native, anomaly, cells, 1) - elevation**2
    spread = np.log(np.sqrt(np.maximum(variance, 1.0)))
    return spread / (spread + 10)


def _baseflow(native: xr.Dataset) -> dict[str, xr.DataArray]:
    """Dsmax [mm d-1], Ds [1] and Ws [1] of the pixels."""
    wetness = WETNESS_FACTOR * native["field_capacity"] / native["saturation"]
    wetness = wetness.clip(0.05, 0.99)
    linear = 10.0**-LINEAR_EXPONENT
    power = 10.0**-POWER_EXPONENT * (1 - wetness) ** BASEFLOW_POWER
    slope = native["slope"].clip(min=GENTLEST_SLOPE)
    return {
        "Ds": wetness * linear / (linear + power),
        "Dsmax": native["ksat"] * slope * (linear + power),
        "Ws": wetness,
    }


def _within(values: dict[str, np.ndarray], priors: Priors) -> dict[str, np.ndarray]:
    kept = {n: np.clip(values[n], priors[n].low, priors[n].high) for n in values}
    kept["Ds"] = np.minimum(kept["Ds"], kept["Ws"])
    return {name: kept[name] for name in GAN_PO_PARAMETERS}
