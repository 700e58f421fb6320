"""Figure 5: histograms of the relative RMSE change over training and test period."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from paramscape.figures._inputs import active_cells, require_dims
from paramscape.figures._page import BLUE, DARK_GREY, RED, Caption, page, page_width, wrapped
from paramscape.metrics import share_above

_BINS_PER_SIDE = 12


def draw(change: xr.DataArray, mask: xr.DataArray, stem: Path, caption: Caption) -> None:
    """Draw how many cells calibration improves (red) and worsens (blue), and by how much.

    Cells beyond the axis count in its outermost bars. The shares of improved and worsened
    cells are written in; a cell without score is neither.

    Args:
        change: (period, run, lat, lon) relative RMSE change [%], positive where calibration
            helps; labels of `period` such as `train` and `test`, runs without the default's.
        mask: (lat, lon) active cells.
        stem: path of the files without `.png` and `.pdf`.
        caption: words for the title; its period is not used.

    Raises:
        ValueError: dimensions or grids differ.
    """
    require_dims(change, ("period", "run", "lat", "lon"), "change")
    active = active_cells(mask, change)
    periods, runs = change.sizes["period"], change.sizes["run"]
    edges = _edges(change.values[..., active])
    with page(stem, page_width(runs), 0.9 + 1.55 * periods) as figure:
        figure.suptitle(f"{caption.study}: change of {caption.quantity} RMSE by calibration")
        axes = figure.subplots(periods, runs, squeeze=False, sharex=True, sharey=True)
        for row, period in enumerate(change["period"].values):
            for ax, run in zip(axes[row], change["run"].values, strict=True):
                _draw_panel(ax, change.sel(period=period, run=run).values, active, edges)
            axes[row, 0].set_ylabel(f"({'abcd'[row % 4]}) {period}\ncells")
        for ax, run in zip(axes[0], change["run"].values, strict=True):
            ax.set_title(wrapped(str(run)))
        top = max(patch.get_height() for ax in axes.flat for patch in ax.patches)
        axes[0, 0].set_ylim(0, 1.5 * max(top, 1))
        figure.supxlabel("relative RMSE change against the default parameters [%]", fontsize=8)


def _draw_panel(ax: Axes, change: np.ndarray, active: np.ndarray, edges: np.ndarray) -> None:
    values = change[active]
    shown = np.clip(values[np.isfinite(values)], edges[0], edges[-1])
    looks = {"edgecolor": "white", "linewidth": 0.3}
    ax.hist(
        [shown[shown < 0], shown[shown > 0], shown[shown == 0]],
        bins=edges,
        stacked=True,
        color=[BLUE, RED, DARK_GREY],
        **looks,
    )
    ax.axvline(0, color="black", linewidth=0.6)
    improved, worse = share_above(change, 0.0, active), share_above(-change, 0.0, active)
    ax.text(0.97, 0.96, f"{improved:.0f} %\nbetter", color=RED, ha="right", **_at_top(ax))
    ax.text(0.03, 0.96, f"{worse:.0f} %\nworse", color=BLUE, ha="left", **_at_top(ax))
    ax.xaxis.set_major_locator(MaxNLocator(3, integer=True, symmetric=True))
    ax.yaxis.set_major_locator(MaxNLocator(4, integer=True))


def _at_top(ax: Axes) -> dict[str, object]:
    return {"va": "top", "transform": ax.transAxes, "fontweight": "bold"}


def _edges(values: np.ndarray) -> np.ndarray:
    """Bins [%] symmetrical about 0 that hold 98 of 100 cells, at most 100 % to either side."""
    finite = values[np.isfinite(values)]
    reach = np.percentile(np.abs(finite), 98) if finite.size else 10.0
    reach = np.clip(10 * np.ceil(reach / 10), 10, 100)
    return np.linspace(-reach, reach, 2 * _BINS_PER_SIDE + 1)
