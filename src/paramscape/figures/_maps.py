"""Maps on a masked grid: degrees on the axes, true proportions, grey outside the domain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, ListedColormap, LogNorm, Normalize
from matplotlib.ticker import FuncFormatter, MaxNLocator

from paramscape.figures._page import GREY

# With this many columns or more, horizontal degrees of longitude would overlap.
_NARROW_FROM = 5


@dataclass(frozen=True)
class Scale:
    """A colour scale shared by panels.

    Attributes:
        norm: from values to the colour map.
        cmap: colour map, or its name.
        extend: which ends of the colour bar have values beyond them, as in matplotlib.
    """

    norm: Normalize
    cmap: str | Colormap
    extend: str

    def mappable(self) -> ScalarMappable:
        """What a colour bar is drawn from."""
        return ScalarMappable(self.norm, self.cmap)


def shared_scale(
    values: np.ndarray,
    cmap: str,
    *,
    tails: tuple[float, float] = (0.0, 100.0),
    logarithmic: bool = False,
) -> Scale:
    """Scale over finite values between two percentiles; a single value gets a range around it."""
    finite = values[np.isfinite(values)]
    if logarithmic:
        finite = finite[finite > 0]
    if finite.size == 0:
        return Scale(Normalize(0, 1), cmap, "neither")
    low, high = np.percentile(finite, tails)
    if high - low <= 1e-9 * max(abs(low), abs(high)):
        margin = 0.1 * abs(low) or 0.1
        low, high = low - margin, high + margin
    below, above = bool(finite.min() < low), bool(finite.max() > high)
    extend = {(0, 0): "neither", (1, 0): "min", (0, 1): "max", (1, 1): "both"}[below, above]
    return Scale((LogNorm if logarithmic else Normalize)(low, high), cmap, extend)


def draw_map(ax: Axes, field: xr.DataArray, active: np.ndarray, scale: Scale) -> None:
    """Draw one field (lat, lon): grey outside the active cells, hatched where one is NaN."""
    lat, lon = cell_edges(field.lat.values), cell_edges(field.lon.values)
    ax.set_facecolor(GREY)
    values = np.where(active, field.values, np.nan)
    _hatch(ax, lon, lat, active & np.isnan(values))
    # Edges in the colour of the cells close the gaps that PDF viewers show between cells.
    looks = {"edgecolors": "face", "linewidth": 0.2}
    ax.pcolormesh(lon, lat, values, norm=scale.norm, cmap=scale.cmap, **looks)
    ax.set_xlim(lon[0], lon[-1])
    ax.set_ylim(lat[0], lat[-1])
    ax.set_aspect(1 / np.cos(np.deg2rad(lat.mean())))
    ax.xaxis.set_major_locator(MaxNLocator(2, steps=[1, 2, 5, 10]))
    ax.yaxis.set_major_locator(MaxNLocator(3, steps=[1, 2, 5, 10]))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: _degrees(x, "W", "E")))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda y, _: _degrees(y, "S", "N")))


def map_proportion(field: xr.DataArray) -> float:
    """Ratio of a map's height to its width on the page."""
    lat, lon = cell_edges(field.lat.values), cell_edges(field.lon.values)
    return abs((lat[-1] - lat[0]) / ((lon[-1] - lon[0]) * np.cos(np.deg2rad(lat.mean()))))


def cell_edges(centres: np.ndarray) -> np.ndarray:
    """Edges (n + 1,) of cells (n,) halfway between centres [degrees]; a lone cell spans 0.25."""
    centres = np.asarray(centres, dtype=np.float64)
    if centres.size == 1:
        return centres[0] + np.array([-0.125, 0.125])
    middle = (centres[1:] + centres[:-1]) / 2
    return np.concatenate([[2 * centres[0] - middle[0]], middle, [2 * centres[-1] - middle[-1]]])


def outer_labels_only(axes: np.ndarray) -> None:
    """Keep the degrees of a grid of panels (row, column) at its left and lower edge."""
    for ax in axes[:-1].flat:
        ax.tick_params(labelbottom=False)
    for ax in axes[:, 1:].flat:
        ax.tick_params(labelleft=False)
    if axes.shape[1] >= _NARROW_FROM:
        for ax in axes[-1]:
            ax.tick_params(axis="x", rotation=90)


def _hatch(ax: Axes, lon: np.ndarray, lat: np.ndarray, cells: np.ndarray) -> None:
    if cells.any():
        shown = np.where(cells, 1.0, np.nan)
        white = ListedColormap(["white"])
        ax.pcolor(lon, lat, shown, cmap=white, hatch="//////", edgecolor="#7f7f7f", linewidth=0)


def _degrees(value: float, negative: str, positive: str) -> str:
    side = positive if value > 0 else negative if value < 0 else ""
    return f"{abs(value):g}°{side}"
