"""Histograms of the relative RMSE change over training and test period."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import xarray as xr

from paramscape.figures._changes import changes_height, draw_changes
from paramscape.figures._inputs import require_dims
from paramscape.figures._page import page, page_width
from paramscape.figures.caption import Caption
from paramscape.figures.collect import change_of_runs, joined_changes, mask_of
from paramscape.figures.job import FigureJob


def make(job: FigureJob) -> None:
    """Draw the change of all runs over both periods."""
    changes = [
        change_of_runs(job.inputs[period], job.inputs[f"default_{period}"])
        for period in ("train", "test")
    ]
    change = joined_changes(changes, pd.Index(["train", "test"], name="period"))
    draw(change, mask_of(job.file("domain")), job.stem, job.caption())


def draw(change: xr.DataArray, mask: xr.DataArray, stem: Path, caption: Caption) -> None:
    """Draw how many cells calibration improves (red) and worsens (blue), and by how much.

    Cells beyond the axis are counted in the outermost bars. Each panel gives the shares of
    improved and worsened cells among the observed ones.

    Args:
        change: (period, run, lat, lon) relative RMSE change [%], positive where calibration
            helps; labels of `period` such as `train` and `test`, runs without the default's. Its
            coordinate `observed` (period, lat, lon) is true in cells with an observation.
        mask: (lat, lon) active cells.
        stem: path of the files without `.png` and `.pdf`.
        caption: words for the title.

    Raises:
        ValueError: dimensions or grids differ.
    """
    require_dims(change, ("period", "run", "lat", "lon"), "change")
    periods, runs = change.sizes["period"], change.sizes["run"]
    with page(stem, page_width(runs), 0.7 + changes_height(runs, periods)) as figure:
        figure.suptitle(caption.title(f"change of {caption.quantity} RMSE by calibration"))
        names = [f"{period} period" for period in change["period"].values]
        draw_changes(figure, change, mask, names)
