"""Error model of the observations: size, memory in time, and correlation between cells."""

from dataclasses import dataclass

import numpy as np
import torch
from scipy.optimize import least_squares
from torch import Tensor

_LAGS = 40
_LEVEL_DAYS = 31
_SMALLEST_LEVEL = 0.05  # of the mean absolute observation; a power of 0 has no logarithm
_STEPS = 50


@dataclass(frozen=True)
class Memory:
    """Autocorrelation of errors, w f1^lag + (1 - w) f2^lag."""

    weight: float
    fast: float
    slow: float

    def at(self, lag: np.ndarray) -> np.ndarray:
        """Correlation at lags [days]."""
        return self.weight * self.fast**lag + (1.0 - self.weight) * self.slow**lag

    @property
    def effective(self) -> float:
        """Independent values per day, (1 - r) / (1 + r) with the correlation r of one day."""
        first = float(self.at(np.array(1.0)))
        return (1.0 - first) / (1.0 + first)


@dataclass(frozen=True)
class Nearness:
    """Correlation of errors between cells, (1 - n) exp(-d / L), and 1 in a cell itself."""

    length: float
    nugget: float

    def matrix(self, distance: Tensor) -> Tensor:
        """(cell, cell) correlations at distances [degrees]."""
        near = (1.0 - self.nugget) * torch.exp(-distance.double() / self.length)
        return near + self.nugget * torch.eye(len(distance)).to(near)


@dataclass(frozen=True)
class ErrorModel:
    """Covariance of the errors, diag(s) (T x S) diag(s), T in time and S between cells.

    scale: (day, cell) standard deviations s [the target's unit].
    present: (day, cell) bool, where the target is observed.
    memory: T.
    nearness: S, or None for independent cells.
    """

    scale: Tensor
    present: Tensor
    memory: Memory
    nearness: Nearness | None = None

    def whiten(self, values: Tensor) -> Tensor:
        """L_T^-1 (values / s) on each cell's observed days, 0 on the others.

        Args:
            values: (..., day, cell).
        """
        scaled = torch.where(self.present, values / self.scale, torch.zeros_like(values))
        out = torch.zeros_like(scaled)
        patterns, index = torch.unique(self.present.T, dim=0, return_inverse=True)
        for number, pattern in enumerate(patterns):
            days, cells = pattern.nonzero()[:, 0], (index == number).nonzero()[:, 0]
            if len(days) == 0:
                continue
            lags = (days[:, None] - days[None]).abs().cpu().numpy()
            root = torch.linalg.cholesky(torch.from_numpy(self.memory.at(lags)).to(scaled))
            own = scaled[..., days[:, None], cells]
            flat = own.movedim(-2, 0).reshape(len(days), -1)
            solved = torch.linalg.solve_triangular(root, flat, upper=False)
            moved = solved.reshape(len(days), *own.shape[:-2], own.shape[-1]).movedim(0, -2)
            out[..., days[:, None], cells] = moved
        return out


def running_mean(observed: Tensor) -> Tensor:
    """Mean over 31 days of observations (day, cell), NaN where missing; its floor is positive.

    Daily values as a measure of the level would favour days whose noise is low.
    """
    known = torch.isfinite(observed)
    half = _LEVEL_DAYS // 2
    pad = (0, 0, half + 1, half)
    total = torch.nn.functional.pad(observed.nan_to_num() * known, pad).cumsum(0)
    count = torch.nn.functional.pad(known.to(observed), pad).cumsum(0)
    span = 2 * half + 1
    level = (total[span:] - total[:-span]) / (count[span:] - count[:-span]).clamp(min=1.0)
    floor = _SMALLEST_LEVEL * observed[known].abs().mean().clamp(min=1e-12)
    return level.abs().clamp(min=float(floor))


@dataclass(frozen=True)
class Fit:
    """A fit whose residuals the error model is found from.

    residuals: (day, cell), observation minus simulation; NaN where missing.
    slopes: (day, cell, parameter) [the target's unit per normal score].
    """

    residuals: Tensor
    slopes: Tensor


def fit_errors(
    fit: Fit, level: Tensor, distance: Tensor | None = None, rounds: int = 3
) -> ErrorModel:
    """The error model of a fit's residuals, with what the fit removed from them added again.

    Least squares with P parameters takes errors away: E[e e'] = r r' + J Q J' with
    Q = (J' R^-1 J + I)^-1 in each cell. R and Q are found in turn.

    Args:
        fit: residuals and slopes of all cells.
        level: (day, cell), see `running_mean`.
        distance: (cell, cell) [degrees], to find the correlation between cells; None for none.
        rounds: how often R and Q are found.
    """
    present = torch.isfinite(fit.residuals)
    residuals = fit.residuals.nan_to_num()
    root = residuals.new_zeros(*fit.slopes.shape)
    model = _fitted(residuals, root, present, level, None)
    for number in range(rounds):
        root = _removed(model, fit.slopes, present)
        last = distance if number == rounds - 1 else None
        model = _fitted(residuals, root, present, level, last)
    return model


