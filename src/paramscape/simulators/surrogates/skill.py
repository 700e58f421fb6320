"""Skill of a surrogate against VIC, on members that it has not learned from."""

import numpy as np
import pandas as pd

from paramscape.metrics.point import moments
from paramscape.study.quantities import UNITS


def score_cells(predicted: np.ndarray, reference: np.ndarray) -> dict[str, np.ndarray]:
    """RMSE, correlation and bias of each cell over members and days.

    RMSE and correlation are those of `metrics.point`; bias is the mean of predicted - reference.

    Args:
        predicted, reference: (member, day, cell, target), physical.

    Returns:
        (cell, target) by name of the score; cc is NaN where a series does not vary.
    """
    series = [values.reshape(-1, *values.shape[2:]) for values in (predicted, reference)]
    pair = moments(*series, np.ones(series[0].shape[1:], dtype=bool))
    error = predicted.astype(np.float64) - reference
    return {"rmse": pair.rmse(), "cc": pair.cc(), "bias": error.mean((0, 1))}


def skill_table(
    predicted: np.ndarray, reference: np.ndarray, targets: tuple[str, ...]
) -> pd.DataFrame:
    """Scores over all members, days and cells together, one row a target.

    Columns: target, units, rmse, cc, bias, and the spread (standard deviation) of the reference,
    with which the RMSE is to be compared.
    """
    series = [values.reshape(-1, 1, 1, values.shape[-1]) for values in (predicted, reference)]
    scores = {name: values[0] for name, values in score_cells(*series).items()}
    return pd.DataFrame(
        {
            "target": targets,
            "units": [UNITS[target] for target in targets],
            **scores,
            "spread": reference.astype(np.float64).std((0, 1, 2)),
        }
    )


def sensitivity_table(
    unit: np.ndarray,
    predicted: np.ndarray,
    reference: np.ndarray,
    targets: tuple[str, ...],
    parameters: tuple[str, ...],
) -> pd.DataFrame:
    """Response of the mean target to each parameter, in the surrogate and in VIC.

    In both, the mean over days minus the mean over members of each cell is regressed on all
    parameters at once, over members and cells. The response is half the slope: the change of the
    target from the parameter's lower to its upper quartile. Both columns come from the same
    members, so their ratio is the part of VIC's response that the surrogate has; it is NaN where
    VIC does not respond.

    Args:
        unit: (member, cell, parameter) in the unit cube.
        predicted, reference: (member, day, cell, target), physical.
        targets: their names.
        parameters: their names.

    Returns:
        columns target, parameter, surrogate, vic [the target's unit], ratio.

    Raises:
        ValueError: if there are too few members and cells to separate the parameters.
    """
    design = (unit - unit.mean(0)).reshape(-1, unit.shape[-1]).astype(np.float64)
    if np.linalg.matrix_rank(design) < design.shape[1]:
        raise ValueError(
            f"{unit.shape[0]} test members in {unit.shape[1]} cells cannot separate "
            f"{design.shape[1]} parameters; increase ensemble.test"
        )
    rows = []
    for position, target in enumerate(targets):
        change = {
            name: _half_slopes(design, values[..., position])
            for name, values in (("surrogate", predicted), ("vic", reference))
        }
        for i, parameter in enumerate(parameters):
            surrogate, vic = change["surrogate"][i], change["vic"][i]
            ratio = surrogate / vic if vic else np.nan
            rows.append((target, parameter, surrogate, vic, ratio))
    return pd.DataFrame(rows, columns=["target", "parameter", "surrogate", "vic", "ratio"])


def _half_slopes(design: np.ndarray, values: np.ndarray) -> np.ndarray:
    mean = values.astype(np.float64).mean(1)
    centred = (mean - mean.mean(0)).reshape(-1)
    slopes, *_ = np.linalg.lstsq(design, centred, rcond=None)
    return 0.5 * slopes
