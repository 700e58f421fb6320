"""Paths of a study: one place for each file, and runs that can be read back from their paths."""

from collections.abc import Iterator
from pathlib import Path

from paramscape.study.paths import StudyPaths
from paramscape.study.run_id import RunId

PATHS = StudyPaths.of("demo")


def strings(record: object) -> Iterator[str]:
    """All paths of a record of paths and of the records in it."""
    for name in (name for name in dir(record) if not name.startswith("_")):
        value = getattr(record, name)
        if name in ("of", "root", "folder"):
            continue
        if callable(value):
            value = value("test") if name in ("scores", "check_scores") else value()
        if isinstance(value, str):
            yield value
        else:
            yield from strings(value)


def test_no_two_files_share_a_path() -> None:
    found = list(strings(PATHS))
    assert len(found) > 30
    assert len(set(found)) == len(found)


def test_every_file_of_a_study_lies_in_its_folder() -> None:
    assert all(path.startswith("results/demo/") for path in strings(PATHS))


def test_a_run_is_read_back_from_its_paths() -> None:
    run = RunId("gan-po", "vic", 3)
    of_run = PATHS.run("gan-po", "vic", 3)
    scores = PATHS.scores("test", "vic").format(method="gan-po", simulator="vic", seed=3)
    for path in (of_run.parameters, of_run.history, of_run.vic_parameters, scores):
        assert RunId.of(Path(path)) == run


def test_what_methods_may_see_lies_in_one_folder_apart() -> None:
    seen = (PATHS.learning.forcing, PATHS.learning.observations("et"))
    assert all(path.startswith("results/demo/learning/") for path in seen)
    assert "learning" not in PATHS.record.forcing + PATHS.record.observations("et")


def test_without_a_name_a_path_holds_the_wildcard_of_its_rule() -> None:
    assert PATHS.vic_forcing() == "results/demo/vic/forcing.{year}.nc"
    assert PATHS.vic_forcing(2011) == "results/demo/vic/forcing.2011.nc"
    assert (
        PATHS.surrogate("lstm").round().weights
        == "results/demo/surrogate/lstm/round-{round}/weights.pt"
    )
