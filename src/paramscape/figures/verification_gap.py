"""What remains of a calibration's improvement when its parameters go back into VIC."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr

from paramscape.figures._changes import changes_height, draw_changes
from paramscape.figures._inputs import require_variables
from paramscape.figures._page import page, page_width, pretty_units
from paramscape.figures.caption import Caption
from paramscape.figures.collect import mask_of, verified_runs
from paramscape.figures.job import FigureJob

SIDES = ("own", "vic")


def make(job: FigureJob) -> None:
    """Draw all runs in the test period."""
    defaults = {side: job.inputs[f"default_{side}"] for side in SIDES}
    verified = verified_runs(job.inputs["own"], job.inputs["vic"], defaults)
    draw(verified, mask_of(job.file("domain")), job.stem, job.caption("test"))


def draw(verified: xr.Dataset, mask: xr.DataArray, stem: Path, caption: Caption) -> None:
    """Draw the RMSE change on each run's own simulator and, below it, in VIC, with the gap.

    The gap is the mean RMSE over observed cells on the own simulator minus that in VIC. It is 0
    for a method that learns on VIC, whose two rows are the same.

    Args:
        verified: `change` (side, run, lat, lon), relative RMSE change [%] against the default
            parameters on the same side, positive where calibration helps; `gap` (run) [unit of
            the caption]. The labels of `side` are `own` and `vic`; runs without the default's. The
            coordinate `observed` (side, lat, lon) of `change` is true in cells with an observation.
        mask: (lat, lon) active cells.
        stem: path of the files without `.png` and `.pdf`.
        caption: words for the title.

    Raises:
        ValueError: a variable or side is missing, or dimensions or grids differ.
    """
    require_variables(verified, {"change": ("side", "run", "lat", "lon"), "gap": ("run",)})
    sides = verified["side"].values.tolist()
    if sides != list(SIDES):
        raise ValueError(f"`side` holds {list(SIDES)} in this order; got {sides}")
    runs = verified.sizes["run"]
    with page(stem, page_width(runs), 0.9 + changes_height(runs, 2)) as figure:
        gap = f"gap: mean RMSE on the own simulator − in VIC [{pretty_units(caption.units)}]"
        title = caption.title(f"verification of {caption.quantity} in VIC")
        figure.suptitle(f"{title}\n{gap}")
        notes = {
            str(run): _words(float(gap))
            for run, gap in zip(verified["run"].values, verified["gap"].values, strict=True)
        }
        draw_changes(figure, verified["change"], mask, ["own simulator", "in VIC"], notes)


def _words(gap: float) -> str:
    return "gap –" if np.isnan(gap) else f"gap {gap:+.3f}" if gap else "gap 0"
