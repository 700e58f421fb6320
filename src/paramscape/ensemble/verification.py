"""A calibrated field in the embedded VIC, over the whole record."""

import numpy as np
import torch
import xarray as xr

from paramscape.domain import Cells
from paramscape.study import Period, Periods

from .datasets import fields_of, targets_dataset
from .engine import Engine


def verify(engine: Engine, parameters: xr.Dataset, cells: Cells, periods: Periods) -> xr.Dataset:
    """Run a calibrated field in one continuous run and keep the days after the warm-up.

    Args:
        engine: VIC in float64.
        parameters: `parameters` (parameter, lat, lon), physical values.
        cells: the active cells.
        periods: the record runs from the warm-up's start to the last period's end.

    Returns:
        daily targets (time, lat, lon), dataset of kind `simulation`.
    """
    values = torch.from_numpy(fields_of(parameters, cells)).to(engine.parameters.latitude)
    scored = scored_period(periods)
    targets = engine.run(values, periods.warmup.start, scored, progress=True)
    arrays = {name: value.cpu().numpy() for name, value in targets.items()}
    return targets_dataset(arrays, cells, days_of(scored))


def scored_period(periods: Periods) -> Period:
    """From the first day after the warm-up's start that serves a purpose to the last."""
    starts = [periods.train.start, periods.validation.start, periods.test.start]
    return Period(start=min(starts), end=periods.record.end)


def days_of(period: Period) -> np.ndarray:
    """(day,) datetime64 of a period."""
    first = np.datetime64(period.start, "D")
    return (first + np.arange(period.days)).astype("datetime64[ns]")
