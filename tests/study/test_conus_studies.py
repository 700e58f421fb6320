"""The studies of the ParaFormer paper: on real data, on a made world, and the small one."""

from pathlib import Path

import numpy as np
import pytest

from paramscape.products.catalogue import missing_files, required_files
from paramscape.products.sampled_cells import blocks
from paramscape.study import Study, load

TWINS = ("conus-twin", "conus-twin-demo")


def study_of(repository: Path, name: str) -> Study:
    return load(repository / f"config/{name}.yaml")


@pytest.mark.parametrize(("name", "learners"), [("conus-twin", 400), ("conus-twin-demo", 100)])
def test_a_twin_has_as_many_neighbours_as_sampled_cells(repository, name, learners):
    domain = study_of(repository, name).domain
    cells = blocks(domain, np.ones(domain.grid.shape, bool))
    assert int(cells.sampled.sum()) == learners
    assert int(cells.mask.sum()) == 2 * learners


@pytest.mark.parametrize("name", TWINS)
def test_a_twin_needs_no_file_that_it_does_not_write(repository, name):
    study = study_of(repository, name)
    assert not missing_files(study)
    assert all(file.made for file in required_files(study))


def test_the_real_study_says_where_its_files_come_from(repository):
    files = missing_files(study_of(repository, "conus"))
    products = {file.product.split(" ")[0] for file in files}
    assert {"NLDAS-2", "CONUS-SOIL", "SMAP", "MODIS"} <= products


@pytest.mark.parametrize("name", ["conus", "conus-twin"])
def test_the_periods_of_learning_and_test_are_the_papers(repository, name):
    periods = study_of(repository, name).periods
    days = [str(d) for p in (periods.train, periods.test) for d in (p.start, p.end)]
    assert days == ["2015-04-01", "2017-03-31", "2017-04-01", "2018-03-31"]


@pytest.mark.parametrize("name", ["conus", *TWINS])
def test_the_papers_five_parameters_are_calibrated(repository, name):
    study = study_of(repository, name)
    assert set(study.priors.names) == {"Ds", "Dsmax", "Ws", "infilt", "expt"}
    assert study.calibration.scaling == "moments"
    assert set(study.products.checks) == {"et"}
