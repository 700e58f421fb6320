"""The simulators of a study, by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from paramscape.files import read_dataset, read_years
from paramscape.grid.cells import Cells
from paramscape.parameters.priors import PriorBox
from paramscape.simulators.device import device_of
from paramscape.simulators.distributed import DistributedSimulator, SimulatorShard, cells_of_rank
from paramscape.simulators.interface import Simulator
from paramscape.simulators.surrogates.read_samples import daily_forcing
from paramscape.simulators.surrogates.registry import KINDS
from paramscape.simulators.surrogates.simulated_study import FORCING, SurrogateInputs
from paramscape.simulators.surrogates.weights import load_network
from paramscape.simulators.vic.engine import Engine
from paramscape.simulators.vic.simulator import VicSimulator
from paramscape.simulators.workers import start_workers
from paramscape.study import Compute, LearningPeriods, Priors, periods_of, section
from paramscape.study.days import DayAxis
from paramscape.study.job_settings import simulator_section


@dataclass(frozen=True)
class SimulatorSettings:
    """Settings of a simulator.

    name: `vic` or a surrogate's. own: of VIC or of that surrogate.
    """

    name: str
    own: Any
    periods: LearningPeriods
    priors: Priors
    compute: Compute

    @classmethod
    def of(cls, name: str, settings: Mapping[str, Any]) -> SimulatorSettings:
        """The settings of the simulator of that name, from a rule's sections."""
        return cls(
            name,
            section(settings, simulator_section(name)),
            periods_of(settings),
            section(settings, "priors"),
            section(settings, "compute"),
        )


@dataclass(frozen=True)
class SimulatorFiles:
    """Files that a simulator is read from.

    forcing: daily, for a surrogate. parameters, vic_forcing: VIC's. weights: a surrogate's.
    """

    forcing: Path
    parameters: Path
    vic_forcing: tuple[Path, ...]
    weights: Path | None

    @classmethod
    def of(cls, inputs: Any) -> SimulatorFiles:
        """The files among a rule's inputs."""
        weights = inputs.get("weights")
        return cls(
            Path(inputs.forcing),
            Path(inputs.parameters),
            tuple(Path(file) for file in inputs.get("vic_forcing", ())),
            Path(weights) if weights else None,
        )


def simulator_for(
    settings: SimulatorSettings, files: SimulatorFiles, cells: Cells, *, verifying: bool = False
) -> Simulator:
    """A simulator of a study: `vic`, or a surrogate.

    Args:
        settings: which one, and its settings.
        files: what it is read from.
        cells: the active cells.
        verifying: whether to run VIC in float64, whatever the precision of learning.
    """
    torch.set_num_threads(settings.compute.torch_threads)
    device = device_of(settings.compute)
    if settings.name == "vic":
        params = read_dataset(files.parameters, "vic-parameters")
        names, forcing = settings.priors.names, read_years(files.vic_forcing)
        engine = Engine.of(params, forcing, cells, settings.own, names)
        precision = torch.float64 if verifying else getattr(torch, settings.own.precision)
        engine = engine.to(precision, device)
        return VicSimulator(engine, settings.periods, progress=verifying)
    kind, forcing = KINDS[settings.name], read_dataset(files.forcing, "forcing-daily")
    inputs = SurrogateInputs(
        cells,
        daily_forcing(forcing, cells).to(device),
        DayAxis.of(forcing["time"].values, FORCING).first_day,
        settings.periods,
        PriorBox.of(settings.priors),
    )
    return kind.simulator(load_network(files.weights, kind.network).to(device), inputs)


@contextmanager
def simulator_of(
    processes: int, settings: SimulatorSettings, files: SimulatorFiles, cells: Cells
) -> Iterator[Simulator]:
    """`simulator_for` with its cells distributed over a number of processes, one on each GPU.

    A surrogate that couples its cells stays in one process.
    """
    name = settings.name
    if processes == 1 or (name in KINDS and KINDS[name].couples_cells):
        yield simulator_for(settings, files, cells)
        return
    with start_workers(processes, _shard, settings, files, cells) as workers:
        yield DistributedSimulator(workers)


def _shard(
    rank: int, size: int, settings: SimulatorSettings, files: SimulatorFiles, cells: Cells
) -> SimulatorShard:
    own = simulator_for(settings, files, cells_of_rank(cells, rank, size))
    return SimulatorShard(own, rank, size, device_of(settings.compute))
