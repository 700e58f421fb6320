"""The jobs that fill observations, and that judge the filler."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import torch
import xarray as xr

from paramscape.calibration.fill import hidden as judge
from paramscape.calibration.fill.filler import FittedFiller, train_filler
from paramscape.calibration.observed_data import PreparedFiles, read_calibration_data
from paramscape.calibration.problem import CalibrationData
from paramscape.calibration.training_data import days_of
from paramscape.jobs.history import History
from paramscape.study import Filler, Period, periods_of, random_streams, section
from paramscape.study.quantities import LONG_NAMES, UNITS

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class FilledObservations:
    """What the job of filling writes: fields, weights and history."""

    fields: xr.Dataset
    filler: FittedFiller
    history: History


def fill_observations(
    files: PreparedFiles, target: str, settings: Mapping[str, Any]
) -> FilledObservations:
    """Train a filler on the learners' training days, and fill what methods may see.

    Args:
        files: what methods may see.
        target: that is observed.
        settings: a rule's sections.

    Returns:
        fields (time, lat, lon): the target, and `source` int8: 1 observed, 2 filled, 0 none.
    """
    periods = periods_of(settings)
    data = read_calibration_data(files, target, periods, section(settings, "space"))
    seed = section(settings, "study.seed")
    filler, history = train_filler(data, periods.train, _settings(settings, target), seed)
    values, source = filler.fill(data, readable(data))
    time = {"time": data.times}
    fields = {
        target: data.cells.scatter(values.numpy(), ("time",)).assign_attrs(
            units=UNITS[target], long_name=LONG_NAMES[target]
        ),
        "source": data.cells.scatter(source.numpy(), ("time",))
        .fillna(0)
        .astype("i1")
        .assign_attrs(
            units="1",
            long_name="source of the value",
            flag_values=np.array([0, 1, 2], "i1"),
            flag_meanings="none observed filled",
        ),
    }
    return FilledObservations(xr.Dataset(fields).assign_coords(time), filler, history)


def score_filler(
    files: PreparedFiles, target: str, state: Mapping[str, Any], settings: Mapping[str, Any]
) -> pd.DataFrame:
    """Judge a filler by hidden observations of the whole record, in training and in test.

    Returns:
        the rows of `hidden.scores` with `period` and `gap`. In the training period the filler has
        learned from the values that are hidden here.
    """
    periods = periods_of(settings)
    data = read_calibration_data(files, target, periods, section(settings, "space"))
    filler = FittedFiller.of(dict(state), data, _settings(settings, target))
    seed = section(settings, "study.seed")
    parts = [
        score_period(filler, data, (name, getattr(periods, name)), periods.train, seed)
        for name in ("train", "test")
    ]
    table = pd.concat(parts, ignore_index=True)
    _warn_of_losses(table)
    return table


def score_period(
    filler: FittedFiller,
    data: CalibrationData,
    named: tuple[str, Period],
    train: Period,
    seed: int,
) -> pd.DataFrame:
    """Scores of a filler and of simpler estimates in one period, by kind of gap."""
    name, period = named
    days, training = days_of(data, period), days_of(data, train)
    observed = readable(data)
    record = observed.numpy().astype("f8")
    parts = []
    for number, (gap, kind) in enumerate(judge.gaps().items()):
        generator = random_streams.numpy_generator(seed, f"hidden in {name}", number)
        hidden = np.zeros(record.shape, bool)
        hidden[days] = judge.hide(record[days], kind, generator)
        kept = np.where(hidden, np.nan, record)
        estimates = {
            "filler": filler.values(data, torch.from_numpy(kept)).numpy(),
            "carry-forward": judge.carry_forward(kept),
            "interpolation": judge.interpolated(kept),
            "climatology": judge.climatology(
                kept[training], data.times[training].astype("M8[D]"), data.times.astype("M8[D]")
            ),
        }
        means = filler.cell_means.numpy() * filler.std + filler.mean
        rows = judge.scores(estimates, record, hidden, means)
        parts.append(rows.assign(period=name, gap=gap))
    return pd.concat(parts, ignore_index=True)


def readable(data: CalibrationData) -> torch.Tensor:
    """(day, cell) observations that a network may read."""
    return data.observations if data.readable is None else data.readable


def _settings(settings: Mapping[str, Any], target: str) -> Filler:
    return section(settings, "products.observations")[target].filler


def _warn_of_losses(table: pd.DataFrame) -> None:
    """Log the gaps at which carrying the last observation forward is as good as the filler."""
    rmse = table.pivot(index=["period", "gap"], columns="by", values="rmse")
    for period, gap in rmse.index[~(rmse["filler"] < rmse["carry-forward"])]:
        _LOG.warning(
            "the filler is not better than the last observation carried forward at hidden gaps of "
            "%s in periods.%s (RMSE %.3g against %.3g)",
            *(gap, period, *rmse.loc[(period, gap), ["filler", "carry-forward"]]),
        )
