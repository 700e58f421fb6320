"""VIC's default parameters from soil and terrain: MPR's transfer functions, usual coefficients."""

from __future__ import annotations

import numpy as np
import xarray as xr

from paramscape.parameters import transfer_functions as functions
from paramscape.prepare.native_soil import upscale
from paramscape.study import Priors
from paramscape.study.parameters import GAN_PO_PARAMETERS


def transferred_parameters(native: xr.Dataset, cells: int, priors: Priors) -> dict[str, np.ndarray]:
    """The parameters of each cell that MPR gives with its default coefficients, in the priors.

    Args:
        native: soil and terrain of the pixels, see `prepare_native_soil`.
        cells: number of active cells.
        priors: ranges of the calibrated parameters; the catalogue's hold for the others.

    Returns:
        (cell,) by name of `study.parameters.GAN_PO_PARAMETERS` [each parameter's unit]; NaN in a
        cell without pixels.
    """
    g = functions.with_defaults({})
    pixels = functions.Pixels(
        clay=native["clay"],
        conductivity=native["ksat"],
        retention=1 / native["lambda"],
        wetness=native["field_capacity"] / native["saturation"],
        slope=native["slope"].clip(min=functions.GENTLEST_SLOPE),
    )
    fine = functions.of_pixels(g, pixels)
    means = {n: upscale(native, fine[n], cells, p) for n, p in functions.POWERS.items()}
    depth = upscale(native, native["soil_depth"], cells, 1)
    relief = _relief(native, cells)
    values = functions.of_cells(g, means, functions.CellMeans(depth, relief))
    return _within(values, priors)


def _relief(native: xr.Dataset, cells: int) -> np.ndarray:
    """Logarithm of the standard deviation of elevation in each cell [ln m]."""
    mean = upscale(native, native["elevation"], cells, 1)
    variance = upscale(native, native["elevation"] ** 2, cells, 1) - mean**2
    return np.log(np.sqrt(np.maximum(variance, functions.SMALLEST_SPREAD**2)))


def _within(values: dict[str, np.ndarray], priors: Priors) -> dict[str, np.ndarray]:
    """The parameters of the GAN-PO paper, each in its prior, and Ds below Ws."""
    names = GAN_PO_PARAMETERS
    kept = {n: np.clip(values[n], priors[n].low, priors[n].high) for n in names}
    return kept | {"Ds": np.minimum(kept["Ds"], kept["Ws"])}
