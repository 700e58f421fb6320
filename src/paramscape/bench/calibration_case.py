"""The benchmark's case as a calibration: data, VIC as the simulator, and priors."""

from datetime import date, timedelta

import torch
import xarray as xr
from torch import Tensor

from paramscape.bench.case import SEED, Extent, draw_calibrated, make_case
from paramscape.bench.land import native_soil
from paramscape.calibration.observed_data import calibration_data_of, default_values
from paramscape.calibration.problem import Problem
from paramscape.grid.cells import Cells
from paramscape.parameters.priors import PriorBox
from paramscape.prepare.attributes import OF_SOIL
from paramscape.prepare.daily import prepare_daily_forcing
from paramscape.prepare.native_soil import upscale
from paramscape.simulators.vic.engine import Engine
from paramscape.simulators.vic.simulator import VicSimulator
from paramscape.study import Period, Periods, Priors, Vic
from paramscape.study.quantities import UNITS

FIRST = date(2008, 1, 1)
SPANS = {"warmup": 366, "train": 730, "validation": 731, "test": 1}  # days, consecutive
QUICK = {"warmup": 20, "train": 40, "validation": 20, "test": 1}
PIXELS = 30  # of native soil along each edge of a cell, as in soil of 30 arc-seconds
TARGET = "et"


def make_problem(quick: bool, device: str = "cpu") -> Problem:
    """The case with a year of warm-up, two of training and two of validation, VIC in float32.

    Observations are VIC's output with parameters drawn from the priors in each cell.
    """
    spans = QUICK if quick else SPANS
    shape = (3, 4) if quick else Extent()[:2]
    case = make_case(Extent(*shape, sum(spans.values())), FIRST)
    cells, priors = Cells.of(case.domain), Priors()
    periods = _periods(spans)
    engine = Engine.of(case.params, case.forcing, cells, Vic(), priors.names)
    engine = engine.to(torch.float32, device)
    soil = native_soil(case.domain, SEED, 4 if quick else PIXELS)
    data = calibration_data_of(
        cells,
        _attributes(soil, cells),
        prepare_daily_forcing([case.forcing]),
        _observed(engine, periods, cells),
        soil,
        periods.train,
    )
    return Problem(
        TARGET,
        data.to(device),
        periods,
        VicSimulator(engine, periods),
        PriorBox.of(priors),
        default_values(case.params, cells, priors).to(device),
    )


def _periods(spans: dict[str, int]) -> Periods:
    periods, first = {}, FIRST
    for name, days in spans.items():
        periods[name] = Period(start=first, end=first + timedelta(days - 1))
        first += timedelta(days)
    return Periods(**periods)


def _attributes(soil: xr.Dataset, cells: Cells) -> xr.Dataset:
    """The six attributes of the soil, (lat, lon) means over the pixels."""
    means = {name: upscale(soil, soil[name], cells.count, 1) for name in OF_SOIL}
    return xr.Dataset({name: cells.scatter(values) for name, values in means.items()})


def _observed(engine: Engine, periods: Periods, cells: Cells) -> xr.DataArray:
    """The target (time, lat, lon) of all days."""
    whole = Period(start=FIRST, end=periods.test.end)
    truth: Tensor = draw_calibrated(1, cells.count)[0].to(engine.parameters.latitude)
    values = engine.run(truth, FIRST, whole)[TARGET].cpu().numpy()
    return cells.scatter(values, ("time",)).assign_attrs(units=UNITS[TARGET]).rename(TARGET)
