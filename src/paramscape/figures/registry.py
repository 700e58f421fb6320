"""The figures and tables of a study, a row each.

Rules, targets, the report, the README's list and the check of finished studies follow from these
rows. Snakemake imports this module when it starts, see `figures.entry`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from paramscape.figures.entry import (
    Condition,
    Entry,
    PaperFigure,
    RunFiles,
    ScoreFiles,
    SearchChoices,
    StudyFile,
    surrogates_of,
)
from paramscape.study import Run, Study
from paramscape.study.job_files import fills_gaps
from paramscape.study.methods import METHODS

_gan_po = partial(PaperFigure, "GAN-PO", "Sun, Pan and Duan 2024")


def _simulators_of(study: Study, method: str) -> set[str]:
    return {run.simulator for run in study.calibration.runs if run.method == method}


def _has_both_losses(study: Study) -> bool:
    return bool(_simulators_of(study, "gan-po-l1") & _simulators_of(study, "gan-po"))


def _has_two_simulators(study: Study) -> bool:
    return len(_simulators_of(study, "gan-po")) > 1


BOTH_LOSSES = Condition("`gan-po` and `gan-po-l1` on the same simulator", _has_both_losses)
TWO_SIMULATORS = Condition("`gan-po` on two simulators", _has_two_simulators)
SURROGATE = Condition("a run on a surrogate", lambda study: bool(surrogates_of(study)))
CHECKS = Condition("`products.checks`", lambda study: bool(study.products.checks))
GAPS_ARE_FILLED = Condition("observations with `fill: lstm`", fills_gaps)
TWIN = Condition("a twin", lambda study: study.twin is not None)


def _method_settings(runs: Sequence[Run]) -> Iterable[str]:
    """Settings of the runs' methods, where a method has any."""
    sections = (METHODS[run.method].section for run in runs)
    return dict.fromkeys(section for section in sections if section)


def _ensemble_settings(runs: Sequence[Run]) -> Iterable[str]:
    """Settings that say how many VIC runs the surrogates of some runs learn from."""
    on_surrogates = any(run.simulator != "vic" for run in runs)
    return ["ensemble", "surrogate.refinement"] if on_surrogates else []


_TITLE, _TARGET = "study.title", "calibration.target"
_OF_TEST = (_TITLE, "periods.test", _TARGET)
_DOMAIN = StudyFile(lambda paths: paths.domain)
_TEST = ScoreFiles("test")

_table = partial(Entry, kind="table")

FIGURES = (
    Entry(
        name="study-area",
        title="Study area, elevation, precipitation and observations",
        paper=_gan_po("Figure 3"),
        inputs={
            "domain": _DOMAIN,
            "forcing": StudyFile(lambda paths: paths.learning.forcing),
            "observations": StudyFile(lambda paths: paths.learning.observations()),
        },
        settings=(_TITLE, "periods.train", _TARGET),
    ),
    Entry(
        name="score-maps",
        title="Maps of RMSE, CC and KGE",
        paper=_gan_po("Figure 4"),
        inputs={"domain": _DOMAIN, "scores": _TEST},
        settings=_OF_TEST,
        wildcard="scored",
    ),
    Entry(
        name="rmse-change",
        title="Histograms of the RMSE change by calibration",
        paper=_gan_po("Figure 5"),
        inputs={
            "domain": _DOMAIN,
            "train": ScoreFiles("train"),
            "test": _TEST,
            "default_train": ScoreFiles("train", of_default=True),
            "default_test": ScoreFiles("test", of_default=True),
        },
        settings=(_TITLE, _TARGET),
        wildcard="scored",
    ),
    Entry(
        name="daily-patterns",
        title="EOF score and SSIM of each day",
        paper=_gan_po("Figure 6"),
        inputs={"scores": _TEST},
        settings=_OF_TEST,
        wildcard="scored",
    ),
    Entry(
        name="fss-curves",
        title="Fractions skill score of the mean map",
        paper=_gan_po("Figure 7"),
        inputs={"scores": _TEST},
        settings=_OF_TEST,
        wildcard="scored",
    ),
    Entry(
        name="parameter-maps",
        title="Maps of the estimated parameters",
        paper=_gan_po("Figure 8"),
        inputs={
            "domain": _DOMAIN,
            "parameters": RunFiles(lambda run: run.parameters),
            "truth": StudyFile(lambda paths: paths.true_parameters, TWIN),
        },
        settings=(_TITLE,),
    ),
    Entry(
        name="without-discriminator",
        title="GAN-PO with and without its discriminator",
        paper=_gan_po("Figure 9"),
        inputs={
            "domain": _DOMAIN,
            "scores": _TEST,
            "default": ScoreFiles("test", of_default=True),
        },
        settings=_OF_TEST,
        condition=BOTH_LOSSES,
        wildcard="scored",
    ),
    Entry(
        name="by-simulator",
        title="GAN-PO on each simulator",
        paper=_gan_po("Figure 10"),
        inputs={"domain": _DOMAIN, "scores": ScoreFiles("test", method="gan-po")},
        settings=_OF_TEST,
        condition=TWO_SIMULATORS,
        wildcard="scored",
    ),
    Entry(
        name="surrogate-skill",
        title="Skill of a surrogate against VIC",
        paper=_gan_po("Figure S2"),
        inputs={
            "domain": _DOMAIN,
            "skill": StudyFile(lambda paths: paths.surrogate().skill),
            "sensitivity": StudyFile(lambda paths: paths.surrogate().sensitivity_check()),
        },
        settings=(_TITLE, "periods.train", _TARGET),
        condition=SURROGATE,
        wildcard="surrogate",
    ),
    Entry(
        name="training-curves",
        title="Losses and validation scores of the trainings",
        paper=_gan_po("Figure S3"),
        inputs={"histories": RunFiles(lambda run: run.history), "choices": SearchChoices()},
        settings=(_TITLE,),
        settings_of_runs=_method_settings,
    ),
    Entry(
        name="verification-gap",
        title="RMSE change on the own simulator and in VIC",
        paper=_gan_po("Figure S4"),
        inputs={
            "domain": _DOMAIN,
            "own": ScoreFiles("test", "simulator"),
            "vic": ScoreFiles("test", "vic"),
            "default_own": ScoreFiles("test", "simulator", of_default=True),
            "default_vic": ScoreFiles("test", "vic", of_default=True),
        },
        settings=_OF_TEST,
    ),
)

