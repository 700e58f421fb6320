"""The method with and without its discriminator."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import xarray as xr
from matplotlib.figure import FigureBase

from paramscape.figures._fss import (
    PERCENTILE_DIMS,
    draw_row,
    finish,
    tail_name,
    tails,
    wrote_reason,
)
from paramscape.figures._inputs import require_variables
from paramscape.figures._page import page, page_width
from paramscape.figures._score_maps import draw_score_maps, maps_height
from paramscape.figures.caption import Caption
from paramscape.figures.collect import mask_of, scores_by_simulator
from paramscape.figures.job import FigureJob
from paramscape.study.run_id import RunId

_MAPS = ("cc", "kge")
_MAP = ("run", "lat", "lon")
_PAIR = ("gan-po-l1", "gan-po")


def make(job: FigureJob) -> None:
    """Draw the test period on every simulator on which both methods learned."""
    files = job.inputs["scores"]
    runs = [RunId.of(file) for file in files]
    alone, with_it = ([run.simulator for run in runs if run.method == m] for m in _PAIR)
    simulators = [simulator for simulator in alone if simulator in with_it]
    scores = scores_by_simulator(files, job.inputs["default"], simulators)
    draw(scores, mask_of(job.file("domain")), job.stem, job.caption("test"))


def draw(
    scores: Mapping[str, xr.Dataset], mask: xr.DataArray, stem: Path, caption: Caption
) -> None:
    """Draw CC and KGE of `gan-po-l1` and `gan-po`, and FSS of all methods, by simulator.

    Args:
        scores: by simulator, `cc`, `kge` (run, lat, lon) and `fss` (run, percentile, window),
            the labels of `run` the methods, `gan-po-l1` and `gan-po` among them.
        mask: (lat, lon) active cells.
        stem: path of the files without `.png` and `.pdf`.
        caption: words for the titles.

    Raises:
        ValueError: no simulator is given, a method or score is missing, or grids or dimensions
            differ.
    """
    _check(scores)
    pairs = _pairs(scores)
    width, height = (
        page_width(pairs.sizes["run"]),
        maps_height(mask, pairs.sizes["run"], len(_MAPS)),
    )
    lower_height = 0.8 + 1.3 * len(scores)
    with page(stem, width, 0.4 + height + lower_height) as figure:
        figure.suptitle(caption.title(f"{caption.quantity}, L1 loss alone and with L_GAN"))
        upper, lower = figure.subfigures(2, 1, height_ratios=[height, lower_height])
        draw_score_maps(upper, pairs, mask, _MAPS, caption)
        _draw_curves(lower, {name: part["fss"] for name, part in scores.items()})


def _draw_curves(figure: FigureBase, curves: Mapping[str, xr.DataArray]) -> None:
    """Draw a row per simulator and a column per percentile."""
    first = next(iter(curves.values()))
    if wrote_reason(figure, first):
        return
    low, high = tails(first)
    percentiles = [*low, *reversed(high)]
    axes = figure.subplots(len(curves), len(percentiles), squeeze=False, sharex=True, sharey=True)
    for row, fss in zip(axes, curves.values(), strict=True):
        draw_row(row, fss, percentiles)
    for ax, percentile in zip(axes[0], percentiles, strict=True):
        ax.set_title(tail_name(percentile))
    finish(figure, axes, *curves.values())
    for ax, simulator, letter in zip(axes[:, 0], curves, "cdefgh", strict=False):
        ax.set_ylabel(f"({letter}) on {simulator}\nFSS")


def _pairs(scores: Mapping[str, xr.Dataset]) -> xr.Dataset:
    """Maps of the pair on each simulator, labelled such as `gan-po on vic`."""
    parts = []
    for simulator, part in scores.items():
        pair = part[list(_MAPS)].sel(run=list(_PAIR))
        labels = np.array([f"{method} on {simulator}" for method in _PAIR])
        parts.append(pair.assign_coords(run=labels))
    return xr.concat(parts, "run", join="exact")


def _check(scores: Mapping[str, xr.Dataset]) -> None:
    if not scores:
        raise ValueError(f"{' and '.join(_PAIR)} are compared on at least one simulator; got none")
    for simulator, part in scores.items():
        require_variables(part, dict.fromkeys(_MAPS, _MAP) | {"fss": PERCENTILE_DIMS})
        missing = set(_PAIR) - set(part["run"].values.tolist())
        if missing:
            raise ValueError(
                f"{' and '.join(_PAIR)} are compared on the same simulator; on {simulator} there "
                f"is no {', '.join(sorted(missing))} among {part['run'].values.tolist()}"
            )
