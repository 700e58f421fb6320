"""The scores of checks as one table: a row per run, verifier, period and group of cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from paramscape.files import read_dataset
from paramscape.metrics._grid import Field, Mask
from paramscape.metrics.period_totals import scores_across_cells
from paramscape.metrics.point import share_improved
from paramscape.study.run_id import RunId

GROUPS = {"all": (1, 2), "learned": (1,), "unseen": (2,)}
"""Groups of cells by the roles that are in them: 1 learns, 2 is only scored."""


def tabulate_checks(files: Sequence[Path]) -> pd.DataFrame:
    """Scores of variables that nothing learned from, the default parameters' among them.

    Args:
        files: `<method>/<simulator>/seed-<seed>/<variable>-<verifier>-<period>.nc`.

    Returns:
        Columns method, simulator, seed, variable, verifier, period; group: `all` cells, and where
        some are only scored also the `learned` and the `unseen`; cells (observed ones); means over
        cells of rmse [mm per period], cc and nse, and nse_median; rmse_means [mm a-1], cc_means and
        nse_means across cells of the annual means; share_improved [%]: cells whose RMSE is below
        that of the default parameters.

    Raises:
        ValueError: if the default's scores are not among the files.
    """
    read = {file: read_dataset(file, "check-scores") for file in dict.fromkeys(files)}
    defaults = {
        file.stem: scores
        for file, scores in read.items()
        if RunId.of(file).method == "default" and RunId.of(file).seed == 1
    }
    rows = []
    for file, scores in read.items():
        if file.stem not in defaults:
            raise ValueError(f"{file}: there are no scores of the default parameters to compare")
        run = RunId.of(file)
        variable, rest = file.stem.split("-", 1)
        verifier, period = rest.rsplit("-", 1)
        key = {"method": run.method, "simulator": run.simulator, "seed": run.seed}
        key |= {"variable": variable, "verifier": verifier, "period": period}
        for group, cells in _groups(scores):
            rows.append({**key, "group": group, **_summary(scores, defaults[file.stem], cells)})
    return pd.DataFrame(rows)


def _groups(scores: xr.Dataset) -> Iterator[tuple[str, Mask]]:
    """Observed cells of each group; without roles there is one group."""
    observed = (scores["mask"].values > 0) & (scores["periods"].values > 0)
    if "role" not in scores:
        yield "all", observed
        return
    for group, roles in GROUPS.items():
        cells = observed & np.isin(scores["role"].values, roles)
        if cells.any():
            yield group, cells


def _summary(
    scores: xr.Dataset, default: xr.Dataset, cells: Mask
) -> Mapping[str, float | int | str]:
    defined = {name: _defined(scores, name, cells) for name in ("rmse", "cc", "nse")}
    return {
        "cells": int(cells.sum()),
        **{name: float(values.mean()) for name, values in defined.items()},
        "nse_median": float(np.median(defined["nse"])),
        **scores_across_cells(scores, cells),
        "share_improved": share_improved(default["rmse"].values, scores["rmse"].values, cells),
    }


def _defined(scores: xr.Dataset, name: str, cells: Mask) -> Field:
    """A score in the cells without those of constant records; one NaN if there is no other.

    Cells whose simulation is NaN stay, so that they do not vanish from means.
    """
    kept = cells & (np.isfinite(scores[name].values) | np.isnan(scores["rmse"].values))
    return scores[name].values[kept] if kept.any() else np.array([np.nan])
