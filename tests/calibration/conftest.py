"""A small land whose evaporation is a smooth function of forcing and parameters."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
import torch

from paramscape.calibration import CalibrationData, Problem
from paramscape.grid.cells import Cells
from paramscape.jobs.checkpoint import Checkpoint, RunPaths
from paramscape.parameters.priors import PriorBox
from paramscape.study import Period, Periods, Priors
from paramscape.study.parameters import GAN_PO_PARAMETERS

FIRST = date(2001, 1, 1)
SPANS = {"warmup": (0, 9), "train": (10, 99), "validation": (100, 139), "test": (140, 159)}
SIZES = {"et": 1.0, "runoff": 0.3, "soil_moisture": 0.05}
INFILT, DEPTH2 = GAN_PO_PARAMETERS.index("infilt"), GAN_PO_PARAMETERS.index("depth2")


class Meadow:
    """A simulator without physics of one target: energy (0.1 + 0.8 depth2) + 0.3 rain (1 - infilt)
    with parameters on the unit scale, times the target's usual size. Where it keeps states,
    windows add a memory that earlier windows changed."""

    def __init__(self, forcing, periods, priors, is_stateful, target="et"):
        self.name = "meadow"
        self.is_stateful, self.target = is_stateful, target
        self.forcing, self.periods, self.priors = forcing, periods, priors
        self.memory = torch.zeros(())
        self.respun = 0

    def flux(self, parameters, days):
        unit = self.priors.to_unit(parameters)
        energy, rain = self.forcing[days].unbind(-1)
        wet, dry = unit[..., None, :, DEPTH2], unit[..., None, :, INFILT]
        return SIZES[self.target] * (energy * (0.1 + 0.8 * wet) + 0.3 * rain * (1 - dry))

    def first_day(self, period):
        return (period.start - FIRST).days

    def run(self, parameters, period, warmup_days=None):
        first = self.first_day(period)
        days = slice(first, first + period.days)
        return {self.target: self.flux(parameters, days).detach()}

    def respin(self, parameters):
        self.respun += 1
        self.memory = 0.01 * self.priors.to_unit(parameters.detach()).mean().to(torch.float32)

    def simulate_windows(self, parameters, windows):
        first = self.first_day(self.periods.train)
        days = windows.first_days[:, None] + torch.arange(windows.days)
        assert days.min() >= 0
        assert days.max() < self.periods.train.days
        low, high = self.priors.low, self.priors.high
        assert ((parameters >= low - 1e-6) & (parameters <= high * (1 + 1e-6))).all()
        flux = self.flux(parameters, (first + days).flatten()).unflatten(0, days.shape)
        if self.is_stateful:
            flux = flux + self.memory
            self.memory = 0.9 * self.memory + 0.001 * float(flux.detach().mean())
        return {self.target: flux if windows.cells is None else flux[..., windows.cells]}

    def state_dict(self):
        return {"memory": self.memory}

    def load_state_dict(self, state):
        self.memory = state["memory"]


@dataclass
class Land:
    """A problem with its hidden truth, (cell, parameter)."""

    problem: Problem
    truth: torch.Tensor

    def error(self, parameters):
        """Mean absolute error of the two parameters that matter, on the unit scale."""
        unit = [self.problem.priors.to_unit(p.double()) for p in (parameters, self.truth)]
        return float((unit[0] - unit[1])[:, [INFILT, DEPTH2]].abs().mean())


def make_periods():
    spans = {
        name: Period(start=FIRST + timedelta(a), end=FIRST + timedelta(b))
        for name, (a, b) in SPANS.items()
    }
    return Periods(**spans)


def basin():
    """(lat, lon) mask of 17 cells in a grid of 4 x 5."""
    mask = np.ones((4, 5), dtype=bool)
    mask[0, :2] = mask[-1, -1] = False
    return mask


def make_land(is_stateful=False, mask=None, target="et"):
    rng = np.random.default_rng(11)
    mask = basin() if mask is None else mask
    lat, lon = (
        first + 0.25 * np.arange(size) for first, size in zip((30, 110), mask.shape, strict=True)
    )
    cells = Cells(mask, lat, lon)
    days, count = SPANS["test"][1] + 1, cells.count
    attributes = torch.from_numpy(rng.standard_normal((count, 3)))
    season = 2.5 - 2 * np.cos(2 * np.pi * np.arange(days) / 60)[:, None]
    energy = season * rng.uniform(0.7, 1.3, (days, count))
    rain = rng.gamma(0.5, 6.0, (days, count))
    physical = torch.from_numpy(np.stack([energy, rain], -1))
    priors, periods = PriorBox.of(Priors()), make_periods()
    simulator = Meadow(physical, periods, priors, is_stateful, target)
    unit = torch.full((count, len(GAN_PO_PARAMETERS)), 0.5, dtype=torch.float64)
    unit[:, DEPTH2] = 0.5 + 0.3 * torch.tanh(attributes[:, 0])
    unit[:, INFILT] = 0.4 + 0.3 * torch.tanh(attributes[:, 1])
    truth = priors.to_physical(unit)
    noise = torch.from_numpy(rng.normal(1.0, 0.05, (days, count)))
    observed = simulator.flux(truth, slice(0, days)) * noise
    observed[torch.from_numpy(rng.random((days, count)) < 0.1)] = torch.nan
    observed[15] = torch.nan
    data = CalibrationData(
        cells=cells,
        attributes=attributes,
        forcing=(physical - physical.mean((0, 1))) / physical.std((0, 1)),
        observations=observed,
        times=np.datetime64(FIRST) + np.arange(days),
        soil_native=None,
    )
    default = priors.to_physical(torch.full_like(unit, 0.2))
    return Land(Problem(target, data, periods, simulator, priors, default), truth)


@pytest.fixture
def land():
    """Makes the land anew: land(is_stateful, mask, target)."""
    return make_land


@pytest.fixture
def run_paths(tmp_path: Path):
    """Makes a run's files: run_paths(name, identity)."""
    return lambda name="run", identity="test": RunPaths(
        tmp_path / name / "history.csv", Checkpoint(tmp_path / name / "checkpoint.pt", identity)
    )
