"""Losses of the trainings and scores on the validation period, a panel for each run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpecFromSubplotSpec
from matplotlib.ticker import MaxNLocator
from pandas.api.types import is_numeric_dtype

from paramscape.figures._page import LINE_COLOURS, PAGE_WIDTH, page
from paramscape.figures.caption import Caption
from paramscape.figures.collect import histories_of_runs
from paramscape.figures.job import FigureJob
from paramscape.files import read_json
from paramscape.study import METHODS
from paramscape.study.run_id import RunId

WEIGHTED_SUM = "weighted sum"

_SPLITS = ("train", "validation", "test")
_NOT_DRAWN = ("seconds", "model_runs", "train/d_real", "train/d_fake")
_COLUMNS = 3
_LOG_FROM = 20.0
_COLOURS = {
    WEIGHTED_SUM: "#000000",
    "l1": "#E69F00",
    "range": "#56B4E9",
    "adversarial": "#009E73",
    "discriminator": "#0072B2",
    "rmse": "#D55E00",
    "mse": "#D55E00",
    "best_rmse": "#D55E00",
    "worst_rmse": "#999999",
    "geometric_range": "#8C6D31",
    "kge": "#CC79A7",
    "misfit": "#000000",
}


def make(job: FigureJob) -> None:
    """Draw the history of every run that has one."""
    files = job.inputs["histories"]
    histories = histories_of_runs(files)
    weights = _weights_of_runs(files, job)
    draw(histories, job.stem, Caption(job.settings["study.title"]), weights=weights)


def _weights_of_runs(files: Iterable[Path], job: FigureJob) -> dict[str, Mapping[str, float]]:
    """Weights of each run's losses by label, with the settings that a search chose."""
    chosen = {file.parts[-3:-1]: read_json(file)["settings"] for file in job.inputs["choices"]}
    weights = {}
    for run in map(RunId.of, files):
        method, choice = METHODS[run.method], chosen.get((run.method, run.simulator), {})
        if method.learns_in_epochs:
            settings = job.settings.get(method.section, {}) | choice
            weights[run.label] = method.settings.model_validate(settings).weights
    return {label: found for label, found in weights.items() if found}


