"""Fractions skill score of the mean map against the length of the neighbourhood."""

from __future__ import annotations

from pathlib import Path

import xarray as xr

from paramscape.figures._fss import PERCENTILE_DIMS, draw_tails, tails
from paramscape.figures._inputs import require_dims
from paramscape.figures._page import PAGE_WIDTH, page
from paramscape.figures.caption import Caption
from paramscape.figures.collect import scores_of_runs
from paramscape.figures.job import FigureJob


def make(job: FigureJob) -> None:
    """Draw the curves of all runs in the test period."""
    draw(scores_of_runs(job.inputs["scores"])["fss"], job.stem, job.caption("test"))


def draw(fss: xr.DataArray, stem: Path, caption: Caption) -> None:
    """Draw FSS of the mean maps, a panel per percentile and a line per run.

    Upper panels show events at or below low percentiles, lower panels those at or above high
    ones. The grey line is the useful skill of Roberts and Lean (2008), 0.5 + f / 2, where f
    is the share of cells in the event.

    Args:
        fss: (run, percentile, window), percentiles in percent, windows in cells; NaN draws
            no line.
        stem: path of the files without `.png` and `.pdf`.
        caption: words for the titles.

    Raises:
        ValueError: dimensions differ.
    """
    require_dims(fss, PERCENTILE_DIMS, "fss")
    rows = sum(map(bool, tails(fss)))
    with page(stem, PAGE_WIDTH, 1.2 + 1.8 * rows + 0.045 * fss.sizes["run"]) as figure:
        figure.suptitle(caption.title(f"pattern of mean {caption.quantity}"))
        draw_tails(figure, fss)
