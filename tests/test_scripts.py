"""Scripts are doors: they can be imported without Snakemake, and their functions take paths."""

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import xarray as xr

from paramscape.files import write_dataset
from paramscape.files.provenance import Provenance
from paramscape.study import Period, Priors

SCRIPTS = Path(__file__).parents[1] / "scripts"
MADE = Provenance.of("test", {}, 1)


def imported(name: str) -> ModuleType:
    """A script as a module."""
    spec = importlib.util.spec_from_file_location(f"script_{name}", SCRIPTS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", sorted(path.stem for path in SCRIPTS.glob("*.py")))
def test_a_script_is_imported_without_snakemake_and_does_nothing_then(name: str) -> None:
    module = imported(name)
    assert module.__doc__
    assert not hasattr(module, "snakemake")


@pytest.fixture
def domain(tmp_path: Path) -> Path:
    """A domain of 2 x 3 cells, one of them not active."""
    grid = {"lat": [30.0, 30.25], "lon": [110.0, 110.25, 110.5]}
    mask = np.array([[1, 1, 0], [1, 1, 1]], dtype="i4")
    fields = {name: (("lat", "lon"), np.ones((2, 3))) for name in ("frac", "area", "elev")}
    data = xr.Dataset({"mask": (("lat", "lon"), mask), **fields}, grid)
    data["area"].attrs["units"], data["elev"].attrs["units"] = "m2", "m"
    data["frac"].attrs["units"] = data["mask"].attrs["units"] = "1"
    path = tmp_path / "domain.nc"
    write_dataset(data, path, "domain", MADE)
    return path


def daily(domain: Path, values: np.ndarray) -> xr.Dataset:
    """Daily evapotranspiration (time, lat, lon) on the domain's grid."""
    grid = xr.open_dataset(domain)
    days = np.datetime64("2001-01-01", "ns") + np.arange(len(values)) * np.timedelta64(1, "D")
    et = xr.DataArray(
        values.astype("f4"),
        {"time": days, "lat": grid["lat"], "lon": grid["lon"]},
        ("time", "lat", "lon"),
        attrs={"units": "mm d-1"},
    ).where(grid["mask"] > 0)
    return et.to_dataset(name="et")


def test_a_simulation_is_scored_in_the_days_of_a_period_alone(domain, tmp_path) -> None:
    observed = np.random.default_rng(1).gamma(2.0, 1.0, (40, 2, 3))
    simulated = observed.copy()
    simulated[20:] += 1.0
    paths = tmp_path / "et.nc", tmp_path / "simulation.nc"
    write_dataset(daily(domain, observed), paths[0], "et", MADE)
    write_dataset(daily(domain, simulated), paths[1], "simulation", MADE)
    first, second = (
        imported("score").scores_of(domain, *paths, "et", Period(start=start, end=end))
        for start, end in (("2001-01-01", "2001-01-20"), ("2001-01-21", "2001-02-09"))
    )
    np.testing.assert_allclose(first["rmse"].where(first["mask"] > 0).mean(), 0, atol=1e-6)
    np.testing.assert_allclose(second["rmse"].where(second["mask"] > 0).mean(), 1, rtol=1e-5)


def test_the_fields_of_the_truth_itself_are_recovered_whole(domain, tmp_path) -> None:
    from paramscape.grid.cells import Cells
    from paramscape.parameters.datasets import parameters_dataset
    from paramscape.parameters.priors import PriorBox

    cells, box = Cells.of(xr.open_dataset(domain)), PriorBox.of(Priors())
    unit = np.random.default_rng(2).uniform(size=(cells.count, len(box.low)))
    import torch

    truth = parameters_dataset(box.to_physical(torch.from_numpy(unit)).numpy(), box.names, cells)
    run = tmp_path / "dpl-a" / "vic" / "seed-2" / "parameters.nc"
    write_dataset(truth, run, "parameters", MADE)
    table = imported("score_recovery").recovery_of(domain, run, [run], Priors())
    assert set(table["method"]) == {"dpl-a"} and set(table["seed"]) == {2}
    np.testing.assert_allclose(table["correlation"], 1)
    np.testing.assert_allclose(table["rmse"], 0, atol=1e-12)
