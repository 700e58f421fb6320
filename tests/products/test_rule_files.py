"""Files that a twin writes, by the rule that writes them."""

from pathlib import Path

import pytest

from paramscape.products.catalogue import forcing_files, observation_files
from paramscape.products.rule_files import (
    climate_paths,
    elevation_files,
    made_paths,
    twin_observation_paths,
    twin_years,
)
from paramscape.study import Study, load


@pytest.fixture
def demo(repository: Path) -> Study:
    return load(repository / "config/demo.yaml")


def test_every_forcing_file_of_a_twin_is_written_by_one_year(demo) -> None:
    written = [path for year in twin_years(demo) for path in climate_paths(demo, year)]
    needed = {
        path
        for days in demo.periods.record.by_year()
        for path in made_paths(forcing_files(demo, days))
    }
    assert len(set(written)) == len(written)
    assert needed <= set(written)


def test_the_years_of_a_climate_do_not_change_with_the_end_of_the_record(demo) -> None:
    ends = {year.end.isoformat()[4:] for year in twin_years(demo)}
    assert ends == {"-12-31"}


def test_observations_before_the_test_year_are_written_apart_from_the_others(demo) -> None:
    early, late = twin_observation_paths(demo, "et")
    first = demo.periods.test.start.year
    assert early and late
    assert all(int(Path(path).parent.name) < first for path in early)
    assert {*early, *late} == set(made_paths(observation_files(demo, "et")))


@pytest.mark.parametrize(("given", "expected"), [("elevation", "elev.nc"), (None, "params.nc")])
def test_elevation_comes_from_its_own_file_before_vics_parameters(demo, given, expected) -> None:
    elevation = demo.products.elevation.model_copy(update={"path": Path("elev.nc")})
    products = demo.products.model_copy(update={"elevation": elevation if given else None})
    vic = demo.vic.model_copy(update={"parameters": Path("params.nc")})
    study = demo.model_copy(update={"products": products, "vic": vic})
    assert [str(file.path) for file in elevation_files(study)] == [expected]
