"""Windows of the training period that a network reads."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class ReadWindows:
    """Random windows in learning; in inference the last one, or evenly spaced ones.

    days: of a window. period: days of the training period.
    inference: `last`, or `mean` for the mean of what `count` windows give.

    Raises:
        ValueError: if a window is longer than the period.
    """

    days: int
    period: int
    inference: Literal["last", "mean"]
    count: int

    def __post_init__(self) -> None:
        if self.days > self.period:
            raise ValueError(
                f"sequence_days={self.days} is more than the {self.period} days of periods.train; "
                "lower the method's sequence_days"
            )

    def draw(self, generator: torch.Generator) -> int:
        """The first day of a random window."""
        return int(torch.randint(self.period - self.days + 1, (1,), generator=generator))

    def of_inference(self) -> list[int]:
        """First days of the windows of inference; the last window ends with the period."""
        last = self.period - self.days
        if self.inference == "last" or self.count == 1:
            return [last]
        return sorted({round(last * i / (self.count - 1)) for i in range(self.count)})

    def of(self, series: Tensor, first: int) -> Tensor:
        """The days of a window of a series (day, ...) of the period."""
        return series[first : first + self.days]


def report_spread(names: Sequence[str], units: Tensor) -> None:
    """Log how far the parameters differ between the windows of inference.

    A network that reads soils and climate gives the same parameters from any window; one that
    reads weather does not.

    Args:
        names: of the parameters.
        units: (window, cell, parameter) on the unit scale.
    """
    if len(units) < 2:
        return
    spread = units.std(0, correction=0).mean(0).tolist()
    words = ", ".join(f"{n} {v:.2g}" for n, v in zip(names, spread, strict=True))
    _LOG.info(
        "parameters differ between the %d windows that were read by these shares of their priors' "
        "ranges (standard deviation, mean over cells, after the last epoch): %s",
        *(len(units), words),
    )
