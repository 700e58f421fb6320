"""The score files of many runs as one table: a row per run, verifier and period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from paramscape.files import read_dataset
from paramscape.metrics.point import relative_rmse_change, share_above
from paramscape.runs import RunId


def tabulate(files: Sequence[Path], defaults: Mapping[tuple[str, str], Path]) -> pd.DataFrame:
    """Domain means of all scores, and the share of cells that a run improves.

    Args:
        files: score files `<method>/<simulator>/seed-<seed>/<verifier>-<period>.nc`.
        defaults: score file of the default parameters by (verifier, period).

    Returns:
        Columns method, simulator, seed, verifier, period, rmse, cc, kge (means over cells),
        share_improved [%], eof, ssim (means over days), eof_scaled, fss_5, fss_95 (means over
        windows), spaef; NaN where a cell has no skill.
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


def _means(scores: xr.Dataset, default: xr.Dataset) -> dict[str, float]:
    active = scores["mask"].values > 0
    change = relative_rmse_change(default["rmse"].values, scores["rmse"].values)
    fss = scores["fss"].mean("window")
    cells = {name: float(np.mean(scores[name].values[active])) for name in ("rmse", "cc", "kge")}
    return {
        **cells,
        "share_improved": share_above(change, 0.0, active),
        "eof": float(scores["eof_mean"]),
        "eof_scaled": float(scores["eof_scaled"]),
        "ssim": float(scores["ssim_mean"]),
        "fss_5": float(fss.sel(percentile=5)),
        "fss_95": float(fss.sel(percentile=95)),
        "spaef": float(scores["spaef"]),
    }