def _removed(model: ErrorModel, slopes: Tensor, present: Tensor) -> Tensor:
    """J chol(Q), (day, cell, parameter), of which the products are J Q J'."""
    whitened = model.whiten(slopes.movedim(-1, 0))
    information = torch.einsum("ptc,qtc->cpq", whitened, whitened)
    eye = torch.eye(slopes.shape[-1]).to(slopes)
    root = torch.linalg.cholesky(torch.linalg.inv(information + eye))
    return torch.einsum("tcp,cpq->tcq", slopes, root) * present[..., None]


def _fitted(
    residuals: Tensor, root: Tensor, present: Tensor, level: Tensor, distance: Tensor | None
) -> ErrorModel:
    scale = _sizes(residuals.square() + root.square().sum(-1), present, level)
    scaled, spread = residuals / scale, root / scale[..., None]
    memory = _memory(scaled, spread, present)
    scale = scale * _cell_factors(scaled, spread, present, memory)
    model = ErrorModel(scale, present, memory)
    if distance is None:
        return model
    white = model.whiten(residuals)
    own = model.whiten(root.movedim(-1, 0)).square().sum((0, 1)) + white.square().sum(0)
    correlation = (white.T @ white) / (own[:, None] * own[None]).sqrt()
    return ErrorModel(scale, present, memory, _nearness(correlation, distance))


def _sizes(squares: Tensor, present: Tensor, level: Tensor) -> Tensor:
    """Standard deviations (day, cell), log s = a + b log(level), by maximum likelihood.

    The squares (day, cell) are expected squared errors; their model is a gamma regression with a
    logarithmic link, solved by Newton's method.
    """
    design = torch.stack([torch.ones_like(level), torch.log(level)], -1)[present]
    values = squares[present]
    ends = torch.stack([torch.log(values.mean()), values.new_zeros(())])
    for _ in range(_STEPS):
        ratio = values * torch.exp(-(design @ ends))
        gradient = design.T @ (1.0 - ratio)
        hessian = (design * ratio[:, None]).T @ design
        step = torch.linalg.solve(hessian + 1e-9 * torch.eye(2).to(hessian), gradient)
        ends = ends - step.clamp(-1.0, 1.0)
        if float(step.abs().max()) < 1e-10:
            break
    log_variance = ends[0] + ends[1] * torch.log(level)
    return torch.exp(0.5 * log_variance)


def _memory(scaled: Tensor, spread: Tensor, present: Tensor) -> Memory:
    """Memory fitted to the autocorrelation at lags 1 to 40 days, pooled over cells."""
    days = len(scaled)
    lags = np.arange(1, min(_LAGS, days - 1) + 1)
    here = present.to(scaled)
    whole = (scaled.square() + spread.square().sum(-1)) * here
    variance = float(whole.sum() / here.sum())
    found, pairs = [], []
    for lag in lags:
        both = here[lag:] * here[:-lag]
        product = scaled[lag:] * scaled[:-lag] + (spread[lag:] * spread[:-lag]).sum(-1)
        count = float(both.sum())
        found.append(float((product * both).sum()) / max(count, 1.0) / variance)
        pairs.append(count)
    weight = np.sqrt(np.array(pairs) / max(max(pairs), 1.0))

    def misfit(ends: np.ndarray) -> np.ndarray:
        return weight * (Memory(*ends).at(lags) - np.array(found))

    best = least_squares(misfit, (0.5, 0.5, 0.9), bounds=((0, 0, 0), (1, 0.995, 0.995)))
    return Memory(*(float(end) for end in best.x))


def _cell_factors(scaled: Tensor, spread: Tensor, present: Tensor, memory: Memory) -> Tensor:
    """Factors (cell,) of the standard deviation, shrunk towards 1 by their sampling variance.

    The logarithm of a variance from n effective values has sampling variance 2 / n.
    """
    here = present.to(scaled)
    count = here.sum(0)
    mean = ((scaled.square() + spread.square().sum(-1)) * here).sum(0) / count.clamp(min=1.0)
    known = count > 1
    log_ratio = torch.log(mean.clamp(min=1e-12))
    noise = 2.0 / (count * memory.effective).clamp(min=1.0)
    centre = log_ratio[known].mean()
    between = ((log_ratio - centre).square() - noise)[known].mean().clamp(min=0.0)
    share = between / (between + noise)
    shrunk = torch.where(known, share * (log_ratio - centre), torch.zeros_like(mean)) + centre
    return torch.exp(0.5 * shrunk)


def _nearness(correlation: Tensor, distance: Tensor) -> Nearness:
    """Range and nugget fitted to correlations (cell, cell) at distances [degrees].

    Correlations of a cell without observations are NaN and are left out.
    """
    apart = ~torch.eye(len(distance), dtype=torch.bool, device=distance.device)
    apart &= torch.isfinite(correlation)
    near, far = correlation[apart].cpu().numpy(), distance[apart].cpu().numpy()

    def misfit(ends: np.ndarray) -> np.ndarray:
        return (1.0 - ends[1]) * np.exp(-far / ends[0]) - near

    top = max(float(far.max()), 1e-3)
    best = least_squares(misfit, (0.3 * top, 0.3), bounds=((1e-3 * top, 0.0), (10 * top, 0.99)))
    return Nearness(float(best.x[0]), float(best.x[1]))
