"""The size of cells on axes that are not evenly spaced."""

import numpy as np
import xarray as xr


def cell_size(domain: xr.Dataset | xr.DataArray) -> float | None:
    """Height and width [degrees] of a domain's cells if its axes do not tell it, else None.

    Domains of sampled cells and of points have it as their attribute `resolution`: their axes hold
    only the rows and columns of their cells.
    """
    size = domain.attrs.get("resolution")
    return None if size is None else float(size)


def bounds_around(centres: np.ndarray, size: float) -> np.ndarray:
    """(cell, 2) lower and upper edges of cells around their centres."""
    return np.stack([centres - size / 2, centres + size / 2], -1)
