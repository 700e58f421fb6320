"""Curves of the fractions skill score against the length of the neighbourhood."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import FigureBase

from paramscape.figures._page import DARK_GREY, line_looks, write_reason

_USEFUL = "useful skill, 0.5 + f / 2"

_WIDE_COLUMNS = 3

PERCENTILE_DIMS = ("run", "percentile", "window")


def tails(fss: xr.DataArray) -> tuple[list[float], list[float]]:
    """Percentiles below 50 in ascending order, and the others in descending order."""
    percentiles = sorted(fss["percentile"].values.tolist())
    return [p for p in percentiles if p < 50], [p for p in reversed(percentiles) if p >= 50]


def tail_name(percentile: float) -> str:
    """Name of the cells that a percentile cuts off, such as `lowest 5 %`."""
    return f"{'lowest' if percentile < 50 else 'highest'} {min(percentile, 100 - percentile):g} %"


def draw_tails(figure: FigureBase, fss: xr.DataArray) -> None:
    """Draw low percentiles above high ones, a line per run, and the legend below.

    Args:
        figure: an empty figure or part of one.
        fss: (run, percentile, window), percentiles in percent, windows in cells; NaN draws no
            line. Its attribute `not_scored` says why the observations do not allow the score.
    """
    if wrote_reason(figure, fss):
        return
    rows = [row for row in tails(fss) if row]
    axes = figure.subplots(len(rows), max(map(len, rows)), squeeze=False, sharex=True, sharey=True)
    for row, percentiles in zip(axes, rows, strict=True):
        draw_row(row, fss, percentiles)
        for ax, percentile in zip(row, percentiles, strict=False):
            ax.set_title(f"{tail_name(percentile)} of cells")
        for ax in row[len(percentiles) :]:
            ax.set_visible(False)
    finish(figure, axes, fss)


def wrote_reason(figure: FigureBase, fss: xr.DataArray) -> bool:
    """Write into a figure why no curve can be drawn; false where the score exists."""
    if "not_scored" not in fss.attrs:
        return False
    ax = figure.subplots()
    ax.set_axis_off()
    return write_reason(ax, fss)


def draw_row(axes: Sequence[Axes], fss: xr.DataArray, percentiles: Sequence[float]) -> None:
    """Draw the curves of all runs, a panel per percentile.

    The grey line is the useful skill of Roberts and Lean (2008), 0.5 + f / 2, where f is the
    share of cells in the event.
    """
    for ax, percentile in zip(axes, percentiles, strict=False):
        labels = [str(run) for run in fss["run"].values]
        for run, label, look in zip(
            fss.sel(percentile=percentile), labels, line_looks(labels), strict=True
        ):
            ax.plot(fss["window"], run, label=label, markersize=3, linewidth=1.1, **look)
        ax.axhline(
            0.5 + min(percentile, 100 - percentile) / 200,
            color=DARK_GREY,
            linewidth=0.8,
            alpha=0.6,
            label=_USEFUL,
        )
        windows = fss["window"].values
        ax.set_xticks(windows[:: max(1, len(windows) // 4)])
        ax.grid(color="#e5e5e5", linewidth=0.6)
        ax.set_axisbelow(True)


def finish(figure: FigureBase, axes: np.ndarray, *fss: xr.DataArray) -> None:
    """Label the outer panels, and draw one legend of all runs below them."""
    lowest = min(float(np.nanmin(part, initial=0.0)) for part in fss)
    axes[0, 0].set_ylim(lowest, 1.03)
    join = " " if axes.shape[1] <= _WIDE_COLUMNS else "\n"
    for ax in axes[-1]:
        ax.set_xlabel(f"neighbourhood{join}length [cells]")
    for ax in axes[:, 0]:
        ax.set_ylabel("FSS, 1 is perfect")
    named = {}
    for ax in axes.flat:
        for handle, label in zip(*ax.get_legend_handles_labels(), strict=True):
            named.setdefault(label, handle)
    named |= {_USEFUL: named.pop(_USEFUL)}
    looks = {"ncols": min(4, len(named)), "handlelength": 3}
    figure.legend(named.values(), named, loc="outside lower center", **looks)
