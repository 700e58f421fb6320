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
from paramscape.study import periods_of, section
from paramscape.study.days import DayAxis


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
    name: str,
    files: SimulatorFiles,
    cells: Cells,
    settings: Mapping[str, Any],
    *,
    verifying: bool = False,
) -> Simulator:
    """A simulator of a study: `vic`, or a surrogate.

    Args:
        name: which one.
        files: what it is read from.
        cells: the active cells.
        settings: a rule's sections; those of the simulator, periods, priors and compute are used.
        verifying: whether to run VIC in float64, whatever the precision of learning.
    """
    compute = section(settings, "compute")
    torch.set_num_threads(compute.torch_threads)
    device = device_of(compute)
    periods = periods_of(settings)
    if name == "vic":
        vic = section(settings, "vic")
        params = read_dataset(files.parameters, "vic-parameters")
        names = section(settings, "priors").names
        engine = Engine.of(params, read_years(files.vic_forcing), cells, vic, names)
        precision = torch.float64 if verifying else getattr(torch, vic.precision)
        engine = engine.to(precision, device)
        return VicSimulator(engine, periods, progress=verifying)
    kind, forcing = KINDS[name], read_dataset(files.forcing, "forcing-daily")
    inputs = SurrogateInputs(
        cells,
        daily_forcing(forcing, cells).to(device),
        DayAxis.of(forcing["time"].values, FORCING).first_day,
        periods,
        PriorBox.of(section(settings, "priors")),
    )
    return kind.simulator(load_network(files.weights, kind.network).to(device), inputs)


@contextmanager
def simulator_of(
    processes: int, name: str, files: SimulatorFiles, cells: Cells, settings: Mapping[str, Any]
) -> Iterator[Simulator]:
    """`simulator_for` with its cells distributed over a number of processes, one on each GPU.

    A surrogate that couples its cells stays in one process.
    """
    if processes == 1 or (name in KINDS and KINDS[name].couples_cells):
        yield simulator_for(name, files, cells, settings)
        return
    with start_workers(processes, _shard, name, files, cells, settings) as workers:
        yield DistributedSimulator(workers)


def _shard(
    rank: int,
    size: int,
    name: str,
    files: SimulatorFiles,
    cells: Cells,
    settings: Mapping[str, Any],
) -> SimulatorShard:
    own = simulator_for(name, files, cells_of_rank(cells, rank, size), settings)
    return SimulatorShard(own, rank, size, device_of(section(settings, "compute")))
