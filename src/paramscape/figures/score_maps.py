"""Maps of the point scores, a column for each run."""

from __future__ import annotations

from pathlib import Path

import xarray as xr

from paramscape.figures._inputs import require_variables
from paramscape.figures._page import page, page_width
from paramscape.figures._score_maps import draw_score_maps, maps_height
from paramscape.figures.caption import Caption
from paramscape.figures.collect import mask_of, scores_of_runs
from paramscape.figures.job import FigureJob

_ROWS = ("rmse", "cc", "kge")
_MAP = ("run", "lat", "lon")


def make(job: FigureJob) -> None:
    """Draw the maps of all runs in the test period."""
    scores = scores_of_runs(job.inputs["scores"])
    draw(scores, mask_of(job.file("domain")), job.stem, job.caption("test"))


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
    runs = scores.sizes["run"]
    height = 0.65 + maps_height(mask, runs, len(_ROWS))
    with page(stem, page_width(runs), height, "compressed") as figure:
        figure.suptitle(caption.title(f"{caption.quantity} per cell"))
        draw_score_maps(figure, scores, mask, _ROWS, caption)
