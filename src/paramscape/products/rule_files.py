"""Raw files as inputs of rules that read them, and as outputs of rules that write a twin's."""

from collections.abc import Iterable
from datetime import date

from paramscape.products.catalogue import RawFile, forcing_files, observation_files, static_files
from paramscape.study import Period, Study


def paths_of(files: Iterable[RawFile]) -> list[str]:
    """Paths of raw files."""
    return [str(file.path) for file in files]


def made_paths(files: Iterable[RawFile]) -> list[str]:
    """Paths of those raw files that the study's twin writes."""
    return [str(file.path) for file in files if file.made]


def elevation_files(study: Study) -> list[RawFile]:
    """The file that the domain's elevation comes from."""
    elevation = study.products.elevation
    path = study.vic.parameters if elevation is None else elevation.path
    return [file for file in static_files(study) if file.path == path]


def twin_years(study: Study) -> list[Period]:
    """Calendar years of the record for which the twin writes a climate.

    They are whole to their last day: the record's end may move without another climate.
    """
    return [
        part.model_copy(update={"end": date(part.end.year, 12, 31)})
        for part in study.periods.record.by_year()
    ]


def climate_paths(study: Study, days: Period) -> list[str]:
    """Forcing files of a year that the twin writes, without the next year's first month."""
    after = [part for part in study.periods.record.by_year() if part.start > days.end]
    later = {path for part in after for path in made_paths(forcing_files(study, part))}
    return [path for path in made_paths(forcing_files(study, days)) if path not in later]


def twin_observation_paths(study: Study, target: str) -> tuple[list[str], list[str]]:
    """Observation files that the twin writes: those of years before the test's, and the others."""
    first = study.periods.test.start.year
    early = [p for p in study.periods.without_test.scored.by_year() if p.start.year < first]
    before = [path for p in early for path in made_paths(observation_files(study, target, p))]
    every = made_paths(observation_files(study, target))
    return before, [path for path in every if path not in before]