def draw(
    histories: Mapping[str, pd.DataFrame],
    stem: Path,
    caption: Caption,
    *,
    weights: Mapping[str, Mapping[str, float]] | None = None,
) -> None:
    """Draw the losses of every run by progress, and below them its scores in validation.

    The black line is the weighted sum of the generator's losses, which training minimises.
    Losses that are all positive and span more than a factor of 20 have a logarithmic axis.

    Args:
        histories: by run label, the table `history.csv`: the first column is the progress, such
            as `epoch`, the others `split/loss` or `loss`, NaN where nothing was recorded.
            `seconds`, `model_runs` and the discriminator's mean scores `train/d_real` and
            `train/d_fake` are not losses and are left out. A table without rows, of a method that
            does not train, has no panel.
        stem: path of the files without `.png` and `.pdf`.
        caption: words for the title.
        weights: by run label, the weight of each training loss in the sum; runs without weights
            have no sum.

    Raises:
        ValueError: no history has a row, one has no curve, or its progress does not rise.
    """
    shown = _shown(histories, weights or {})
    columns = min(_COLUMNS, len(shown))
    rows = -(-len(shown) // columns)
    with page(stem, PAGE_WIDTH, 1.0 + 2.5 * rows) as figure:
        figure.suptitle(caption.title("course of the calibrations"))
        figure.get_layout_engine().set(hspace=0.0, h_pad=0.02)
        grid = figure.add_gridspec(rows, columns)
        colours = _colours(shown.values())
        for place, (run, history) in enumerate(shown.items()):
            _draw_run(figure, grid[place // columns, place % columns], history, colours, run)
        _name_curves(figure)


def _shown(
    histories: Mapping[str, pd.DataFrame], weights: Mapping[str, Mapping[str, float]]
) -> dict[str, pd.DataFrame]:
    """The curves of each history that has a row, with the weighted sum."""
    shown = {}
    for run, table in histories.items():
        if len(table):
            shown[run] = table.drop(columns=[name for name in _NOT_DRAWN if name in table])
            _check(run, shown[run])
            if run in weights:
                shown[run] = with_weighted_sum(shown[run], weights[run])
    if not shown:
        raise ValueError(
            f"There is no history to draw: none of the runs {list(histories)} has a row"
        )
    return shown


def with_weighted_sum(history: pd.DataFrame, weights: Mapping[str, float]) -> pd.DataFrame:
    """The history with `train/weighted sum`, the sum of its training losses times their weights.

    A loss that an epoch does not have, such as the adversarial loss while L1 warms up, adds
    nothing.
    """
    terms = history[[f"train/{loss}" for loss in weights]] * list(weights.values())
    return history.assign(**{f"train/{WEIGHTED_SUM}": terms.sum(axis=1, min_count=1)})


def _draw_run(
    figure: Figure, place: object, history: pd.DataFrame, colours: Mapping[str, str], run: str
) -> None:
    """Draw one run's losses, and its validation below them where it has one."""
    checked = [c for c in history.columns[1:] if _split(c) == "validation"]
    losses = [c for c in history.columns[1:] if c not in checked]
    groups = [group for group in (losses, checked) if group]
    ratios = [2, 1][: len(groups)]
    nested = GridSpecFromSubplotSpec(len(groups), 1, place, height_ratios=ratios, hspace=0.06)
    axes: list[Axes] = []
    for row, group in enumerate(groups):
        axes.append(figure.add_subplot(nested[row], sharex=axes[0] if axes else None))
        _draw_curves(axes[-1], history, group, colours)
        axes[-1].set_ylabel("validation" if group is checked else "loss", fontsize=7)
    for ax in axes[:-1]:
        ax.tick_params(labelbottom=False)
    axes[0].set_title(run)
    axes[-1].set_xlabel(str(history.columns[0]), fontsize=7)
    axes[-1].xaxis.set_major_locator(MaxNLocator(5, integer=True))


def _draw_curves(
    ax: Axes, history: pd.DataFrame, curves: Sequence[str], colours: Mapping[str, str]
) -> None:
    progress = history.columns[0]
    for curve in curves:
        known = history[[progress, curve]].dropna()
        marker = "o" if len(known) < 6 else None
        look = {"color": colours[_loss(curve)], "marker": marker, "markersize": 3}
        style = "--" if _split(curve) == "validation" else "-"
        ax.plot(known[progress], known[curve], style, label=_name(curve), linewidth=1.1, **look)
    values = history[list(curves)].to_numpy(dtype=np.float64)
    values = values[np.isfinite(values)]
    if values.size and values.min() > 0 and values.max() > _LOG_FROM * values.min():
        ax.set_yscale("log")
    ax.grid(axis="y", color="#e5e5e5", linewidth=0.6)


def _name_curves(figure: Figure) -> None:
    """One legend of all curves below the panels."""
    named: dict[str, object] = {}
    for ax in figure.axes:
        for handle, label in zip(*ax.get_legend_handles_labels(), strict=True):
            named.setdefault(label, handle)
    figure.legend(named.values(), named, loc="outside lower center", ncols=min(4, len(named)))


def _colours(histories: Iterable[pd.DataFrame]) -> dict[str, str]:
    """One colour per loss in the whole figure; a loss that is not in the table takes the next."""
    colours = dict(_COLOURS)
    for history in histories:
        for curve in history.columns[1:]:
            colours.setdefault(_loss(curve), LINE_COLOURS[len(colours) % len(LINE_COLOURS)])
    return colours


def _split(curve: str) -> str:
    split = curve.partition("/")[0]
    return split if split in _SPLITS and "/" in curve else ""


def _loss(curve: str) -> str:
    return curve.partition("/")[2] if _split(curve) else curve


def _name(curve: str) -> str:
    named = _loss(curve).replace("_", " ")
    return f"validation {named}" if _split(curve) == "validation" else named


def _check(run: str, history: pd.DataFrame) -> None:
    if history.shape[1] < 2:
        raise ValueError(
            f"The history of {run!r} needs a progress column and at least one curve; got "
            f"{list(history.columns)}"
        )
    text = [name for name in history if not is_numeric_dtype(history[name])]
    if text:
        raise ValueError(f"The history of {run!r} holds numbers; these columns do not: {text}")
    if not history.iloc[:, 0].is_monotonic_increasing:
        raise ValueError(
            f"The first column of a history is its progress and rises; that of {run!r}, "
            f"{history.columns[0]!r}, does not"
        )
