"""One method on several simulators."""

from __future__ import annotations

from pathlib import Path

import xarray as xr

from paramscape.figures._fss import PERCENTILE_DIMS, draw_tails
from paramscape.figures._inputs import require_variables
from paramscape.figures._page import page, page_width
from paramscape.figures._score_maps import draw_score_maps, maps_height
from paramscape.figures.caption import Caption
from paramscape.figures.collect import mask_of, scores_of_runs
from paramscape.figures.job import FigureJob

_MAPS = ("rmse", "cc")
_MAP = ("run", "lat", "lon")


def make(job: FigureJob) -> None:
    """Draw one method's runs in the test period."""
    scores = scores_of_runs(job.inputs["scores"])
    draw(scores, mask_of(job.file("domain")), job.stem, job.caption("test"))


def draw(scores: xr.Dataset, mask: xr.DataArray, stem: Path, caption: Caption) -> None:
    """Draw maps of RMSE and CC and curves of FSS of one method, a run per simulator.

    Args:
        scores: `rmse`, `cc` (run, lat, lon) and `fss` (run, percentile, window) of at least two
            runs.
        mask: (lat, lon) active cells.
        stem: path of the files without `.png` and `.pdf`.
        caption: words for the titles.

    Raises:
        ValueError: a score is missing, grids or dimensions differ, or there is one run alone.
    """
    require_variables(scores, dict.fromkeys(_MAPS, _MAP) | {"fss": PERCENTILE_DIMS})
    runs = scores.sizes["run"]
    if runs < 2:
        raise ValueError(
            f"Simulators are compared by two runs at least; got {scores['run'].values.tolist()}"
        )
    height = maps_height(mask, runs, len(_MAPS))
    with page(stem, page_width(runs), 4.9 + height) as figure:
        figure.suptitle(caption.title(f"{caption.quantity}, by the simulator learned on"))
        upper, lower = figure.subfigures(2, 1, height_ratios=[height, 4.3])
        draw_score_maps(upper, scores, mask, _MAPS, caption)
        draw_tails(lower, scores["fss"])
        lower.suptitle("(c) FSS of the mean maps", x=0.01, ha="left", fontsize=8, weight="normal")
