"""Fail if a finished study lacks a figure, a table or a calibrated parameter file."""

import sys
from pathlib import Path

from paramscape.study import load

FIGURES = ("overview", "surrogate", "losses", "figure-4", "figure-5", "figure-6", "figure-7")
TABLES = ("methods.md", "methods.csv", "table-2.md", "table-2.csv")


def expected(config: Path) -> list[Path]:
    """Files that the study of a configuration ends with."""
    study = load(config)
    root = Path("results") / study.study.name
    figures = [
        root / "figures" / f"{n}*.{e}" for n in (*FIGURES, "figure-8") for e in ("png", "pdf")
    ]
    tables = [root / "tables" / name for name in TABLES]
    fields = [
        root / "calibration" / run.method / run.simulator / f"seed-{seed}" / "params.nc"
        for run in study.calibration.runs
        for seed in range(1, study.calibration.seeds + 1)
    ]
    return figures + tables + fields


def absent(pattern: Path) -> bool:
    """True if no file, or only an empty one, matches the last part of the path."""
    found = list(pattern.parent.glob(pattern.name))
    return not found or any(f.stat().st_size == 0 for f in found)


if __name__ == "__main__":
    wanting = [str(path) for path in expected(Path(sys.argv[1])) if absent(path)]
    if wanting:
        sys.exit("missing or empty:\n  " + "\n  ".join(wanting))
    print(f"{sys.argv[1]}: every figure, table and parameter file is there")
