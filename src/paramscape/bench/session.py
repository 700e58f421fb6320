"""State shared by all groups of measurements: case, settings, throughput of the ensemble."""

from dataclasses import asdict, dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple

import torch

from paramscape.bench.case import OUTPUTS, QUICK, Case, Extent, Inputs, make_case
from paramscape.bench.machine import cores
from paramscape.bench.measure import Timing, timed
from paramscape.bench.simulation import run
from paramscape.vic.engine.memory import memory_for_simulation
from paramscape.vic.executable import CaseFiles
from paramscape.vic.outputs import OUTPUTS as ALL_OUTPUTS

SECONDS = {"daily": 6.0, "3-hourly": 10.0}  # duration of a timed ensemble


@dataclass(frozen=True)
class Settings:
    """Settings of a benchmark.

    quick: use a case of 12 cells and 40 days, for a test of the program. full: run the whole
    ensemble of 400 members. executable: the real VIC program. mpirun: the command that starts
    several processes of it. only: groups to measure, all by default. repeats: of each timing.
    """

    quick: bool = False
    full: bool = False
    executable: Path | None = None
    mpirun: tuple[str, ...] = ("mpirun",)
    only: tuple[str, ...] = ()
    repeats: int = 3

    @property
    def record(self) -> dict[str, Any]:
        """The settings for a report."""
        return {
            **asdict(self),
            "executable": str(self.executable or "none given"),
            "mpirun": " ".join(self.mpirun),
            "only": ", ".join(self.only) or "all groups",
        }


class TimedEnsemble(NamedTuple):
    """A timed ensemble in float32."""

    members: int
    cell_days: int
    timing: Timing

    @property
    def rate(self) -> float:
        """Cell-days per second."""
        return self.cell_days / self.timing.best


@dataclass(eq=False)
class Bench:
    """A run of the benchmark; data of several groups are made once, when first needed.

    folder: for files, removed by the caller.
    """

    settings: Settings
    folder: Path
    cores: int = field(default_factory=cores)

    @cached_property
    def case(self) -> Case:
        """The case."""
        return make_case(QUICK if self.settings.quick else Extent())

    @cached_property
    def files(self) -> CaseFiles:
        """The case as files."""
        return self.case.write_forcing(self.folder / "forcing")

    @cache  # noqa: B019
    def inputs(self, mode: str) -> Inputs:
        """Tensors of a mode in float64."""
        return self.case.inputs(mode)

    @cache  # noqa: B019
    def ensemble(self, mode: str) -> TimedEnsemble:
        """Time an ensemble that is large enough to be steady, in float32."""
        members = self.members(mode)
        inputs = self.inputs(mode).with_members(members).to(torch.float32)
        timing = timed(lambda: run(inputs), self.settings.repeats)
        return TimedEnsemble(members, inputs.cell_days, timing)

    @cache  # noqa: B019
    def members(self, mode: str) -> int:
        """Number of members, by a pilot: their simulation takes seconds and fits into memory."""
        pilot = self.inputs(mode).with_members(2).to(torch.float32)
        if self.settings.quick:
            return 2
        seconds = timed(lambda: run(pilot), 1).best
        wanted = round(2 * SECONDS[mode] / seconds)
        rows = sum(ALL_OUTPUTS[name].layers for name in OUTPUTS)
        held = 3 * 4 * rows * pilot.forcing.steps * pilot.forcing.cells
        return max(2, min(wanted, memory_for_simulation(torch.device("cpu")) // held))
