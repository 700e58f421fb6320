"""Fail if a finished study lacks a figure, a table or a calibrated parameter file."""

import sys
from pathlib import Path

from paramscape.figures.registry import targets
from paramscape.study import load


def expected(config: Path) -> list[Path]:
    """Files that the study of a configuration ends with."""
    study = load(config)
    root = Path("results") / study.study.name
    fields = [
        root / "calibration" / run.method / run.simulator / f"seed-{seed}" / "params.nc"
        for run in study.calibration.runs
        for seed in range(1, study.calibration.seeds + 1)
    ]
    return [*(root / file for file in targets(study)), *fields, root / "provenance.json"]


def absent(path: Path) -> bool:
    """True if there is no such file, or only an empty one."""
    return not path.exists() or path.stat().st_size == 0


if __name__ == "__main__":
    missing = [str(path) for path in expected(Path(sys.argv[1])) if absent(path)]
    if missing:
        sys.exit("missing or empty:\n  " + "\n  ".join(missing))
    print(f"{sys.argv[1]}: every figure, table and parameter file is there")
