"""Raw files as inputs of rules that read them, and as outputs of rules that write a twin's."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from paramscape.products.catalogue import (
    RawFile,
    check_files,
    forcing_files,
    observation_files,
    static_files,
)
from paramscape.study import Period, Study


def paths_of(files: Iterable[RawFile]) -> list[str]:
    """Paths of raw files."""
    return [str(file.path) for file in files]


def made_paths(files: Iterable[RawFile]) -> list[str]:
    """Paths of those raw files that the study's twin writes, each once."""
    return list(dict.fromkeys(str(file.path) for file in files if file.made))


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


@dataclass(frozen=True)
class TwinPixels:
    """Files of pixels that the twin writes from its truth.

    name: of the rule. role: the section of the settings that holds the product. learning: whether
    they need nothing of the truth in the test period.
    """

    name: str
    role: str
    variable: str
    learning: bool
    paths: list[str]


def twin_pixels(study: Study) -> list[TwinPixels]:
    """The twin's files of products that lie in pixels, observed and checked."""
    found = []
    for target, product in study.products.observations.items():
        if product.form == "pixels":
            early, late = twin_observation_paths(study, target)
            role = "products.observations"
            found.append(TwinPixels(f"learning_pixels_{target}", role, target, True, early))
            found.append(TwinPixels(f"pixels_{target}", role, target, False, late))
    for variable in study.products.checks:
        paths = made_paths(check_files(study, variable))
        found.append(TwinPixels(f"check_{variable}", "products.checks", variable, False, paths))
    return [pixels for pixels in found if pixels.paths]
