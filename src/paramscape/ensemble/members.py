"""Batches of ensemble members through VIC."""

from datetime import date

import numpy as np
import torch
from tqdm import tqdm

from paramscape.study import Period

from .engine import Engine

_MOST_CELLS = 8192  # cells of all members in one run; only memory and speed depend on it


def run_members(
    engine: Engine, fields: np.ndarray, warmup: date, period: Period, progress: bool = True
) -> dict[str, np.ndarray]:
    """Daily targets of members over a period, after a warm-up.

    Members run side by side, as many at a time as keeps memory bounded; each member's result
    does not depend on the others.

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
    together = max(1, _MOST_CELLS // fields.shape[1])
    chunks: list[dict[str, np.ndarray]] = []
    with tqdm(
        total=len(fields), desc="members through VIC", unit="member", disable=not progress
    ) as bar:
        for first in range(0, len(fields), together):
            values = torch.from_numpy(fields[first : first + together])
            targets = engine.run(values.to(engine.parameters.latitude), warmup, period, progress)
            chunks.append({n: v.to(torch.float32).cpu().numpy() for n, v in targets.items()})
            _require_finite(chunks[-1], first, period)
            bar.update(len(values))
    return {name: np.concatenate([chunk[name] for chunk in chunks]) for name in chunks[0]}


def _require_finite(targets: dict[str, np.ndarray], first: int, period: Period) -> None:
    for name, values in targets.items():
        broken = np.argwhere(~np.isfinite(values))
        if broken.size:
            member, day, cell = broken[0]
            raise FloatingPointError(
                f"VIC gave {name} = {values[member, day, cell]} in member {first + member} of the "
                f"batch, day {day + 1} from {period.start}, cell {cell} ({len(broken)} values in "
                "all). Look at that member's parameters; vic.precision: float64 tells whether "
                "rounding is the cause."
            )
