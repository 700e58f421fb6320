"""Calibration data, read from the prepared files of a study."""

import logging
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from paramscape.calibration.problem import CalibrationData
from paramscape.files import read_dataset
from paramscape.grid.cells import Cells
from paramscape.grid.learners import observed_learners
from paramscape.parameters.priors import PriorBox
from paramscape.study import LearningPeriods, Period, Priors, Space
from paramscape.study.quantities import FORCINGS
from paramscape.vic import Parameters
from paramscape.vic.calibrated import uncalibrated_values

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class PreparedFiles:
    """The files that data is read from.

    soil: None without native soil. filled: observations with filled gaps, or None.
    """

    domain: Path
    attributes: Path
    forcing: Path
    observations: Path
    soil: Path | None
    filled: Path | None = None


def read_calibration_data(
    files: PreparedFiles, target: str, periods: LearningPeriods, space: Space | None = None
) -> CalibrationData:
    """Read what may be learned from, standardised with the learners' constants of training.

    Args:
        files: the prepared files.
        target: that is calibrated.
        periods: of learning.
        space: what is asked of learners, where the domain's cells are split.

    Raises:
        ValueError: if forcing or an attribute is missing in an active cell, no observation falls
            into the training period, or learners are observed too rarely.
    """
    cells = Cells.of(read_dataset(files.domain, "domain"))
    forcing = read_dataset(files.forcing, "forcing-daily")
    observed = read_dataset(files.observations, target)[target]
    observed = observed.reindex(time=forcing["time"])
    if not observed.sel(time=periods.train.slice).notnull().any():
        raise ValueError(
            f"{files.observations}: {target} has no observation in the training period "
            f"{periods.train.start} to {periods.train.end}"
        )
    attributes = read_dataset(files.attributes, "attributes")
    soil = read_dataset(files.soil, "soil-native") if files.soil else None
    space = space or Space()
    cells = learning_cells(cells, observed.sel(time=periods.train.slice), space)
    data = calibration_data_of(cells, attributes, forcing, observed, soil, periods.train)
    if files.filled is not None:
        filled = read_dataset(files.filled, target)[target].reindex(time=forcing["time"])
        data = replace(data, filled=_tensor(cells.gather(filled)))
    return without_unseen(data, space) if cells.are_split else data


def learning_cells(cells: Cells, observed: xr.DataArray, space: Space) -> Cells:
    """The cells with the learners whose observations (time, lat, lon) of training suffice.

    Raises:
        ValueError: see `observed_learners`.
    """
    days = np.isfinite(cells.gather(observed)).sum(0)
    return observed_learners(cells, days, space.minimum_days, space.below_minimum == "refuse")


def without_unseen(data: CalibrationData, space: Space) -> CalibrationData:
    """Data in which observations of cells that are only scored are hidden."""
    learners = torch.from_numpy(data.cells.learners)
    hidden = torch.where(learners, data.observations, torch.nan)
    if space.unseen_sees == "observations":
        return replace(data, observations=hidden, readable=data.observations)
    filled = None if data.filled is None else torch.where(learners, data.filled, torch.nan)
    return replace(data, observations=hidden, readable=hidden, filled=filled)


def calibration_data_of(
    cells: Cells,
    attributes: xr.Dataset,
    forcing: xr.Dataset,
    observed: xr.DataArray,
    soil: xr.Dataset | None,
    train: Period,
) -> CalibrationData:
    """The data of fields (lat, lon), forcing and observations (time, lat, lon).

    Raises:
        ValueError: if forcing or an attribute is missing in an active cell.
    """
    return CalibrationData(
        cells=cells,
        attributes=_attributes(attributes, cells),
        forcing=_standardised_forcing(forcing, cells, train),
        observations=_tensor(cells.gather(observed)),
        times=forcing["time"].values,
        soil_native=soil,
    )


def default_values(params: xr.Dataset, cells: Cells, priors: Priors) -> Tensor:
    """The uncalibrated values (cell, parameter) of a VIC parameter file, moved into the priors.

    Of a parameter with one calibrated value for all layers, it is the mean over VIC's layers,
    weighted by thickness.
    """
    soil = Parameters.from_dataset(params, cells.mask).soil
    values = uncalibrated_values(soil, priors.names)
    inside = PriorBox.of(priors).clamp(values)
    moved = (~torch.isclose(inside, values, rtol=1e-6)).any(-1).sum()
    if moved:
        _LOG.info("default parameters of %d cells were moved into the priors", int(moved))
    return inside


def _attributes(attributes: xr.Dataset, cells: Cells) -> Tensor:
    values = np.stack([cells.gather(attributes[name]) for name in attributes.data_vars], -1)
    if np.isnan(values).any():
        cell, column = np.argwhere(np.isnan(values))[0]
        raise ValueError(
            f"attribute {list(attributes.data_vars)[column]} is missing in active cell {cell}"
        )
    known = _of_learners(values, cells, 0)
    spread = known.std(0)
    varies = spread > 1e-12 * np.abs(known).max(0).clip(min=1e-30)
    scaled = (values - known.mean(0)) / np.where(varies, spread, 1.0)
    return _tensor(scaled[:, varies])


def _standardised_forcing(forcing: xr.Dataset, cells: Cells, period: Period) -> Tensor:
    values = np.stack([cells.gather(forcing[name]) for name in FORCINGS], -1).astype(float)
    if np.isnan(values).any():
        day, cell, column = np.argwhere(np.isnan(values))[0]
        raise ValueError(
            f"{FORCINGS[column]} is missing in active cell {cell} on "
            f"{forcing['time'].values[day].astype('datetime64[D]')}"
        )
    train = forcing.get_index("time").slice_indexer(*_ends(period.slice))
    known = _of_learners(values[train], cells, 1)
    mean, spread = known.mean((0, 1)), known.std((0, 1))
    return _tensor((values - mean) / np.maximum(spread, 1e-12))


def _of_learners(values: np.ndarray, cells: Cells, axis: int) -> np.ndarray:
    """The part of values that belongs to learners, along the axis of the cells."""
    return np.compress(cells.learners, values, axis) if cells.are_split else values


def _ends(days: slice) -> tuple[str, str]:
    return days.start, days.stop


def _tensor(values: np.ndarray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(values, dtype=np.float32))
