"""Agreement of estimated parameter fields with the true ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from paramscape.metrics._grid import Field, as_mask
from paramscape.study import Prior


@dataclass(frozen=True)
class Recovery:
    """Agreement of estimated with true parameters; every array is (parameter,).

    Attributes:
        correlation: Pearson correlation over cells [1]; NaN where either field is constant.
        rmse: root mean square error, as a share of the prior range [1].
        bias: mean of estimate minus truth, as a share of the prior range [1].
    """

    correlation: Field
    rmse: Field
    bias: Field


def parameter_recovery(
    truth: ArrayLike, estimate: ArrayLike, mask: ArrayLike, priors: Sequence[Prior]
) -> Recovery:
    """Score estimated parameter fields against the truth, parameter by parameter.

    Fields are first scaled to their prior range (logarithmically where the prior is), so that
    parameters of different units can be compared.

    Args:
        truth: (parameter, lat, lon) true fields, in each parameter's unit.
        estimate: (parameter, lat, lon) estimated fields.
        mask: (lat, lon) active cells.
        priors: prior range of each parameter, in the order of the fields.

    Returns:
        Scores (parameter,); NaN for a parameter with NaN in an active cell.

    Raises:
        ValueError: shapes differ, the numbers of priors and parameters differ, or a value of a
            logarithmic prior is not positive.
    """
    truth = np.asarray(truth, dtype=np.float64)
    estimate = np.asarray(estimate, dtype=np.float64)
    active = as_mask(mask)
    if truth.shape != estimate.shape or truth.ndim != 3 or truth.shape[1:] != active.shape:
        raise ValueError(
            "Parameter fields are (parameter, lat, lon) on the mask's grid; got "
            f"{truth.shape} for the truth, {estimate.shape} for the estimate and "
            f"{active.shape} for the mask."
        )
    if len(priors) != len(truth):
        raise ValueError(
            f"One prior range per parameter; got {len(priors)} ranges and {len(truth)} parameters."
        )
    rows = [
        _agreement(_to_unit(true[active], prior), _to_unit(estimated[active], prior))
        for prior, true, estimated in zip(priors, truth, estimate, strict=True)
    ]
    correlation, rmse, bias = np.array(rows, dtype=np.float64).reshape(-1, 3).T
    return Recovery(correlation=correlation, rmse=rmse, bias=bias)


def _to_unit(values: Field, prior: Prior) -> Field:
    """Values scaled so that the prior's range becomes 0 to 1; NaN stays NaN."""
    if prior.scale == "linear":
        return (values - prior.low) / (prior.high - prior.low)
    if np.any(values <= 0):
        raise ValueError(
            "A parameter on a logarithmic range is positive; the smallest value is "
            f"{np.nanmin(values)}."
        )
    return np.log(values / prior.low) / np.log(prior.high / prior.low)


def _agreement(truth: Field, estimate: Field) -> tuple[float, float, float]:
    """Correlation, RMSE and bias of two scaled fields (cell,)."""
    error = estimate - truth
    both_vary = np.std(truth) > 1e-10 and np.std(estimate) > 1e-10
    correlation = np.corrcoef(truth, estimate)[0, 1] if both_vary else np.nan
    return correlation, np.sqrt(np.mean(error**2)), np.mean(error)
