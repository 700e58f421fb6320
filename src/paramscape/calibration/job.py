"""One calibration job of a study: its settings, its files, and how they become a problem."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from torch import Tensor

from paramscape.calibration import CALIBRATORS
from paramscape.calibration.learning.pretraining import read_search
from paramscape.calibration.observed_data import (
    PreparedFiles,
    default_values,
    read_calibration_data,
)
from paramscape.calibration.problem import Estimate, Problem
from paramscape.files import read_dataset
from paramscape.grid.cells import Cells
from paramscape.jobs.checkpoint import RunPaths
from paramscape.jobs.job import use_threads
from paramscape.parameters.datasets import members_dataset, parameters_dataset
from paramscape.parameters.priors import PriorBox
from paramscape.simulators.build import SimulatorFiles, SimulatorSettings, simulator_of
from paramscape.simulators.device import device_of
from paramscape.simulators.interface import Simulator
from paramscape.simulators.scaled import ScaledSimulator, Scaling
from paramscape.study import METHODS, Space, section
from paramscape.study.run_id import RunId


@dataclass(frozen=True)
class CalibrationJob:
    """Settings of a calibration.

    run: method, simulator and seed.
    own: of the method, None where it has none.
    target: that it fits.
    simulator: settings of what it learns on, with periods, priors and compute.
    space: what is asked of learners, and what networks read in other cells.
    """

    run: RunId
    own: Any
    target: str
    simulator: SimulatorSettings
    space: Space = field(default_factory=Space)

    @classmethod
    def of(cls, run: RunId, settings: Mapping[str, Any]) -> CalibrationJob:
        """The settings of a run, from a rule's sections."""
        own = METHODS[run.method].section
        return cls(
            run,
            section(settings, own) if own else None,
            section(settings, "calibration.target"),
            SimulatorSettings.of(run.simulator, settings),
            section(settings, "space"),
        )


@dataclass(frozen=True)
class CalibrationFiles:
    """Files of a calibration.

    searched, search_history: fields and history of a search of each cell, that a method is
    pre-trained on; None without pre-training.
    scaling: of the simulated target; None without it.
    """

    prepared: PreparedFiles
    simulator: SimulatorFiles
    searched: Path | None = None
    search_history: Path | None = None
    scaling: Path | None = None

    @classmethod
    def of(cls, inputs: Any) -> CalibrationFiles:
        """The files among a rule's inputs."""
        names = ("domain", "attributes", "forcing", "observations", "soil", "filled")
        prepared = PreparedFiles(*(_optional(inputs, name) for name in names))
        further = (_optional(inputs, n) for n in ("searched", "search_history", "scaling"))
        return cls(prepared, SimulatorFiles.of(inputs), *further)


@dataclass(frozen=True)
class Calibrated:
    """What a calibration found.

    parameters: (parameter, lat, lon), the estimate.
    samples: (member, parameter, lat, lon) of the posterior, or None of a method without.
    """

    parameters: xr.Dataset
    samples: xr.Dataset | None


def calibrate(
    job: CalibrationJob, files: CalibrationFiles, paths: RunPaths, processes: int = 1
) -> Calibrated:
    """Estimate the parameters of a study by one method on one simulator.

    Args:
        job: method, simulator and seed, with their settings.
        files: what is learned from.
        paths: history and checkpoint.
        processes: that share the cells of the simulator.
    """
    settings = job.simulator
    names = settings.priors.names
    use_threads(settings.compute.torch_threads)
    data = read_calibration_data(files.prepared, job.target, settings.periods, job.space)
    data = data.to(device_of(settings.compute))
    params = read_dataset(files.simulator.parameters, "vic-parameters")
    default = default_values(params, data.cells, settings.priors).to(data.forcing.device)
    searched = (
        read_search(files.searched, files.search_history, names, data.cells, default)
        if files.searched and files.search_history
        else None
    )
    with simulator_of(processes, settings, files.simulator, data.cells) as model:
        problem = Problem(
            target=job.target,
            data=data,
            periods=settings.periods,
            simulator=_scaled(model, job.target, files.scaling, data.cells),
            priors=PriorBox.of(settings.priors),
            default=default,
            searched=searched,
        )
        found = CALIBRATORS[job.run.method](problem, job.own, paths, job.run.seed)
    estimate = found.parameters if isinstance(found, Estimate) else found
    parameters = parameters_dataset(_values(estimate), names, data.cells)
    if not isinstance(found, Estimate):
        return Calibrated(parameters, None)
    kinds = ["posterior"] * len(found.samples)
    return Calibrated(parameters, members_dataset(_values(found.samples), names, data.cells, kinds))


def _values(values: Tensor) -> np.ndarray:
    return values.cpu().double().numpy()


def _scaled(simulator: Simulator, target: str, scaling: Path | None, cells: Cells) -> Simulator:
    """The simulator with its target scaled, if there is a scaling."""
    if scaling is None:
        return simulator
    return ScaledSimulator(simulator, target, Scaling.of(read_dataset(scaling, "scaling"), cells))


def _optional(inputs: Any, name: str) -> Path | None:
    """A rule's input of that name, None where it has none."""
    return Path(inputs[name]) if inputs.get(name) else None
