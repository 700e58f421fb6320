"""Loads VIC's reference cases."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import torch
import xarray as xr
from global_lines import change_global

from paramscape.vic import Forcing, Options, Parameters
from paramscape.vic.image.global_file import read_global_file


@dataclass(frozen=True)
class Case:
    """A reference case: inputs of the engine, and what VIC gave (time, lat, lon)."""

    folder: Path
    parameters: Parameters
    forcing: Forcing
    options: Options
    mask: np.ndarray
    params: xr.Dataset

    def select(self, cells) -> "Case":
        """Some of the cells, in the order of the index."""
        return replace(
            self, parameters=self.parameters.select(cells), forcing=self.forcing.select(cells)
        )

    def vic(self, name: str) -> np.ndarray:
        """VIC's daily values (day, cell[, layer])."""
        with xr.open_dataset(self.folder / "fluxes.nc", decode_times=False) as fluxes:
            values = fluxes[name].values[..., self.mask]
        return np.moveaxis(values, 1, -1) if values.ndim == 3 else values


def load_case(folder: Path) -> Case:
    """Read a whole case."""
    run = read_global_file(folder / "global.txt")
    params = xr.open_dataset(folder / "params.nc", decode_times=False).load()
    with xr.open_dataset(folder / "domain.nc") as domain:
        mask = (domain["mask"].values > 0) & (params["run_cell"].values > 0)
    years = [xr.open_dataset(path).load() for path in sorted(folder.glob("forcing.*.nc"))]
    forcing = Forcing.from_dataset(xr.concat(years, "time"), mask, run.options)
    return Case(folder, Parameters.from_dataset(params, mask), forcing, run.options, mask, params)


@pytest.fixture(scope="session")
def case(shared):
    """Gives a reference case by name."""
    loaded: dict[str, Case] = {}

    def of(name: str) -> Case:
        if name not in loaded:
            loaded[name] = load_case(shared / "vic-reference" / name)
        return loaded[name]

    return of


CALIBRATED_BOUNDS = torch.tensor(
    [[0.001, 0.001, 0.1, 0.2, 0.1, 0.1, 4.0], [0.4, 1.0, 30.0, 1.0, 1.5, 2.0, 30.0]],
    dtype=torch.float64,
)


@pytest.fixture
def bounds() -> torch.Tensor:
    """Lower and upper bounds (2, 7) of the calibrated parameters."""
    return CALIBRATED_BOUNDS.clone()


@pytest.fixture
def prepared(shared, tmp_path, monkeypatch) -> Callable[..., Path]:
    """Gives a copy of a reference case as the working directory, its global file changed.

    Keywords replace the values of options (None takes the line out); `lines` are appended, in
    place of all output lines if they start with OUTFILE.
    """

    def of(name: str, lines: Sequence[str] = (), **options) -> Path:
        source = shared / "vic-reference" / name
        for path in source.iterdir():
            if path.name != "fluxes.nc":
                shutil.copy(path, tmp_path / path.name)
                (tmp_path / path.name).chmod(0o644)
        change_global(tmp_path / "global.txt", lines, **options)
        monkeypatch.chdir(tmp_path)
        return tmp_path

    return of
