"""What the workflow must know of one figure or table: its files, settings and conditions.

Snakemake imports this module when it starts: it imports neither Matplotlib nor a module that draws.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Literal, Protocol

from paramscape.study import Run, Study, possible_runs
from paramscape.study.job_files import ALL_METHODS, JobFiles
from paramscape.study.paths import CalibrationPaths, StudyPaths

SCORED = {"simulator": "scored on each method's own simulator", "vic": "scored in VIC"}
"""Where scores are taken: the values of the wildcard `scored`, and the words for them."""

FIRST_SEED = 1
"""The seed of the runs that figures show; tables show the spread over all seeds."""

_SUFFIXES = {"figure": ("png", "pdf"), "table": ("csv", "md", "html")}


@dataclass(frozen=True)
class PaperFigure:
    """A figure or table of a paper.

    Attributes:
        paper: name of the paper, such as `GAN-PO`.
        reference: authors and year.
        number: such as `Figure 4`.
    """

    paper: str
    reference: str
    number: str

    @property
    def words(self) -> str:
        """Such as `Figure 4 of the GAN-PO paper (Sun, Pan and Duan 2024)`."""
        return f"{self.number} of the {self.paper} paper ({self.reference})"


@dataclass(frozen=True)
class Condition:
    """What a study must have for a figure or table, in words and as a test of the study."""

    words: str
    holds: Callable[[Study], bool]


ALWAYS = Condition("", lambda study: True)


class Inputs(Protocol):
    """Input files of one name."""

    def paths(self, files: JobFiles, wildcards: Mapping[str, str]) -> list[str]:
        """Their paths, with the wildcards filled in."""
        ...


@dataclass(frozen=True)
class StudyFile:
    """One file of the study.

    Attributes:
        path: gives its path, which may hold wildcards, such as `{surrogate}`, or `{target}`.
        condition: what the study must have for this file; without it, there is no such input.
    """

    path: Callable[[StudyPaths], str]
    condition: Condition = ALWAYS

    def paths(self, files: JobFiles, wildcards: Mapping[str, str]) -> list[str]:
        """The path, or none."""
        if not self.condition.holds(files.study):
            return []
        target = files.study.calibration.target
        return [self.path(files.paths).format(target=target, **wildcards)]


@dataclass(frozen=True)
class RunFiles:
    """One file of every calibration run.

    Attributes:
        path: gives its path.
        every_seed: whether the runs of all seeds are taken, not those of the first seed alone.
    """

    path: Callable[[CalibrationPaths], str]
    every_seed: bool = False

    def paths(self, files: JobFiles, wildcards: Mapping[str, str]) -> list[str]:
        """The paths, in the order of the runs."""
        seeds = None if self.every_seed else [FIRST_SEED]
        return files.of_runs(
            self.path(files.paths.run()), selected_runs(files.study, wildcards), seeds
        )


@dataclass(frozen=True)
class SearchChoices:
    """The choice among candidates, for every run whose method's settings are searched."""

    def paths(self, files: JobFiles, wildcards: Mapping[str, str]) -> list[str]:
        """The paths, in the order of the runs."""
        return [
            path
            for run in selected_runs(files.study, wildcards)
            for path in files.choice(run.method, run.simulator).values()
        ]


@dataclass(frozen=True)
class ScoreFiles:
    """The scores of every run with the first seed.

    Attributes:
        period: period that is scored, such as `test`.
        scored: where, a key of `SCORED`; by default the value of the wildcard `scored`.
        method: the only method whose runs are taken; by default all are.
        of_default: whether the default parameters' scores are taken in place of each run's.
    """

    period: str
    scored: str = ""
    method: str = ""
    of_default: bool = False

    def paths(self, files: JobFiles, wildcards: Mapping[str, str]) -> list[str]:
        """The paths, in the order of the runs."""
        runs = selected_runs(files.study, wildcards)
        return files.scores(
            self.scored or wildcards["scored"],
            self.period,
            [run for run in runs if self.method in ("", run.method)],
            [FIRST_SEED],
            of_default=self.of_default,
        )


