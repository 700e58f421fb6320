"""What may be learned from is complete, standardised on the training period, and aligned."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
import xarray as xr

from paramscape.calibration.observed_data import PreparedFiles, read_calibration_data
from paramscape.files import Provenance, write_dataset
from paramscape.study import Periods, Space
from paramscape.study.quantities import FORCINGS, UNITS

MADE = Provenance.of("tiny", {}, 1)
PERIODS = Periods(
    warmup={"start": "2009-01-01", "end": "2009-01-10"},
    train={"start": "2009-01-11", "end": "2009-01-20"},
    validation={"start": "2009-01-21", "end": "2009-01-25"},
    test={"start": "2009-01-26", "end": "2009-01-30"},
)
AXES = {"lat": [30.0, 30.25], "lon": [110.0, 110.25]}
DAYS = pd.date_range("2009-01-01", periods=30)


@pytest.fixture
def datasets() -> dict[str, xr.Dataset]:
    rng = np.random.default_rng(3)
    dims = ("lat", "lon")
    mask = np.array([[1, 1], [1, 0]], "i4")
    one = (dims, np.ones((2, 2)))
    units = {"frac": "1", "area": "m2", "elev": "m"}
    domain = {name: (*one, {"units": unit}) for name, unit in units.items()}
    domain["mask"] = (dims, mask, {"units": "1"})
    daily = {
        name: (("time", *dims), rng.normal(5, 2, (30, 2, 2)), {"units": UNITS[name]})
        for name in FORCINGS
    }
    et = (("time", *dims), rng.gamma(2, 1, (20, 2, 2)), {"units": UNITS["et"]})
    return {
        "domain": xr.Dataset(domain, AXES),
        "attributes": xr.Dataset(
            {"sand": (dims, [[1.0, 2.0], [4.0, np.nan]]), "flat": (dims, np.ones((2, 2)))}, AXES
        ),
        "forcing-daily": xr.Dataset(daily, {"time": DAYS, **AXES}),
        "et": xr.Dataset({"et": et}, {"time": DAYS[10:], **AXES}),
    }


def read(datasets: dict[str, xr.Dataset], folder: Path, space: Space | None = None):
    paths = {kind: folder / f"{kind}.nc" for kind in datasets}
    for kind, dataset in datasets.items():
        write_dataset(dataset, paths[kind], kind, MADE)
    return read_calibration_data(PreparedFiles(*paths.values(), None), "et", PERIODS, space)


def test_forcing_has_mean_0_and_deviation_1_over_the_training_period(datasets, tmp_path) -> None:
    train = read(datasets, tmp_path).forcing[10:20]
    torch.testing.assert_close(train.mean((0, 1)), torch.zeros(7), rtol=0, atol=1e-5)
    torch.testing.assert_close(train.std((0, 1), correction=0), torch.ones(7))


def test_attributes_are_standardised_and_constant_ones_left_out(datasets, tmp_path) -> None:
    attributes = read(datasets, tmp_path).attributes
    assert attributes.shape == (3, 1)
    assert abs(float(attributes.mean())) < 1e-6


def test_observations_share_the_forcings_days(datasets, tmp_path) -> None:
    data = read(datasets, tmp_path)
    assert data.observations.shape == (30, 3)
    assert data.observations[:10].isnan().all()


def test_missing_forcing_in_an_active_cell_is_named(datasets, tmp_path) -> None:
    datasets["forcing-daily"]["tas"][4, 0, 1] = np.nan
    with pytest.raises(ValueError, match="tas is missing in active cell 1 on 2009-01-05"):
        read(datasets, tmp_path)


def test_missing_attributes_in_an_active_cell_are_named(datasets, tmp_path) -> None:
    datasets["attributes"]["sand"][1, 0] = np.nan
    with pytest.raises(ValueError, match="attribute sand is missing in active cell 2"):
        read(datasets, tmp_path)


def test_training_without_observations_is_refused(datasets, tmp_path) -> None:
    datasets["et"] = datasets["et"].isel(time=slice(12, None))
    with pytest.raises(ValueError, match="no observation in the training period"):
        read(datasets, tmp_path)


@pytest.fixture
def split(datasets) -> dict[str, xr.Dataset]:
    """The same, with a third cell that is only scored."""
    role = (("lat", "lon"), np.array([[1, 1], [2, 0]], "i1"), {"units": "1"})
    return {**datasets, "domain": datasets["domain"].assign(role=role)}


def test_constants_come_from_learners_alone(split, tmp_path) -> None:
    far = split["forcing-daily"].copy(deep=True)
    far["tas"][:, 1, 0] += 1000
    space = Space(minimum_days=5)
    data = read({**split, "forcing-daily": far}, tmp_path, space)
    train = data.forcing[10:20, :2]
    torch.testing.assert_close(train.mean((0, 1)), torch.zeros(7), rtol=0, atol=1e-5)
    torch.testing.assert_close(data.attributes.flatten(), torch.tensor([-1.0, 1.0, 5.0]))


def test_observations_of_cells_that_are_only_scored_are_hidden(split, tmp_path) -> None:
    data = read(split, tmp_path, Space(minimum_days=5))
    assert torch.isfinite(data.observations[10:, :2]).all()
    assert torch.isnan(data.observations[:, 2]).all()
    assert torch.isfinite(data.readable[10:, 2]).all()
    blind = read(split, tmp_path, Space(minimum_days=5, unseen_sees="nothing"))
    assert torch.isnan(blind.readable[:, 2]).all()


def test_learners_with_few_observed_days_are_named(split, tmp_path) -> None:
    with pytest.raises(ValueError, match=r"2 of 2 learners .* 30 .*30 N 110 E \(10 days\)"):
        read(split, tmp_path, Space())
