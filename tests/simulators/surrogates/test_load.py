"""From the ensemble's files to samples."""

from datetime import date

import numpy as np
import pytest
import torch
import xarray as xr

from paramscape.files import Provenance, write_dataset
from paramscape.grid.cells import Cells
from paramscape.parameters.datasets import members_dataset, targets_dataset
from paramscape.parameters.priors import PriorBox
from paramscape.simulators.surrogates.read_samples import EnsembleFiles, load_samples
from paramscape.study import Period, Priors
from paramscape.study.quantities import FORCINGS, UNITS

CELLS = Cells(
    np.array([[True, False], [True, True]]), np.array([32.0, 32.25]), np.array([1.0, 2.0])
)
BOX = PriorBox.of(Priors())
PERIOD = Period(start=date(2009, 1, 4), end=date(2009, 1, 9))
PROVENANCE = Provenance("test", "0" * 16, 1)
ROLES = ["train", "train", "validation", "test", "train"]


@pytest.fixture
def ensemble(tmp_path):
    """Files of five members in two batches, and what was written."""
    rng = np.random.default_rng(1)
    unit = rng.uniform(size=(5, 3, 7))
    fields = BOX.to_physical(torch.from_numpy(unit)).numpy()
    members = members_dataset(fields, BOX.names, CELLS, ["mpr"] * 5, ROLES)
    write_dataset(members, tmp_path / "members.nc", "members", PROVENANCE)
    targets = rng.uniform(size=(5, 6, 3)).astype(np.float32)
    days = np.datetime64("2009-01-04", "ns") + np.arange(6) * np.timedelta64(1, "D")
    paths = []
    for batch, chosen in enumerate(([0, 1, 2], [3, 4])):
        paths.append(tmp_path / f"fluxes-{batch}.nc")
        made = targets_dataset({"et": targets[chosen]}, CELLS, days, np.array(chosen))
        write_dataset(made, paths[-1], "ensemble-fluxes", PROVENANCE)
    forcing = rng.uniform(size=(12, 3, 7)).astype(np.float32)
    times = np.datetime64("2009-01-01", "ns") + np.arange(12) * np.timedelta64(1, "D")
    fields_of_day = {
        name: CELLS.scatter(forcing[..., i], ("time",)).assign_attrs(units=UNITS[name])
        for i, name in enumerate(FORCINGS)
    }
    dataset = xr.Dataset(fields_of_day, coords={"time": times})
    write_dataset(dataset, tmp_path / "forcing-daily.nc", "forcing-daily", PROVENANCE)
    files = EnsembleFiles(tmp_path / "members.nc", tuple(paths), tmp_path / "forcing-daily.nc")
    return files, unit, targets, forcing


@pytest.mark.parametrize("role", ["train", "validation", "test"])
def test_samples_hold_the_members_of_their_role_in_order(ensemble, role):
    files, unit, targets, forcing = ensemble
    samples = load_samples(files, role, ("et",), PERIOD, CELLS, BOX)
    chosen = [m for m, r in enumerate(ROLES) if r == role]
    np.testing.assert_array_equal(samples.targets[..., 0], targets[chosen])
    np.testing.assert_allclose(samples.parameters, unit[chosen], atol=1e-6)
    np.testing.assert_array_equal(samples.forcing, forcing[:9])
    assert samples.warmup_days == 3


def test_a_batch_that_is_not_there_is_missed(ensemble):
    files = EnsembleFiles(ensemble[0].members, ensemble[0].fluxes[:1], ensemble[0].forcing)
    with pytest.raises(ValueError, match=r"members \[4\] are in none of the 1 files"):
        load_samples(files, "train", ("et",), PERIOD, CELLS, BOX)


def test_forcing_that_ends_too_early_is_refused(ensemble):
    long = Period(start=PERIOD.start, end=date(2009, 1, 20))
    with pytest.raises(ValueError, match="2009-01-04 to 2009-01-20, but has 12 days"):
        load_samples(ensemble[0], "train", ("et",), long, CELLS, BOX)
