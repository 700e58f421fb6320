"""Maps of point scores: a row per score, a column per run, one colour scale per score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr
from matplotlib.figure import FigureBase

from paramscape.figures._inputs import active_cells
from paramscape.figures._maps import (
    Scale,
    draw_map,
    map_proportion,
    outer_labels_only,
    shared_scale,
)
from paramscape.figures._page import bands, page_width, with_units, wrapped
from paramscape.figures.caption import Caption
from paramscape.metrics.scores import SCORES

_TALLEST = 1.9


def maps_height(mask: xr.DataArray, runs: int, scores: int) -> float:
    """Height [inch] of the maps of a number of runs and scores on a page of `page_width(runs)`."""
    columns = len(range(runs)[bands(runs)[0]])
    panel = min(_TALLEST, (page_width(runs) - 1.6) / columns * map_proportion(mask))
    return len(bands(runs)) * (0.65 + scores * (panel + 0.22))


def draw_score_maps(
    figure: FigureBase,
    scores: xr.Dataset,
    mask: xr.DataArray,
    names: Sequence[str],
    caption: Caption,
) -> None:
    """Draw scores per cell, titled with the median of the scored cells.

    Yellow is better; a scale leaves out the worst 5 % of cells. Active cells without score are
    hatched, cells outside the domain grey. Where some active cells have no score, the row label
    gives the number of cells with one, and the title of a map with fewer its own number. Many runs
    are drawn in several bands.

    Args:
        figure: an empty figure or part of one.
        scores: `names` (run, lat, lon); NaN where no skill is defined.
        mask: (lat, lon) active cells.
        names: scores shown.
        caption: gives the unit of the scored field.
    """
    active = active_cells(mask, scores)
    maps = {name: scores[name].where(active) for name in names}
    scales = {name: _scale(field) for name, field in maps.items()}
    parts = bands(scores.sizes["run"])
    columns = max(part.stop - part.start for part in parts)
    axes = figure.subplots(len(names) * len(parts), columns, squeeze=False)
    for band, part in enumerate(parts):
        rows = axes[band * len(names) : (band + 1) * len(names)]
        last = rows[:, -1]
        for ax in rows[:, part.stop - part.start :].flat:
            ax.set_axis_off()
        rows = rows[:, : part.stop - part.start]
        shown = {name: field.isel(run=part) for name, field in maps.items()}
        _draw_band(rows, shown, active, scales)
        _draw_bars(figure, last, scales, caption)
        for ax, label in zip(rows[0], scores["run"].values[part], strict=True):
            ax.set_title(f"{wrapped(str(label))}\n{ax.get_title()}")
        outer_labels_only(rows)


def _scale(maps: xr.DataArray) -> Scale:
    lower_is_better = SCORES[str(maps.name)].direction == "lower"
    tails, cmap = ((0, 95), "viridis_r") if lower_is_better else ((5, 100), "viridis")
    return shared_scale(maps.values, cmap, tails=tails)


def _draw_band(
    axes: np.ndarray,
    maps: Mapping[str, xr.DataArray],
    active: np.ndarray,
    scales: Mapping[str, Scale],
) -> None:
    """Draw one band's maps (score, run) with their medians."""
    cells = int(active.sum())
    for row, letter, (name, fields) in zip(axes, "abcdef", maps.items(), strict=False):
        most = int(np.isfinite(fields.values).sum((1, 2)).max())
        for ax, field in zip(row, fields, strict=True):
            draw_map(ax, field, active, scales[name])
            ax.set_title(_median(field.values, most))
        scored = "" if most == cells else f"\n{most} of {cells} cells"
        row[0].set_ylabel(f"({letter}) {SCORES[name].title}{scored}")


def _median(field: np.ndarray, most: int) -> str:
    """Median of a map (lat, lon), with the number of its cells if other maps have more scored."""
    scored = field[np.isfinite(field)]
    fewer = f" of {scored.size}" if scored.size < most else ""
    return f"median {np.median(scored):z.2f}{fewer}" if scored.size else "no score"


def _draw_bars(
    figure: FigureBase, last: np.ndarray, scales: Mapping[str, Scale], caption: Caption
) -> None:
    """Draw the colour bar of each score next to the last column's axes (score,)."""
    for ax, (name, scale) in zip(last, scales.items(), strict=True):
        # Inside the axes of a map, a bar is as tall as the map in every layout.
        place = ax.inset_axes((1.06, 0, 0.08, 1))
        bar = figure.colorbar(scale.mappable(), cax=place, extend=scale.extend)
        score = SCORES[name]
        units = caption.units if score.unit == "field" else score.unit
        bar.ax.set_ylabel(with_units(score.title, units))
