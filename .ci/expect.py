"""Fail if a finished study lacks a figure, a table or a calibrated parameter file."""

import sys
from pathlib import Path

from paramscape.study import Study, load

ALWAYS = ("figure-3", "figure-8", "figure-s3", "figure-s4")
BY_SIDE = ("figure-4", "figure-5", "figure-6", "figure-7")


def expected(config: Path) -> list[Path]:
    """Files that the study of a configuration ends with."""
    study = load(config)
    root = Path("results") / study.study.name
    figures = [root / "figures" / f"{n}.{e}" for n in figure_names(study) for e in ("png", "pdf")]
    names = ["methods", "table-2"] + (["table-1"] if ablated(study) else [])
    kinds = ("md", "html", "csv")
    tables = [root / "tables" / f"{name}.{kind}" for name in names for kind in kinds]
    fields = [
        root / "calibration" / run.method / run.simulator / f"seed-{seed}" / "params.nc"
        for run in study.calibration.runs
        for seed in range(1, study.calibration.seeds + 1)
    ]
    return [*figures, *tables, *fields, root / "provenance.json"]


def figure_names(study: Study) -> list[str]:
    """Figures that the runs of a study allow for."""
    surrogates = {run.simulator for run in study.calibration.runs} - {"vic"}
    by_side = list(BY_SIDE) + (["figure-9"] if ablated(study) else [])
    if len(simulators_of(study, "gan-po")) > 1:
        by_side.append("figure-10")
    sides = ("simulator", "vic") if surrogates else ("vic",)
    skill = [f"figure-s2-{surrogate}" for surrogate in surrogates]
    return [*ALWAYS, *skill, *(f"{name}-{side}" for name in by_side for side in sides)]


def simulators_of(study: Study, method: str) -> set[str]:
    """Simulators that a method learns on."""
    return {run.simulator for run in study.calibration.runs if run.method == method}


def ablated(study: Study) -> bool:
    """True if GAN-PO and its L1 loss alone learn on the same simulator."""
    return bool(simulators_of(study, "gan-po-l1") & simulators_of(study, "gan-po"))


def absent(path: Path) -> bool:
    """True if there is no such file, or only an empty one."""
    return not path.exists() or path.stat().st_size == 0


if __name__ == "__main__":
    wanting = [str(path) for path in expected(Path(sys.argv[1])) if absent(path)]
    if wanting:
        sys.exit("missing or empty:\n  " + "\n  ".join(wanting))
    print(f"{sys.argv[1]}: every figure, table and parameter file is there")