@dataclass(frozen=True)
class Entry:
    """One figure or table.

    Attributes:
        name: what it shows; names its files, its caption (`workflow/report/<name>.rst`) and its
            module (`<name>.py`, for a table `<name>_table.py`).
        title: what the report and the README call it; may hold the wildcard.
        inputs: the files that it is made from, by name.
        settings: sections of the settings that it uses.
        settings_of_runs: further sections, which depend on the runs that it shows.
        paper: the figure or table of a paper that it corresponds to, if any.
        condition: what the study must have.
        wildcard: `scored`, `surrogate` or `selection`, where there is one for each.
        kind: figure or table.
    """

    name: str
    title: str
    inputs: Mapping[str, Inputs]
    settings: tuple[str, ...] = ()
    _: KW_ONLY
    settings_of_runs: Callable[[Sequence[Run]], Iterable[str]] = lambda runs: ()
    paper: PaperFigure | None = None
    condition: Condition = ALWAYS
    wildcard: Literal["", "scored", "surrogate", "selection"] = ""
    kind: Literal["figure", "table"] = "figure"

    @property
    def module(self) -> str:
        """Name of its module in `paramscape.figures`."""
        return self.name.replace("-", "_") + ("_table" if self.kind == "table" else "")

    @property
    def rule(self) -> str:
        """Name of its rule."""
        verb = "draw" if self.kind == "figure" else "tabulate"
        return f"{verb}_{self.name.replace('-', '_')}"

    @property
    def stem(self) -> str:
        """Name of its files without suffix, with the wildcard."""
        if self.wildcard == "selection":
            return "{selection}"
        return f"{self.name}-{{{self.wildcard}}}" if self.wildcard else self.name

    @property
    def files(self) -> dict[str, str]:
        """Its files below the folder of the study, with the wildcard, by suffix."""
        return {kind: f"{self.kind}s/{self.stem}.{kind}" for kind in _SUFFIXES[self.kind]}

    @property
    def log(self) -> str:
        """Its log below the folder of the study, with the wildcard."""
        return f"logs/{self.rule}" + (f".{{{self.wildcard}}}" if self.wildcard else "") + ".log"

    @property
    def message(self) -> str:
        """What Snakemake says when it is made."""
        verb = "Draw" if self.kind == "figure" else "Tabulate"
        return f"{verb} {self.stem}: {self.title}".replace("{", "{wildcards.")

    @property
    def category(self) -> str:
        """Category of the report."""
        supporting = self.paper is not None and self.paper.number.startswith("Figure S")
        return "Supporting figures" if supporting else f"{self.kind}s".capitalize()

    def targets(self, study: Study) -> list[str]:
        """Files below the folder of the study that a finished study has."""
        if not self.condition.holds(study):
            return []
        values = {
            "": [""],
            "scored": scored_in(study),
            "surrogate": sorted(surrogates_of(study)),
            "selection": [self.name],
        }[self.wildcard]
        return [
            file.format(**{self.wildcard: value})
            for value in values
            for file in self.files.values()
        ]

    def input_paths(self, files: JobFiles, wildcards: Mapping[str, str]) -> dict[str, list[str]]:
        """Paths of the input files by name."""
        return {name: inputs.paths(files, wildcards) for name, inputs in self.inputs.items()}

    def sections(self, study: Study, wildcards: Mapping[str, str]) -> list[str]:
        """Sections of the settings that it uses."""
        return [*self.settings, *self.settings_of_runs(selected_runs(study, wildcards))]


def selected_runs(study: Study, wildcards: Mapping[str, str]) -> Sequence[Run]:
    """The study's runs, or every possible one where the wildcard `selection` is `all-methods`."""
    if wildcards.get("selection") == ALL_METHODS:
        return possible_runs(study)
    return study.calibration.runs


def surrogates_of(study: Study) -> set[str]:
    """Surrogates that some run learns on."""
    return {run.simulator for run in study.calibration.runs} - {"vic"}


def scored_in(study: Study) -> list[str]:
    """Where the study's runs are scored; their own simulator is VIC where none has a surrogate."""
    return [side for side in SCORED if side == "vic" or surrogates_of(study)]
