"""How well the surrogate stands in for VIC on members it was not trained on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from paramscape.figures._inputs import active_cells, require_variables
from paramscape.figures._maps import draw_map, map_proportion, shared_scale
from paramscape.figures._page import DARK_GREY, PAGE_WIDTH, Caption, page, with_units
from paramscape.metrics import SCORES

_MEMBERS = ("member", "lat", "lon")


def draw(
    skill: xr.Dataset, pairs: xr.Dataset, mask: xr.DataArray, stem: Path, caption: Caption
) -> None:
    """Draw maps and histograms of RMSE and correlation, and surrogate against VIC day by day.

    Maps show means over members; histograms count every cell of every member.

    Args:
        skill: `rmse`, `cc` (member, lat, lon) of the surrogate against VIC; NaN where undefined.
        pairs: `surrogate`, `vic` (sample), a sample of the same days and cells, without NaN.
        mask: (lat, lon) active cells.
        stem: path of the files without `.png` and `.pdf`.
        caption: words for the titles.

    Raises:
        ValueError: a variable is missing or NaN, or dimensions or grids differ.
    """
    require_variables(skill, {"rmse": _MEMBERS, "cc": _MEMBERS})
    require_variables(pairs, {"surrogate": ("sample",), "vic": ("sample",)})
    for name in ("surrogate", "vic"):
        gaps = int(pairs[name].isnull().sum())
        if gaps:
            raise ValueError(f"`{name}` holds {gaps} NaN of {pairs[name].size}: drop those samples")
    active = active_cells(mask, skill)
    height = min(3.2, max(1.6, 2.2 * map_proportion(mask)))
    with page(stem, PAGE_WIDTH, 3.1 + height) as figure:
        members = skill.sizes["member"]
        figure.suptitle(f"{caption.study}: surrogate against VIC on {members} test members")
        upper, lower = figure.subfigures(2, 1, height_ratios=[height, 2.6])
        maps = upper.subplots(1, 2)
        bars = lower.subplots(1, 3, width_ratios=[1, 1, 1.15])
        for ax, bar, name, letter in zip(maps, bars[:2], ("rmse", "cc"), "ab", strict=True):
            units = caption.units if name == "rmse" else "1"
            title = with_units(SCORES[name].title, units)
            _draw_mean(upper, ax, skill[name], active, f"({letter}) mean {title}")
            _draw_counts(bar, skill[name].values[:, active], title)
        bars[0].set_ylabel("cells × members")
        for ax, letter in zip(bars, "cde", strict=True):
            ax.set_title(f"({letter})", loc="left")
        _draw_pairs(lower, bars[2], pairs, caption)


def _draw_mean(
    figure: Figure, ax: Axes, maps: xr.DataArray, active: np.ndarray, title: str
) -> None:
    mean = maps.mean("member", skipna=False).where(active)
    lower_is_better = SCORES[str(maps.name)].direction == "lower"
    scale = shared_scale(mean.values, "viridis_r" if lower_is_better else "viridis")
    draw_map(ax, mean, active, scale)
    ax.set_title(title)
    figure.colorbar(scale.mappable(), ax=ax, extend=scale.extend, pad=0.02, aspect=14)


def _draw_counts(ax: Axes, values: np.ndarray, label: str) -> None:
    finite = values[np.isfinite(values)]
    if finite.size:
        ax.hist(finite, bins=30, color="#56B4E9", edgecolor="white", linewidth=0.3)
        median = np.median(finite)
        ax.axvline(median, color="black", linewidth=0.8)
        ax.set_title(f"median {median:.3g}", loc="right")
    ax.set_xlabel(label)


def _draw_pairs(figure: Figure, ax: Axes, pairs: xr.Dataset, caption: Caption) -> None:
    vic, surrogate = pairs["vic"].values, pairs["surrogate"].values
    low, high = min(vic.min(), surrogate.min()), max(vic.max(), surrogate.max())
    high = high if high > low else low + 1
    counts = ax.hexbin(
        vic, surrogate, gridsize=40, extent=(low, high, low, high), mincnt=1,
        cmap="viridis", norm=LogNorm(), linewidths=0.1,
    )  # fmt: skip
    ax.plot([low, high], [low, high], color=DARK_GREY, linewidth=0.8)
    ax.set_aspect("equal")
    ax.set_xlabel(with_units("VIC", caption.units))
    ax.set_ylabel(with_units("surrogate", caption.units))
    ax.set_title(f"daily {caption.quantity}", loc="right")
    figure.colorbar(counts, ax=ax, label="samples", pad=0.02, aspect=14)
