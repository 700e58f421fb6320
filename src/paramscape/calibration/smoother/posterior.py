"""Point estimates, intervals and scores of ensembles."""

import torch
from torch import Tensor


def plotting_quantile(members: Tensor, share: float) -> Tensor:
    """Quantile (...) of members (member, ...) at Weibull's plotting positions k / (M + 1).

    Of 24 members the usual quantiles hold 0.83 of a further draw where 0.90 is asked for, these
    0.90. Shares beyond the first and last position give the smallest and the largest member.
    """
    count = len(members)
    place = min(max(share * (count + 1) - 1.0, 0.0), count - 1.0)
    low = int(place)
    ordered = members.sort(0).values
    high = min(low + 1, count - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def widened(members: Tensor, factor: float) -> Tensor:
    """Members (member, ...) with their distance from the median times a factor."""
    centre = members.median(0).values if len(members) % 2 else plotting_quantile(members, 0.5)
    return centre + factor * (members - centre)


def fair_crps(members: Tensor, value: Tensor) -> Tensor:
    """Continuous ranked probability score (...) of members (member, ...), fair for few members.

    mean |x - y| - sum_ij |x_i - x_j| / (2 M (M - 1)) (Ferro 2014); its expectation does not depend
    on the number of members M.
    """
    count = len(members)
    error = (members - value).abs().mean(0)
    rank = torch.arange(1, count + 1).to(members).reshape(-1, *([1] * (members.ndim - 1)))
    # The sum over pairs from sorted members: sum_ij |x_i - x_j| = 2 sum_k (2 k - M - 1) x_(k).
    pairs = 2.0 * ((2.0 * rank - count - 1.0) * members.sort(0).values).sum(0)
    return error - pairs / (2.0 * count * (count - 1.0))
