"""Figure 7: fractions skill score against the length of the neighbourhood."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from paramscape.figures._inputs import require_dims
from paramscape.figures._page import (
    DARK_GREY,
    MARKERS,
    PAGE_WIDTH,
    Caption,
    line_look,
    page,
)


def draw(fss: xr.DataArray, stem: Path, caption: Caption) -> None:
    """Draw FSS of the mean maps, a panel per percentile and a line per run.

    Upper panels show events at or below low percentiles, lower panels those at or above high
    ones. The grey line is the score that Roberts and Lean (2008) call useful, 0.5 + f / 2 with f
    the share of cells in the event.

    Args:
        fss: (run, percentile, window), percentiles in percent, windows in cells; NaN draws
            no line.
        stem: path of the files without `.png` and `.pdf`.
        caption: words for the titles.

    Raises:
        ValueError: dimensions differ.
    """
    require_dims(fss, ("run", "percentile", "window"), "fss")
    low = sorted(p for p in fss["percentile"].values.tolist() if p < 50)
    high = sorted((p for p in fss["percentile"].values.tolist() if p >= 50), reverse=True)
    rows = [row for row in (low, high) if row]
    columns = max(map(len, rows))
    with page(stem, PAGE_WIDTH, 1.2 + 1.8 * len(rows)) as figure:
        figure.suptitle(f"{caption.study}: mean {caption.quantity}, {caption.period}")
        axes = figure.subplots(len(rows), columns, squeeze=False, sharex=True, sharey=True)
        for ax in axes.flat:
            ax.set_visible(False)
        for row, percentiles in zip(axes, rows, strict=True):
            for ax, percentile in zip(row, percentiles, strict=False):
                _draw_panel(ax, fss.sel(percentile=percentile), percentile)
        axes[0, 0].set_ylim(min(0.0, float(np.nanmin(fss, initial=0.0))), 1.03)
        for ax in axes[-1]:
            ax.set_xlabel("neighbourhood length [cells]")
        for ax in axes[:, 0]:
            ax.set_ylabel("FSS, 1 is perfect")
        handles, labels = axes[0, 0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=min(4, len(labels)))


def _draw_panel(ax: Axes, fss: xr.DataArray, percentile: float) -> None:
    ax.set_visible(True)
    is_low = percentile < 50
    share = percentile if is_low else 100 - percentile
    ax.set_title(f"{'lowest' if is_low else 'highest'} {share:g} % of cells")
    windows = fss["window"].values
    for index, run in enumerate(fss["run"].values):
        marker = MARKERS[index % len(MARKERS)]
        look = {"marker": marker, "markersize": 3, "linewidth": 1.1} | line_look(index)
        ax.plot(windows, fss[index], label=str(run), **look)
    ax.axhline(
        0.5 + share / 200,
        color=DARK_GREY,
        linewidth=0.8,
        alpha=0.6,
        label="useful skill, 0.5 + f / 2",
    )
    ax.set_xticks(windows[:: max(1, len(windows) // 4)])
    ax.grid(color="#e5e5e5", linewidth=0.6)
    ax.set_axisbelow(True)