TABLES = (
    _table(
        name="methods",
        title="Comparison of {selection}",
        inputs={
            "scores": StudyFile(lambda paths: paths.scores_table()),
            "recovery": StudyFile(lambda paths: paths.recovery_table(), TWIN),
            "histories": RunFiles(lambda run: run.history, every_seed=True),
        },
        settings=(_TARGET, "calibration.scaling"),
        settings_of_runs=_ensemble_settings,
        wildcard="selection",
    ),
    _table(
        name="ablation",
        title="What the adversarial loss adds",
        paper=_gan_po("Table 1"),
        inputs={"scores": StudyFile(lambda paths: paths.scores_table("methods"))},
        settings=(_TARGET,),
        condition=BOTH_LOSSES,
    ),
    _table(
        name="gap-filling",
        title="Filled gaps at hidden observations",
        inputs={"scores": StudyFile(lambda paths: paths.filler_scores)},
        settings=(_TARGET,),
        condition=GAPS_ARE_FILLED,
    ),
    _table(
        name="cost",
        title="Computing times and VIC runs",
        paper=_gan_po("Table 2"),
        inputs={"histories": RunFiles(lambda run: run.history, every_seed=True)},
        settings_of_runs=_ensemble_settings,
    ),
    _table(
        name="checks",
        title="Variables that nothing learned from",
        inputs={"scores": StudyFile(lambda paths: paths.checks_table("methods"))},
        condition=CHECKS,
    ),
)

ENTRIES = {entry.name: entry for entry in (*FIGURES, *TABLES)}
"""All rows by name."""


def targets(study: Study) -> list[str]:
    """Files of all figures and tables that a finished study has, below its folder."""
    return [file for entry in ENTRIES.values() for file in entry.targets(study)]


_VARIANTS = {"scored": "-simulator`, `-vic", "surrogate": "-<surrogate>"}


def figures_table() -> str:
    """The figures and the tables as two Markdown tables, for the README."""
    parts = []
    for kind, entries in (("figure", FIGURES), ("table", TABLES)):
        rows = [f"| {kind} | shows | corresponds to | needs |", "|---|---|---|---|"]
        for entry in entries:
            name = entry.name + _VARIANTS.get(entry.wildcard, "")
            title = entry.title.format(selection="the methods")
            number = f"{entry.paper.number}, {entry.paper.paper}" if entry.paper else ""
            rows.append(f"| `{name}` | {title} | {number} | {entry.condition.words} |")
        parts.append("\n".join(rows) + "\n")
    return "\n".join(parts)
