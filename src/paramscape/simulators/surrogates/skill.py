"""How well a surrogate stands in for VIC, on members that it has never seen."""

import numpy as np
import pandas as pd

from paramscape.study.quantities import PARAMETERS, UNITS


def score_cells(predicted: np.ndarray, reference: np.ndarray) -> dict[str, np.ndarray]:
    """RMSE, correlation and bias of each cell over members and days.

    bias is the mean of predicted - reference. cc is NaN where a series does not vary.

    Args:
        predicted, reference: (member, day, cell, target), physical.

    Returns:
        (cell, target) by name of the score.
    """
    error = predicted.astype(np.float64) - reference
    return {
        "rmse": np.sqrt((error**2).mean((0, 1))),
        "cc": _correlation(predicted, reference, (0, 1)),
        "bias": error.mean((0, 1)),
    }


def skill_table(
    predicted: np.ndarray, reference: np.ndarray, targets: tuple[str, ...]
) -> pd.DataFrame:
    """Scores over all members, days and cells together, one row a target.

    Columns: target, units, rmse, cc, bias, and the spread (standard deviation) of the reference,
    against which the RMSE is to be seen.
    """
    error = predicted.astype(np.float64) - reference
    return pd.DataFrame(
        {
            "target": targets,
            "units": [UNITS[target] for target in targets],
            "rmse": np.sqrt((error**2).mean((0, 1, 2))),
            "cc": _correlation(predicted, reference, (0, 1, 2)),
            "bias": error.mean((0, 1, 2)),
            "spread": reference.astype(np.float64).std((0, 1, 2)),
        }
    )


def sensitivity_table(
    unit: np.ndarray, predicted: np.ndarray, reference: np.ndarray, targets: tuple[str, ...]
) -> pd.DataFrame:
    """How the mean target answers to each parameter, in the surrogate and in VIC.

    In both, the mean over days is regressed on all parameters at once, over members and cells
    with each cell's own mean taken out; the answer is half the slope: the change from the
    parameter's lower to its upper quartile. The same members stand behind both columns, so their
    ratio tells how much of VIC's response the surrogate kept; it is NaN where VIC does not
    respond.

    Args:
        unit: (member, cell, parameter) in the unit cube.
        predicted, reference: (member, day, cell, target), physical.
        targets: names.

    Returns:
        columns target, parameter, surrogate, vic [the target's unit], ratio.

    Raises:
        ValueError: if there are too few members and cells to tell the parameters apart.
    """
    design = (unit - unit.mean(0)).reshape(-1, unit.shape[-1]).astype(np.float64)
    if np.linalg.matrix_rank(design) < design.shape[1]:
        raise ValueError(
            f"{unit.shape[0]} test members in {unit.shape[1]} cells cannot tell "
            f"{design.shape[1]} parameters apart; raise ensemble.test"
        )
    rows = []
    for position, target in enumerate(targets):
        change = {
            name: _half_slopes(design, values[..., position])
            for name, values in (("surrogate", predicted), ("vic", reference))
        }
        for i, parameter in enumerate(PARAMETERS):
            surrogate, vic = change["surrogate"][i], change["vic"][i]
            ratio = surrogate / vic if vic else np.nan
            rows.append((target, parameter, surrogate, vic, ratio))
    return pd.DataFrame(rows, columns=["target", "parameter", "surrogate", "vic", "ratio"])


def _half_slopes(design: np.ndarray, values: np.ndarray) -> np.ndarray:
    mean = values.astype(np.float64).mean(1)
    centred = (mean - mean.mean(0)).reshape(-1)
    slopes, *_ = np.linalg.lstsq(design, centred, rcond=None)
    return 0.5 * slopes


def _correlation(a: np.ndarray, b: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:
    """Pearson's correlation over some axes; NaN where either does not vary."""
    a, b = (x.astype(np.float64) for x in (a, b))
    a, b = a - a.mean(axes, keepdims=True), b - b.mean(axes, keepdims=True)
    spread = np.sqrt((a**2).sum(axes) * (b**2).sum(axes))
    both = (a * b).sum(axes)
    return np.divide(both, spread, out=np.full_like(spread, np.nan), where=spread > 0)
