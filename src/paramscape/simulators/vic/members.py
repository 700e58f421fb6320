"""Batches of ensemble members through VIC."""

from datetime import date

import numpy as np
import torch

from paramscape.simulators.vic.engine import Engine
from paramscape.study import Period


def run_members(
    engine: Engine, fields: np.ndarray, warmup: date, period: Period, progress: bool = True
) -> dict[str, np.ndarray]:
    """Daily targets of members over a period, after a warm-up.

    Args:
        engine: VIC in the precision of the ensemble.
        fields: (member, cell, parameter), physical values.
        warmup: first day of the warm-up, a cold start.
        period: days to return.
        progress: whether to show progress bars on stderr.

    Returns:
        (member, day, cell) float32 by name of the target.

    Raises:
        FloatingPointError: if VIC gives a target that is not finite.
    """
    targets = engine.run(torch.from_numpy(fields), warmup, period, progress)
    arrays = {name: v.to(torch.float32).cpu().numpy() for name, v in targets.items()}
    _require_finite(arrays, period)
    return arrays


def _require_finite(targets: dict[str, np.ndarray], period: Period) -> None:
    for name, values in targets.items():
        broken = np.argwhere(~np.isfinite(values))
        if broken.size:
            member, day, cell = broken[0]
            raise FloatingPointError(
                f"VIC gave {name} = {values[member, day, cell]} in member {member} of the batch, "
                f"day {day + 1} from {period.start}, cell {cell} ({len(broken)} values in all). "
                "Check that member's parameters; vic.precision: float64 shows whether rounding is "
                "the cause."
            )
