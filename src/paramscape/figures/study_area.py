"""The study area: active cells, elevation, mean precipitation and mean observations."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap, Normalize
from matplotlib.patches import Patch

from paramscape.figures._inputs import active_cells, require_variables
from paramscape.figures._maps import (
    Scale,
    draw_map,
    map_proportion,
    outer_labels_only,
    shared_scale,
)
from paramscape.figures._page import GREY, PAGE_WIDTH, page, pretty_units
from paramscape.figures.caption import Caption
from paramscape.figures.job import FigureJob
from paramscape.files import read_dataset

_MAP = ("lat", "lon")
_ACTIVE = "#0072B2"


def make(job: FigureJob) -> None:
    """Draw the study area, its climate and its observations over the training period."""
    days = job.section("periods.train").slice
    domain = read_dataset(job.file("domain"), "domain")
    rain = read_dataset(job.file("forcing"), "forcing-daily")["prcp"].sel(time=days)
    observed = read_dataset(job.file("observations"), job.target)[job.target].sel(time=days)
    fields = xr.Dataset(
        {
            "elevation": domain["elev"],
            "precipitation": rain.mean("time"),
            "observed": observed.mean("time"),
        }
    )
    draw(fields, domain["mask"], job.stem, job.caption("train"))


def draw(fields: xr.Dataset, mask: xr.DataArray, stem: Path, caption: Caption) -> None:
    """Draw the domain's mask, its elevation, mean precipitation and mean observations.

    Args:
        fields: `elevation` [m], `precipitation` [mm d-1] and `observed` [unit of the caption]
            (lat, lon), the last two as means over the period; NaN is hatched in active cells.
        mask: (lat, lon) active cells.
        stem: path of the files without `.png` and `.pdf`.
        caption: words for the titles.

    Raises:
        ValueError: a variable is missing, or dimensions or grids differ.
    """
    panels = {
        "elevation": ("elevation", "m", "viridis"),
        "precipitation": ("mean precipitation", "mm d-1", "viridis_r"),
        "observed": (f"mean observed {caption.quantity}", caption.units, "viridis_r"),
    }
    require_variables(fields, dict.fromkeys(panels, _MAP))
    active = active_cells(mask, fields)
    panel_height = min(3.0, max(1.2, 2.6 * map_proportion(mask)))
    with page(stem, PAGE_WIDTH, 0.9 + 2 * (panel_height + 0.35), "compressed") as figure:
        figure.suptitle(caption.title("study area"))
        axes = figure.subplots(2, 2)
        _draw_domain(axes[0, 0], mask, active)
        for ax, letter, (name, look) in zip(axes.flat[1:], "bcd", panels.items(), strict=True):
            title, units, cmap = look
            field = fields[name].where(active)
            scale = shared_scale(field.values, cmap)
            draw_map(ax, field, active, scale)
            ax.set_title(f"({letter}) {title}")
            bar = figure.colorbar(scale.mappable(), ax=ax, pad=0.02, aspect=16)
            bar.set_label(pretty_units(units))
        outer_labels_only(axes)


def _draw_domain(ax: Axes, mask: xr.DataArray, active: np.ndarray) -> None:
    inside = mask.astype(np.float64).where(active)
    draw_map(ax, inside, active, Scale(Normalize(0, 1), ListedColormap([_ACTIVE]), "neither"))
    ax.set_title(f"(a) {int(active.sum())} active cells of {active.size}")
    handles = [Patch(color=_ACTIVE, label="active"), Patch(color=GREY, label="outside")]
    ax.legend(handles=handles, loc="upper left", fontsize=7, frameon=True, framealpha=0.9)
