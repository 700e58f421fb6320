"""From the files of many runs to what the figures take."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from paramscape.files import read_dataset
from paramscape.metrics import relative_rmse_change
from paramscape.names import LONG_NAMES, UNITS
from paramscape.runs import RunId
from paramscape.study import Period

from ._page import Caption


def caption(title: str, target: str, period: Period | None = None) -> Caption:
    """Words for a figure's titles."""
    shown = f"{period.start} to {period.end}" if period else ""
    return Caption(title, LONG_NAMES[target], UNITS[target], shown)


def scored_title(title: str, scored: str) -> str:
    """The study's title with the side that is scored, `vic` or each run's own `simulator`."""
    return f"{title} in VIC" if scored == "vic" else f"{title} on own simulators"


def scores_of_runs(files: Sequence[Path]) -> xr.Dataset:
    """Score files joined along `run`, labelled such as `gan-po on vic`."""
    parts = [read_dataset(Path(file), "scores") for file in files]
    labels = _labels(files)
    return xr.concat(parts, labels, join="exact", combine_attrs="drop")


def _labels(files: Sequence[Path]) -> xr.DataArray:
    """(run,) labels as a coordinate of plain strings."""
    return xr.DataArray(np.array([RunId.of(file).label for file in files]), dims="run", name="run")


def change_of_runs(runs: Sequence[Path], defaults: Sequence[Path]) -> xr.DataArray:
    """Relative RMSE change (run, lat, lon) [%] of runs against the default; without the default.

    Args:
        runs: score files.
        defaults: score file of the default on the same simulator, for each run.
    """
    pairs = [(r, d) for r, d in zip(runs, defaults, strict=True) if RunId.of(r).method != "default"]
    calibrated = scores_of_runs([r for r, _ in pairs])["rmse"]
    base = xr.concat(
        [read_dataset(Path(d), "scores")["rmse"] for _, d in pairs], calibrated["run"], join="exact"
    )
    return calibrated.copy(data=relative_rmse_change(base.values, calibrated.values))


def parameters_of_runs(files: Sequence[Path]) -> xr.DataArray:
    """Parameter fields (run, parameter, lat, lon) of parameter files."""
    parts = [read_dataset(Path(file), "parameters")["parameters"] for file in files]
    labels = _labels(files)
    return xr.concat(parts, labels, join="exact", combine_attrs="drop")


def histories_of_runs(files: Sequence[Path]) -> dict[str, pd.DataFrame]:
    """Loss histories by label, of the runs that have one."""
    tables = {RunId.of(file).label: pd.read_csv(file) for file in files}
    return {label: table for label, table in tables.items() if len(table)}


def costs_of_runs(files: Sequence[Path]) -> pd.DataFrame:
    """Epochs and minutes of every run from its history.

    Returns:
        method, simulator, seed, epochs (NaN for a method without epochs), minutes.
    """
    rows = []
    for file in files:
        run, table = RunId.of(file), pd.read_csv(file)
        epochs = len(table) if table.columns[0] == "epoch" else float("nan")
        minutes = table["seconds"].sum() / 60 if "seconds" in table else 0.0
        rows.append((run.method, run.simulator, run.seed, epochs, minutes))
    return pd.DataFrame(rows, columns=["method", "simulator", "seed", "epochs", "minutes"])


def recovery_of_runs(recovery: pd.DataFrame) -> pd.DataFrame:
    """Means over parameters of correlation and RMSE against the truth, a row per run."""
    runs = recovery.groupby(["method", "simulator", "seed"], sort=False)
    means = runs[["correlation", "rmse"]].mean().reset_index()
    return means.rename(columns={"correlation": "parameter_correlation", "rmse": "parameter_rmse"})
