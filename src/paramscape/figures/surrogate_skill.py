"""How well a surrogate reproduces VIC on ensemble members that it was not trained on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from paramscape.figures._inputs import active_cells, require_columns, require_variables
from paramscape.figures._maps import draw_map, map_proportion, shared_scale
from paramscape.figures._page import DARK_GREY, PAGE_WIDTH, RED, page, pretty_units, with_units
from paramscape.figures.caption import Caption
from paramscape.figures.collect import mask_of
from paramscape.figures.job import FigureJob
from paramscape.files import read_netcdf, read_table
from paramscape.metrics.scores import SCORES

_MEMBERS = ("member", "lat", "lon")
_LIGHT_BLUE = "#56B4E9"


def make(job: FigureJob) -> None:
    """Draw the skill of one surrogate over the training period, and its response in the target."""
    sensitivity = read_table(job.file("sensitivity"))
    draw(
        read_netcdf(job.file("skill")),
        sensitivity[sensitivity["target"] == job.target],
        mask_of(job.file("domain")),
        job.stem,
        job.caption("train"),
        surrogate=job.surrogate,
    )


def draw(
    skill: xr.Dataset,
    sensitivity: pd.DataFrame,
    mask: xr.DataArray,
    stem: Path,
    caption: Caption,
    *,
    surrogate: str,
) -> None:
    """Draw a surrogate's skill: maps, histograms, single days, and its response to parameters.

    Maps show means over members, histograms every cell of every member, bars by how much the mean
    target changes from a parameter's lower to its upper quartile; red where the sensitivity check
    warns.

    Args:
        skill: `rmse`, `cc` (member, lat, lon) of the surrogate against VIC, NaN where undefined;
            `surrogate`, `vic` (sample), the target on a sample of the same days and cells,
            without NaN.
        sensitivity: a row per parameter: `parameter`, `surrogate`, `vic` [unit of the caption],
            `ratio` (NaN where VIC does not respond), and `warns`, whether the sensitivity check
            warns.
        mask: (lat, lon) active cells.
        stem: path of the files without `.png` and `.pdf`.
        caption: words for the titles.
        surrogate: name of the surrogate.

    Raises:
        ValueError: a variable or column is missing or NaN, or dimensions or grids differ.
    """
    _check(skill, sensitivity)
    height = min(2.6, max(1.6, 1.9 * map_proportion(mask)))
    with page(stem, PAGE_WIDTH, 3.0 + height) as figure:
        members = skill.sizes["member"]
        figure.suptitle(
            caption.title(f"surrogate {surrogate} against VIC on {members} test members")
        )
        ratios = {"height_ratios": [height, 2.3], "width_ratios": [1, 1, 1.25]}
        panels = figure.subplots(2, 3, **ratios)
        _draw_scores(figure, panels, skill, active_cells(mask, skill), caption)
        _draw_sensitivity(panels[0, 2], sensitivity, caption)
        _draw_pairs(figure, panels[1, 2], skill, caption)


def _draw_scores(
    figure: Figure, panels: np.ndarray, skill: xr.Dataset, active: np.ndarray, caption: Caption
) -> None:
    """Draw maps and, below them, histograms of RMSE and CC, and letter all panels (2, 3)."""
    upper, lower = panels
    for ax, bar, name, letter in zip(upper, lower, ("rmse", "cc"), "ab", strict=False):
        title = with_units(SCORES[name].title, caption.units if name == "rmse" else "1")
        _draw_mean(figure, ax, skill[name], active, f"({letter}) mean {title}")
        _draw_counts(bar, skill[name].values[:, active], title)
    lower[0].set_ylabel("cells × members")
    for ax, letter in zip((upper[2], *lower), "cdef", strict=True):
        ax.set_title(f"({letter})", loc="left")


def _draw_mean(
    figure: Figure, ax: Axes, maps: xr.DataArray, active: np.ndarray, title: str
) -> None:
    mean = maps.mean("member", skipna=False).where(active)
    lower_is_better = SCORES[str(maps.name)].direction == "lower"
    scale = shared_scale(mean.values, "viridis_r" if lower_is_better else "viridis")
    draw_map(ax, mean, active, scale)
    ax.set_title(title)
    place = ax.inset_axes((1.04, 0, 0.07, 1))
    figure.colorbar(scale.mappable(), cax=place, extend=scale.extend)


def _draw_counts(ax: Axes, values: np.ndarray, label: str) -> None:
    finite = values[np.isfinite(values)]
    if finite.size:
        ax.hist(finite, bins=30, color=_LIGHT_BLUE, edgecolor="white", linewidth=0.3)
        median = np.median(finite)
        ax.axvline(median, color="black", linewidth=0.8)
        ax.set_title(f"median {median:.3g}", loc="right")
    ax.set_xlabel(label)


def _draw_sensitivity(ax: Axes, sensitivity: pd.DataFrame, caption: Caption) -> None:
    """Draw the response of VIC and of the surrogate to each parameter, with their ratio."""
    places = np.arange(len(sensitivity))
    ax.barh(places - 0.2, sensitivity["vic"], 0.38, color=DARK_GREY, label="VIC")
    ax.barh(places + 0.2, sensitivity["surrogate"], 0.38, color=_LIGHT_BLUE, label="surrogate")
    ax.axvline(0, color="black", linewidth=0.6)
    ax.set_yticks(places, sensitivity["parameter"])
    ax.invert_yaxis()
    beyond = ax.get_yaxis_transform()
    for place, ratio, warns in zip(places, sensitivity["ratio"], sensitivity["warns"], strict=True):
        words = {"color": RED, "fontweight": "bold"} if warns else {"color": "black"}
        text = "–" if np.isnan(ratio) else f"{ratio:z.2f}" + (" !" if warns else "")
        ax.text(1.02, place, text, va="center", fontsize=7, transform=beyond, **words)
        ax.get_yticklabels()[place].set_color(words["color"])
    ax.set_title("ratio", loc="right", fontsize=7)
    ax.set_xlabel(f"change of mean {caption.quantity} [{pretty_units(caption.units)}]", fontsize=7)
    ax.legend(fontsize=6.5, loc="best", handlelength=1.2)


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


def _check(skill: xr.Dataset, sensitivity: pd.DataFrame) -> None:
    require_variables(skill, {"rmse": _MEMBERS, "cc": _MEMBERS})
    require_variables(skill, {"surrogate": ("sample",), "vic": ("sample",)})
    for name in ("surrogate", "vic"):
        gaps = int(skill[name].isnull().sum())
        if gaps:
            raise ValueError(f"`{name}` holds {gaps} NaN of {skill[name].size}: drop those samples")
    columns = ["parameter", "surrogate", "vic", "ratio", "warns"]
    require_columns(sensitivity, columns, "sensitivity")
