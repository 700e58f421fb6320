"""EOF score and SSIM of each day, a line for each run."""

from __future__ import annotations

from pathlib import Path

import xarray as xr
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

from paramscape.figures._inputs import require_variables
from paramscape.figures._page import PAGE_WIDTH, line_looks, page, write_reason
from paramscape.figures.caption import Caption
from paramscape.figures.collect import scores_of_runs
from paramscape.figures.job import FigureJob
from paramscape.metrics.scores import SCORES

_PANELS = ("eof", "ssim")
_SMOOTHED_DAYS = 15


def make(job: FigureJob) -> None:
    """Draw the spatial scores of all runs in the test period."""
    draw(scores_of_runs(job.inputs["scores"]), job.stem, job.caption("test"))


def draw(scores: xr.Dataset, stem: Path, caption: Caption) -> None:
    """Draw the spatial scores of each day, a panel per score and a line per run.

    Daily values are thin, their centred 15-day means thick; the legend gives the mean over the
    period. Where the observations do not allow a score, its panel gives the reason.

    Args:
        scores: `eof`, `ssim` (run, time), NaN on days that are not scored, and `eof_mean`,
            `ssim_mean` (run); `time` holds days as datetime64. The attribute `not_scored` of
            `eof` and `ssim` says why, where no day is scored.
        stem: path of the files without `.png` and `.pdf`.
        caption: words for the titles.

    Raises:
        ValueError: a score is missing or has other dimensions.
    """
    dims = {name: ("run", "time") for name in _PANELS}
    require_variables(scores, dims | {f"{name}_mean": ("run",) for name in _PANELS})
    runs = scores.sizes["run"]
    with page(stem, PAGE_WIDTH, 4.2 + 0.12 * runs) as figure:
        figure.suptitle(caption.title(f"pattern of daily {caption.quantity}"))
        for ax, name, letter in zip(figure.subplots(2, 1, sharex=True), _PANELS, "ab", strict=True):
            if not write_reason(ax, scores[name]):
                _draw_panel(ax, scores[name], scores[f"{name}_mean"])
            ax.set_xlim(*scores["time"].values[[0, -1]])
            better = SCORES[name].direction
            ax.set_title(f"({letter}) {SCORES[name].title}, {better} is better", loc="left")
            ax.set_ylabel(SCORES[name].title)
        locator = AutoDateLocator(minticks=4, maxticks=12)
        ax.xaxis.set_major_locator(locator)
        ax.xaxis.set_major_formatter(ConciseDateFormatter(locator))


def _draw_panel(ax: Axes, series: xr.DataArray, means: xr.DataArray) -> None:
    days = series["time"].values
    smooth = series.rolling(time=_SMOOTHED_DAYS, center=True, min_periods=5).mean()
    long_enough = len(days) > 4 * _SMOOTHED_DAYS
    labels = [str(run) for run in series["run"].values]
    for index, (run, look) in enumerate(zip(labels, line_looks(labels), strict=True)):
        look = {**look, "marker": None}
        label = f"{run} (mean {float(means[index]):#.3g})"
        if long_enough:
            ax.plot(days, series[index], color=look["color"], alpha=0.3, linewidth=0.4)
            ax.plot(days, smooth[index], linewidth=1.4, label=label, **look)
        else:
            ax.plot(days, series[index], linewidth=1.2, label=label, **look)
    ax.grid(axis="y", color="#e5e5e5", linewidth=0.6)
    ax.set_axisbelow(True)
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), handlelength=2.6)
