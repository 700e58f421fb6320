"""A check of a study opens the first tiles of what is only scored."""

from datetime import date

import numpy as np
import pytest
import xarray as xr
import yaml

from mod16_files import Tile
from paramscape.check.report import Report
from paramscape.check.variable_checks import check_variable_checks
from paramscape.products.catalogue import check_files
from paramscape.study import Study, validate

PERIODS = {
    "warmup": {"start": "2010-07-01", "end": "2010-12-31"},
    "train": {"start": "2011-01-01", "end": "2011-06-30"},
    "validation": {"start": "2011-07-01", "end": "2011-12-31"},
    "test": {"start": "2012-01-01", "end": "2012-12-31"},
}
NAMES = "MOD16A2GF.A{:%Y%j}.h27v05.061.2020001000000.hdf"


@pytest.fixture
def study(repository, tmp_path) -> Study:
    """A study of runoff whose check has all its files; those of January 2012 are real tiles."""
    settings = yaml.safe_load((repository / "config/demo.yaml").read_text())
    settings["periods"], settings["twin"]["climate"] = PERIODS, False
    settings["products"]["observations"] = {"runoff": {"product": "twin"}}
    settings["products"]["checks"] = {"et": {"product": "mod16a2", "folder": str(tmp_path)}}
    settings["calibration"]["target"] = "runoff"
    study = validate(settings)
    for file in check_files(study, "et"):
        file.path.with_name(file.path.name.replace("*", "061.2020001000000")).touch()
    for day in (1, 9):
        tile = Tile(date(2012, 1, day), "h27v05", et=40, production="061.2020001000000")
        tile.write(tmp_path)
    return study


@pytest.fixture
def domain() -> xr.Dataset:
    fields = {"mask": np.ones((2, 2), "i4"), "area": np.full((2, 2), 6e8)}
    named = {name: (("lat", "lon"), values) for name, values in fields.items()}
    return xr.Dataset(named, {"lat": [32.125, 32.375], "lon": [114.125, 114.375]})


def test_good_files_are_told_with_the_share_of_cells(study, domain):
    report = Report()
    check_variable_checks(study, domain, report)
    assert not report.errors
    assert "92 file(s) of et by mod16a2" in report.good[0]
    assert "from 2012-01-01 to 2012-01-16, 100 % of the active cells" in report.good[0]


def test_a_damaged_tile_is_an_error(study, domain, tmp_path):
    path = tmp_path / NAMES.format(date(2012, 1, 9))
    path.write_bytes(path.read_bytes()[:3000])
    report = Report()
    check_variable_checks(study, domain, report)
    assert len(report.errors) == 1 and "cannot be read as HDF4" in str(report.errors[0])


def test_while_a_file_is_missing_none_is_opened(study, domain, tmp_path):
    for path in tmp_path.glob("*2011361*"):
        path.unlink()
    (tmp_path / NAMES.format(date(2012, 1, 9))).write_bytes(b"")
    report = Report()
    check_variable_checks(study, domain, report)
    assert not report.errors and not report.good
