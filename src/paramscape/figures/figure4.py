"""Figure 4: maps of the point scores by run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from paramscape.figures._inputs import active_cells, require_variables
from paramscape.figures._maps import (
    draw_map,
    map_proportion,
    outer_labels_only,
    shared_scale,
)
from paramscape.figures._page import Caption, page, page_width, with_units, wrapped
from paramscape.metrics import SCORES

_ROWS = ("rmse", "cc", "kge")
_MAP = ("run", "lat", "lon")


def draw(scores: xr.Dataset, mask: xr.DataArray, stem: Path, caption: Caption) -> None:
    """Draw RMSE, CC and KGE per cell, a row per score and a column per run.

    Titles give the median of the scored cells. A row shares one colour scale, on which yellow
    is better, and which leaves out the worst 5 % of cells. Active cells without score are
    hatched, cells outside the domain grey.

    Args:
        scores: `rmse`, `cc`, `kge` (run, lat, lon), the labels of `run` such as
            `gan-po on vic`; NaN where no skill is defined.
        mask: (lat, lon) active cells.
        stem: path of the files without `.png` and `.pdf`.
        caption: words for the titles.

    Raises:
        ValueError: a score is missing, or grids or dimensions differ.
    """
    require_variables(scores, dict.fromkeys(_ROWS, _MAP))
    active = active_cells(mask, scores)
    runs = scores.sizes["run"]
    width = page_width(runs)
    panel_height = min(1.9, (width - 1.6) / runs * map_proportion(mask))
    with page(stem, width, 1.3 + 3 * (panel_height + 0.22), "compressed") as figure:
        figure.suptitle(f"{caption.study}: {caption.quantity} per cell, {caption.period}")
        axes = figure.subplots(3, runs, squeeze=False)
        for row, name in enumerate(_ROWS):
            _draw_row(figure, axes[row], scores[name].where(active), active)
        for ax, label in zip(axes[0], scores["run"].values, strict=True):
            ax.set_title(f"{wrapped(str(label))}\n{ax.get_title()}")
        for ax, name, letter in zip(axes[:, 0], _ROWS, "abc", strict=True):
            ax.set_ylabel(f"({letter}) {SCORES[name].title}")
        for bar, name in zip(figure.axes[axes.size :], _ROWS, strict=True):
            bar.set_ylabel(with_units(SCORES[name].title, _units(name, caption)))
        outer_labels_only(axes)


def _draw_row(figure: Figure, axes: np.ndarray, maps: xr.DataArray, active: np.ndarray) -> None:
    """Draw one score's maps with their medians and colour bar."""
    lower_is_better = SCORES[str(maps.name)].direction == "lower"
    tails, cmap = ((0, 95), "viridis_r") if lower_is_better else ((5, 100), "viridis")
    scale = shared_scale(maps.values, cmap, tails=tails)
    for ax, field in zip(axes, maps, strict=True):
        draw_map(ax, field, active, scale)
        scored = field.values[np.isfinite(field.values)]
        ax.set_title(f"median {np.median(scored):z.2f}" if scored.size else "no score")
    figure.colorbar(scale.mappable(), ax=list(axes), extend=scale.extend, pad=0.02, aspect=12)


def _units(name: str, caption: Caption) -> str:
    return caption.units if SCORES[name].unit == "field" else SCORES[name].unit
