"""Four cells of a real VIC case, and periods of some weeks."""

from datetime import date, timedelta

import numpy as np
import pytest
import torch
import xarray as xr

from paramscape.calibration import CalibrationData, Problem
from paramscape.calibration.search.objective import cell_rmse
from paramscape.grid.cells import Cells
from paramscape.parameters.priors import PriorBox
from paramscape.simulators.vic.engine import Engine
from paramscape.simulators.vic.simulator import VicSimulator
from paramscape.study import Period, Periods, Priors, Vic
from paramscape.study.parameters import GAN_PO_PARAMETERS

START = date(2009, 5, 1)


def period(first, days):
    """Days since the start of the forcing as a period."""
    begin = START + timedelta(first)
    return Period(start=begin, end=begin + timedelta(days - 1))


@pytest.fixture(scope="session")
def periods():
    """Ten days of warm-up, thirty of training, five of validation and five of test."""
    return Periods(
        warmup=period(0, 10),
        train=period(10, 30),
        validation=period(40, 5),
        test=period(45, 5),
    )


@pytest.fixture(scope="session")
def case(shared):
    """Parameter file, forcing from May 2009 and cells of four cells of huaihe-daily."""
    folder = shared / "vic-reference" / "huaihe-daily"
    with xr.open_dataset(folder / "domain.nc") as domain:
        cells = Cells.of(domain)
    mask = np.zeros_like(cells.mask)
    mask[1:3, 2:4] = True
    with (
        xr.open_dataset(folder / "params.nc") as params,
        xr.open_dataset(folder / "forcing.2009.nc") as forcing,
    ):
        chosen = forcing.sel(time=slice("2009-05-01", "2009-06-30"))
        return params.load(), chosen.load(), Cells(mask, cells.lat, cells.lon)


@pytest.fixture(scope="session")
def engine(case):
    """VIC in float64 on the four cells."""
    return Engine.of(*case, Vic(), GAN_PO_PARAMETERS)


@pytest.fixture(scope="session")
def box():
    """The default priors."""
    return PriorBox.of(Priors())


@pytest.fixture(scope="session")
def members(box):
    """(3 members, 4 cells, 7 parameters) drawn from the priors."""
    generator = torch.Generator().manual_seed(8)
    return box.to_physical(torch.rand(3, 4, 7, generator=generator, dtype=torch.float64))


@pytest.fixture(scope="session")
def problem(case, engine, periods, box, members):
    """Makes a calibration: observations of a target with gaps, which the first member made."""
    generator = torch.Generator().manual_seed(4)
    days = periods.record.days
    attributes = torch.randn(4, 3, generator=generator)
    forcing = torch.randn(days, 4, 2, generator=generator)
    times = np.datetime64(periods.record.start) + np.arange(days)

    def make(target):
        simulator = VicSimulator(engine, periods)
        observed = torch.full((days, 4), torch.nan, dtype=torch.float64)
        observed[10:40] = simulator.run(members[0], periods.train)[target]
        observed[40:45] = simulator.run(members[0], periods.validation)[target]
        observed[12:20, 2] = torch.nan
        data = CalibrationData(case[2], attributes, forcing, observed, times, None)
        return Problem(target, data, periods, simulator, box, members[1])

    return make


@pytest.fixture(scope="session")
def training_errors():
    """RMSE of each cell in the training period, of a problem with some parameters."""

    def errors(problem, parameters):
        simulated = problem.simulator.run(parameters, problem.periods.train)[problem.target]
        return cell_rmse(simulated[None], problem.data.observations[10:40])[0]

    return errors
