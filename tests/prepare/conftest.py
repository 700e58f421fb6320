"""A small study from the demo's settings, raw files by the twin: 3 x 4 cells, 24 days."""

import pytest
import yaml

from paramscape import twin
from paramscape.prepare.domain import prepare_domain
from paramscape.study import Period, validate

PERIODS = {
    "warmup": {"start": "2008-12-20", "end": "2008-12-23"},
    "train": {"start": "2008-12-24", "end": "2008-12-31"},
    "validation": {"start": "2009-01-01", "end": "2009-01-06"},
    "test": {"start": "2009-01-07", "end": "2009-01-12"},
}


@pytest.fixture(scope="session")
def study(repository, tmp_path_factory):
    raw = tmp_path_factory.mktemp("raw")
    text = (repository / "config" / "demo.yaml").read_text()
    settings = yaml.safe_load(text.replace("results/demo/raw", str(raw)))
    settings["periods"] = PERIODS
    settings["surrogate"]["lstm"]["days"] = 4
    edges = {"west": 114.0, "east": 115.0, "south": 32.0, "north": 32.75}
    settings["domain"]["grid"] |= edges
    study = validate(settings)
    twin.write_static(study.products, study.domain, study.twin.seed)
    grid = study.domain.grid
    twin.write_climate(study.products.forcing, study.periods.record, grid, study.twin.seed)
    return study


@pytest.fixture(scope="session")
def domain(study):
    return prepare_domain(study.domain, study.products.elevation, study.vic.parameters)


@pytest.fixture(scope="session")
def years(study):
    record = study.periods.record
    return {
        2008: Period(start=record.start, end="2008-12-31"),
        2009: Period(start="2009-01-01", end=record.end),
    }
