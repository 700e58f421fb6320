"""Training histories: every recorded loss and score against progress, a panel per run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from pandas.api.types import is_numeric_dtype

from paramscape.figures._page import LINE_COLOURS, PAGE_WIDTH, Caption, page

_SPLIT_STYLES = {"train": "-", "validation": "--", "test": ":"}
_COLUMNS = 3
_LOG_FROM = 20.0


def draw(histories: Mapping[str, pd.DataFrame], stem: Path, caption: Caption) -> None:
    """Draw the histories of all runs.

    Colours tell losses apart, lines their splits: solid for `train`, dashed for `validation`,
    dotted for `test`. A panel whose values are all positive and span more than a factor of 20
    is logarithmic.

    Args:
        histories: by run label, the table `history.csv`: the first column is the progress, such
            as `epoch`, the others `split_loss`, `split/loss` or `loss`, NaN where nothing was
            recorded. `seconds` is no loss and is left out. A table without rows, of a method
            that does not train, has no panel.
        stem: path of the files without `.png` and `.pdf`.
        caption: words for the title; its quantity and period are not used.

    Raises:
        ValueError: no history has a row, one has no curve, or its progress does not rise.
    """
    given = list(histories)
    histories = {
        run: table.drop(columns="seconds", errors="ignore")
        for run, table in histories.items()
        if len(table)
    }
    if not histories:
        raise ValueError(f"There is no history to draw: of the runs {given} none has a row")
    for run, history in histories.items():
        _check(run, history)
    columns = min(_COLUMNS, len(histories))
    rows = -(-len(histories) // columns)
    with page(stem, PAGE_WIDTH, 0.5 + 2.3 * rows) as figure:
        figure.suptitle(f"{caption.study}: course of the calibrations")
        axes = figure.subplots(rows, columns, squeeze=False)
        for ax in axes.flat[len(histories) :]:
            ax.set_visible(False)
        for ax, (run, history) in zip(axes.flat, histories.items(), strict=False):
            _draw_panel(ax, history)
            ax.set_title(run)
        for ax in axes[:, 0]:
            ax.set_ylabel("loss or score")


def _draw_panel(ax: Axes, history: pd.DataFrame) -> None:
    progress, curves = history.columns[0], history.columns[1:]
    colours: dict[str, str] = {}
    marker = "o" if len(history) == 1 else None
    for curve in curves:
        split, loss = _split_and_loss(str(curve))
        colour = colours.setdefault(loss, LINE_COLOURS[(len(colours) + 1) % len(LINE_COLOURS)])
        known = history[[progress, curve]].dropna()
        look = {"color": colour, "linestyle": _SPLIT_STYLES.get(split, "-"), "marker": marker}
        ax.plot(known[progress], known[curve], label=str(curve), linewidth=1.2, **look)
    values = history[curves].to_numpy(dtype=np.float64)
    values = values[np.isfinite(values)]
    if values.size and values.min() > 0 and values.max() > _LOG_FROM * values.min():
        ax.set_yscale("log")
    ax.set_xlabel(str(progress))
    ax.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    ax.grid(axis="y", color="#e5e5e5", linewidth=0.6)
    ax.legend(fontsize=6.5, handlelength=2.2, labelspacing=0.25)


def _split_and_loss(curve: str) -> tuple[str, str]:
    """`train_rmse` and `train/rmse` are the loss `rmse` of the split `train`."""
    for split in _SPLIT_STYLES:
        if curve.startswith((f"{split}_", f"{split}/")):
            return split, curve[len(split) + 1 :]
    return "", curve


def _check(run: str, history: pd.DataFrame) -> None:
    if history.shape[1] < 2:
        raise ValueError(
            f"The history of {run!r} has a progress column and a curve at least; got "
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
