"""The score files of many runs as one table: a row per run, verifier and period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from paramscape.files import read_dataset
from paramscape.metrics._grid import Field, Mask
from paramscape.metrics.point import relative_rmse_change, share_above
from paramscape.metrics.roles import cells_of_roles
from paramscape.metrics.scores import CELL_SCORES
from paramscape.study.run_id import RunId

UNSCALED = ("rmse_raw",)
"""Scores of the simulation as it is, where the others are those of the scaled one."""
SPATIAL_SCORES = ("eof", "ssim", "fss")


def tabulate(files: Sequence[Path], defaults: Mapping[tuple[str, str], Path]) -> pd.DataFrame:
    """Means of all scores over the cells that can be scored, and the share that a run improves.

    RMSE and improvement are taken over the cells with an observation, for all runs alike. CC and
    KGE also leave out cells where the observed or the simulated record is constant, and neither is
    defined: compare their numbers of cells.

    Args:
        files: score files `<method>/<simulator>/seed-<seed>/<verifier>-<period>.nc`.
        defaults: score file of the default parameters by (verifier, period).

    Returns:
        Columns method, simulator, seed, verifier, period; `CELL_SCORES` (means over cells);
        share_improved [%]; `UNSCALED` where the target is scaled; eof, ssim (means over days),
        eof_scaled, fss_5, fss_95 (means over
        windows), spaef. NaN where the simulation is NaN in a cell with an observation, where no
        cell can be scored, and in spatial scores that the observations do not allow. Then cells
        (active ones), cells_<score> for each of `CELL_SCORES` (scored ones), and not_scored_eof,
        not_scored_ssim, not_scored_fss: why a spatial score is NaN, else empty. Where the study
        splits its cells, and for each role `seen` and `unseen`: <score>_<role> and
        <score>_median_<role>, mean and median over its cells, share_improved_<role> and
        cells_<score>_<role>.
    """
    rows = []
    for file in dict.fromkeys(files):
        verifier, period = file.stem.rsplit("-", 1)
        run = RunId.of(file)
        scores = read_dataset(file, "scores")
        base = read_dataset(defaults[verifier, period], "scores")
        rows.append(
            {
                "method": run.method,
                "simulator": run.simulator,
                "seed": run.seed,
                "verifier": verifier,
                "period": period,
                **_means(scores, base),
            }
        )
    return pd.DataFrame(rows)


def _means(scores: xr.Dataset, default: xr.Dataset) -> dict[str, float | int | str]:
    observed = (scores["mask"].values > 0) & (scores["observed_days"].values > 0)
    change = relative_rmse_change(default["rmse"].values, scores["rmse"].values)
    fss = scores["fss"].mean("window")
    defined = {name: observed & _defined(scores, name) for name in CELL_SCORES}
    reasons = {name: scores[name].attrs.get("not_scored", "") for name in SPATIAL_SCORES}
    return {
        **{name: _mean(scores[name].values[cells]) for name, cells in defined.items()},
        "share_improved": share_above(change, 0.0, observed),
        **{name: _mean(scores[name].values[observed]) for name in UNSCALED if name in scores},
        "eof": float(scores["eof_mean"]),
        "eof_scaled": float(scores["eof_scaled"]),
        "ssim": float(scores["ssim_mean"]),
        "fss_5": float(fss.sel(percentile=5)),
        "fss_95": float(fss.sel(percentile=95)),
        "spaef": float(scores["spaef"]),
        "cells": int((scores["mask"].values > 0).sum()),
        **{f"cells_{name}": int(cells.sum()) for name, cells in defined.items()},
        **{f"not_scored_{name}": reason for name, reason in reasons.items()},
        **_by_role(scores, defined, change),
    }


def _by_role(
    scores: xr.Dataset, defined: Mapping[str, Mask], change: Field
) -> dict[str, float | int]:
    """Means, medians and numbers of cells of each role."""
    found = {}
    for role, cells in cells_of_roles(scores).items():
        for name, known in defined.items():
            values = scores[name].values[known & cells]
            found[f"{name}_{role}"] = _mean(values)
            found[f"{name}_median_{role}"] = _median(values)
            found[f"cells_{name}_{role}"] = values.size
        found[f"share_improved_{role}"] = share_above(change, 0.0, defined["rmse"] & cells)
    return found


def _defined(scores: xr.Dataset, name: str) -> Mask:
    """Cells (lat, lon) where a score is defined, and those where the simulation is NaN.

    A NaN score is one of a constant record where the error is known, and else one of a simulation
    that is NaN, which must not vanish from the mean.
    """
    return np.isfinite(scores[name].values) | np.isnan(scores["rmse"].values)


def _median(values: Field) -> float:
    return float(np.median(values)) if values.size else float("nan")


def _mean(values: Field) -> float:
    return float(values.mean()) if values.size else float("nan")
