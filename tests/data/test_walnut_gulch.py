"""The published files of Walnut Gulch are read by settings alone."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from paramscape.prepare.domain import prepare_domain
from paramscape.prepare.forcing import prepare_forcing
from paramscape.prepare.towers import prepare_towers
from paramscape.products.catalogue import missing_files, public_files
from paramscape.study import load
from paramscape.study.quantities import FORCINGS
from walnut_gulch import published_files


@pytest.fixture(scope="module")
def study(repository: Path):
    return load(repository / "config/walnut-gulch.yaml")


@pytest.fixture
def here(study, shared, tmp_path, monkeypatch) -> Path:
    """A folder with the study's public files in their places."""
    contents = {(e.data_set, e.file): c for e, c in published_files(shared).items()}
    monkeypatch.chdir(tmp_path)
    for path, entry in public_files(study).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(contents[entry.data_set, entry.file])
    return tmp_path


def test_the_forcing_keeps_its_numbers_under_our_names(study, here, shared):
    assert missing_files(study) == []
    domain = prepare_domain(study.domain, None, study.vic.parameters)
    steps = study.vic.snow_steps_per_day
    days = study.periods.record
    found = prepare_forcing(study.products.forcing, days, domain, steps, ends_record=True)
    with xr.open_dataset(shared / "vic-reference/walnut-gulch-3hourly/forcing.2008.nc") as real:
        for name in FORCINGS:
            np.testing.assert_array_equal(found[name], real[name].transpose(*found[name].dims))


def test_noon_of_the_forcing_is_that_of_the_towers_clock(here):
    """Forcing and towers both keep local time, so that their days are the same."""
    (path,) = here.glob("data/*/livneh*.nc")
    with xr.open_dataset(path) as forcing:
        by_hour = forcing.shortwave.groupby("time.hour").mean(("time", "lat", "lon"))
    np.testing.assert_allclose(by_hour, by_hour.values[::-1], rtol=1e-2, atol=20)
    assert set(by_hour.hour.values[by_hour.argsort()[-2:].values]) == {9, 12}


def test_the_two_towers_stand_in_neighbouring_cells(study, here):
    domain = prepare_domain(study.domain, None, study.vic.parameters)
    time = np.arange("2008-01-01", "2009-01-01", dtype="M8[D]").astype("M8[ns]")
    air = xr.DataArray(np.full((366, 3, 5), 20.0), {"time": time}, ("time", "lat", "lon"))
    towers = study.products.observations["et"]
    found = prepare_towers(towers, study.periods.scored, domain, air.to_dataset(name="tas"))
    np.testing.assert_array_equal(found.towers, [[0] * 5, [0, 0, 1, 1, 0], [0] * 5])
    count = np.isfinite(found.et).sum("time").values
    assert count[1, 2] == 278 and count[1, 3] == 262 and count.sum() == 540
