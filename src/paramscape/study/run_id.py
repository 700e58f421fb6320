"""Calibration runs and how their files and labels are named."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class RunId:
    """One method on one simulator with one seed."""

    method: str
    simulator: str
    seed: int

    @classmethod
    def of(cls, path: Path) -> RunId:
        """The run that a file `.../<method>/<simulator>/seed-<seed>/<file>` belongs to.

        Raises:
            ValueError: if the path does not end so.
        """
        method, simulator, seed = Path(path).parts[-4:-1]
        if not seed.startswith("seed-"):
            raise ValueError(
                f"{path}: a run's file lies in <method>/<simulator>/seed-<number>/, not in {seed}"
            )
        return cls(method, simulator, int(seed.removeprefix("seed-")))

    @property
    def label(self) -> str:
        """What figures call the run."""
        return self.method if self.method == "default" else f"{self.method} on {self.simulator}"
