"""Histograms of the relative RMSE change: red where calibration helps, blue where it does harm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase
from matplotlib.ticker import MaxNLocator

from paramscape.figures._inputs import active_cells
from paramscape.figures._page import BLUE, DARK_GREY, RED, bands, wrapped
from paramscape.metrics.point import share_above

_BINS_PER_SIDE = 12


def changes_height(runs: int, rows: int) -> float:
    """Height [inch] of the histograms for a number of runs and rows."""
    return len(bands(runs)) * (0.4 + 1.4 * rows)


def draw_changes(
    figure: FigureBase,
    change: xr.DataArray,
    mask: xr.DataArray,
    names: Sequence[str],
    notes: Mapping[str, str] | None = None,
) -> None:
    """Draw histograms, a row for each entry of the first dimension and a column for each run.

    Cells beyond the axis are counted in the outermost bars. A panel gives the shares of improved
    and worsened cells among the observed ones; where some active cells are not observed, the axis
    label gives the number of observed ones. Many runs are drawn in several bands.

    Args:
        figure: an empty figure.
        change: (row, run, lat, lon) relative RMSE change [%], positive where calibration helps;
            the coordinate `observed` (row, lat, lon) is true in cells with an observation.
        mask: (lat, lon) active cells.
        names: titles of the rows.
        notes: by run, the title of its panel in the last row.
    """
    active = active_cells(mask, change)
    edges = _edges(change.values[..., active])
    counted = active & change["observed"].values
    labels = [_row_label(*row, active) for row in zip("abcd", names, counted, strict=False)]
    rows, parts = len(names), bands(change.sizes["run"])
    columns = max(part.stop - part.start for part in parts)
    looks = {"squeeze": False, "sharex": True, "sharey": True}
    axes = figure.subplots(rows * len(parts), columns, **looks)
    for band, part in enumerate(parts):
        block = axes[band * rows : (band + 1) * rows]
        for ax in block[:, part.stop - part.start :].flat:
            ax.set_visible(False)
        shown = change.isel(run=part)
        for row, field, cells in zip(block, shown, counted, strict=True):
            for ax, run in zip(row, field.values, strict=False):
                _draw_panel(ax, run, cells, edges)
        _label(block, labels, [str(run) for run in shown["run"].values], notes or {})
    top = max(patch.get_height() for ax in axes.flat for patch in ax.patches)
    axes[0, 0].set_ylim(0, 1.5 * max(top, 1))
    figure.supxlabel("relative RMSE change against the default parameters [%]", fontsize=8)


def _row_label(letter: str, name: str, counted: np.ndarray, active: np.ndarray) -> str:
    cells, most = int(counted.sum()), int(active.sum())
    return f"({letter}) {name}\n" + ("cells" if cells == most else f"{cells} of {most} cells")


def _label(
    block: np.ndarray, labels: Sequence[str], runs: Sequence[str], notes: Mapping[str, str]
) -> None:
    for ax, label in zip(block[:, 0], labels, strict=True):
        ax.set_ylabel(label)
    for ax, run in zip(block[0], runs, strict=False):
        ax.set_title(wrapped(run))
    for ax, run in zip(block[-1], runs, strict=False):
        if run in notes:
            ax.set_title(notes[run])


def _draw_panel(ax: Axes, change: np.ndarray, counted: np.ndarray, edges: np.ndarray) -> None:
    values = change[counted]
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
    improved, worse = share_above(change, 0.0, counted), share_above(-change, 0.0, counted)
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
