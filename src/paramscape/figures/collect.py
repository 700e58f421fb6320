"""Reads the files of many runs into the arrays and tables that figures and tables show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from paramscape.files import read_dataset, read_table
from paramscape.metrics.point import relative_rmse_change
from paramscape.study import section
from paramscape.study.run_id import RunId


def mask_of(domain: Path) -> xr.DataArray:
    """Active cells (lat, lon) of a domain file."""
    return read_dataset(Path(domain), "domain")["mask"]


def scores_of_runs(files: Sequence[Path]) -> xr.Dataset:
    """Score files joined along `run`, labelled such as `gan-po on vic`."""
    parts = [read_dataset(Path(file), "scores") for file in files]
    labels = _labels(files)
    # The attribute `not_scored` is the same in all runs: it depends on the observations alone.
    return xr.concat(parts, labels, join="exact", combine_attrs="drop_conflicts")


def _labels(files: Sequence[Path]) -> xr.DataArray:
    """(run,) labels as a coordinate of plain strings."""
    return xr.DataArray(np.array([RunId.of(file).label for file in files]), dims="run", name="run")


def change_of_runs(runs: Sequence[Path], defaults: Sequence[Path]) -> xr.DataArray:
    """Relative RMSE change (run, lat, lon) [%] of runs against the default; without the default.

    Its coordinate `observed` (lat, lon) is true in cells with an observation, the scored ones.

    Args:
        runs: score files.
        defaults: score file of the default on the same simulator, for each run.
    """
    pairs = [(r, d) for r, d in zip(runs, defaults, strict=True) if RunId.of(r).method != "default"]
    scores = scores_of_runs([r for r, _ in pairs])
    calibrated, observed = scores["rmse"], (scores["observed_days"] > 0).any("run")
    base = xr.concat(
        [read_dataset(Path(d), "scores")["rmse"] for _, d in pairs], calibrated["run"], join="exact"
    )
    change = calibrated.copy(data=relative_rmse_change(base.values, calibrated.values))
    return change.assign_coords(observed=observed)


def joined_changes(changes: Sequence[xr.DataArray], labels: pd.Index) -> xr.DataArray:
    """Changes of several periods or sides along a new dimension, with their `observed` cells."""
    return xr.concat(changes, labels, join="exact", coords=["observed"])


def verified_runs(
    own: Sequence[Path], vic: Sequence[Path], defaults: Mapping[str, Sequence[Path]]
) -> xr.Dataset:
    """RMSE change of each run on its own simulator and in VIC, and the gap; without the default.

    Args:
        own: score files on each run's own simulator.
        vic: score files of the same runs in VIC.
        defaults: score files of the default for each run, by side, `own` and `vic`.

    Returns:
        change (side, run, lat, lon), relative RMSE change [%], see `change_of_runs`; gap (run),
        mean RMSE over observed cells on the own simulator minus that in VIC.
    """
    sides = pd.Index(["own", "vic"], name="side")
    change = [
        change_of_runs(own, defaults["own"]),
        change_of_runs(vic, defaults["vic"]),
    ]
    rmse = [
        scores_of_runs([f for f in files if RunId.of(f).method != "default"])["rmse"]
        for files in (own, vic)
    ]
    observed = change[0]["observed"]
    means = [field.values[:, observed.values].mean(-1) for field in rmse]
    gap = ("run", means[0] - means[1])
    return xr.Dataset({"change": joined_changes(change, sides), "gap": gap})


def scores_by_simulator(
    files: Sequence[Path], defaults: Sequence[Path], simulators: Sequence[str]
) -> dict[str, xr.Dataset]:
    """Scores of the methods on each simulator, labelled by method; the default is first.

    Args:
        files: score files.
        defaults: score file of the default on the same simulator, for each of them.
        simulators: those shown.
    """
    found = {}
    for simulator in simulators:
        pairs = [
            (Path(run), Path(default))
            for run, default in zip(files, defaults, strict=True)
            if RunId.of(run).simulator == simulator and RunId.of(run).method != "default"
        ]
        scores = scores_of_runs([pairs[0][1], *(run for run, _ in pairs)])
        labels = ["default", *(RunId.of(run).method for run, _ in pairs)]
        found[simulator] = scores.assign_coords(run=np.array(labels))
    return found


def parameters_of_runs(files: Sequence[Path]) -> xr.DataArray:
    """Parameter fields (run, parameter, lat, lon) of parameter files."""
    parts = [read_dataset(Path(file), "parameters")["parameters"] for file in files]
    labels = _labels(files)
    return xr.concat(parts, labels, join="exact", combine_attrs="drop")


def histories_of_runs(files: Sequence[Path]) -> dict[str, pd.DataFrame]:
    """Loss histories by label, of the runs that have one."""
    tables = {RunId.of(file).label: read_table(file) for file in files}
    return {label: table for label, table in tables.items() if len(table)}


def runs_behind_surrogates(settings: Mapping[str, object]) -> int:
    """Number of VIC runs that a surrogate learns from: the ensemble and all refinement rounds.

    0 where no calibration learns on a surrogate.
    """
    if "ensemble" not in settings:
        return 0
    return section(settings, "ensemble").members + section(settings, "surrogate.refinement").members


def costs_of_runs(files: Sequence[Path], behind: int) -> pd.DataFrame:
    """Epochs, minutes and VIC runs of every run from its history.

    The minutes per epoch are the median, because the first row includes pretraining.

    One VIC run is one simulation of the domain in VIC over the training period and its warm-up. A
    calibration on VIC has the last `model_runs` of its history, unknown without that column; one
    on a surrogate has the runs that the surrogate learned from; the default has none.

    Args:
        files: histories.
        behind: VIC runs that a surrogate learned from; all methods on it share them.

    Returns:
        method, simulator, seed, epochs and minutes_per_epoch (NaN for a method without epochs),
        minutes, vic_runs (NaN where unknown).
    """
    rows = []
    for file in files:
        run, table = RunId.of(file), read_table(file)
        minutes = table["seconds"] / 60 if "seconds" in table else pd.Series([0.0])
        learns = table.columns[0] == "epoch"
        epochs = (len(table), minutes.median()) if learns else (float("nan"),) * 2
        if run.method == "default":
            runs = 0.0
        elif run.simulator != "vic":
            runs = float(behind)
        else:
            runs = table["model_runs"].iloc[-1] if "model_runs" in table else float("nan")
        rows.append((run.method, run.simulator, run.seed, *epochs, minutes.sum(), runs))
    columns = ["method", "simulator", "seed", "epochs", "minutes_per_epoch", "minutes", "vic_runs"]
    return pd.DataFrame(rows, columns=columns)


def recovery_of_runs(recovery: pd.DataFrame) -> pd.DataFrame:
    """Means over parameters of correlation and RMSE against the truth, a row per run."""
    runs = recovery.groupby(["method", "simulator", "seed"], sort=False)
    means = runs[["correlation", "rmse"]].mean().reset_index()
    return means.rename(columns={"correlation": "parameter_correlation", "rmse": "parameter_rmse"})
