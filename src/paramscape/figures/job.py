"""From a job of the workflow to a figure or table: what its module gets, and how it is found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from paramscape.figures.caption import Caption
from paramscape.figures.registry import ENTRIES
from paramscape.files.places import prepare_matplotlib
from paramscape.study import section
from paramscape.study.quantities import LONG_NAMES, UNITS


@dataclass(frozen=True)
class FigureJob:
    """The files and settings that one figure or table is made from.

    Attributes:
        inputs: paths by the name of the input.
        settings: plain values by section, see `study.section`.
        stem: path of the written files without suffix.
        scored: where the scores shown were taken, in words; empty where there is no choice.
        surrogate: the surrogate shown; empty where there is no choice.
    """

    inputs: Mapping[str, tuple[Path, ...]]
    settings: Mapping[str, Any]
    stem: Path
    scored: str = ""
    surrogate: str = ""

    @classmethod
    def of(cls, snakemake: Any) -> FigureJob:
        """The files and settings of a Snakemake job."""
        return cls(
            inputs={name: _paths(value) for name, value in snakemake.input.items()},
            settings=snakemake.params.settings,
            stem=Path(snakemake.output[0]).with_suffix(""),
            scored=snakemake.params.scored,
            surrogate=snakemake.wildcards.get("surrogate", ""),
        )

    def file(self, name: str) -> Path:
        """The path of an input that is one file.

        Raises:
            ValueError: if it is none or several.
        """
        files = self.inputs[name]
        if len(files) != 1:
            raise ValueError(f"The input {name} is one file; got {len(files)}: {list(files)}")
        return files[0]

    def optional_file(self, name: str) -> Path | None:
        """The path of an input that not every study has; None without it."""
        return self.file(name) if self.inputs[name] else None

    def section(self, path: str) -> Any:
        """The settings at a dotted path, such as `calibration.target`."""
        return section(self.settings, path)

    @property
    def target(self) -> str:
        """The calibrated target, such as `et`."""
        return self.section("calibration.target")

    @property
    def unit(self) -> str:
        """Unit of the calibrated target."""
        return UNITS[self.target]

    def caption(self, period: str = "") -> Caption:
        """Words for the figure's titles.

        Args:
            period: name of the period shown, such as `test`.
        """
        words = ""
        if period:
            days = self.section(f"periods.{period}")
            words = f"{period} period {days.start} to {days.end}"
        name = LONG_NAMES[self.target]
        return Caption(self.settings["study.title"], name, self.unit, words, self.scored)


def make(name: str, job: FigureJob) -> None:
    """Draw a figure or write a table of `figures.registry` from the files of a study.

    Args:
        name: its name, such as `score-maps`.
        job: its files and settings.
    """
    prepare_matplotlib()
    import_module(f"paramscape.figures.{ENTRIES[name].module}").make(job)


def _paths(files: Any) -> tuple[Path, ...]:
    return tuple(map(Path, [files] if isinstance(files, str) else files))
