"""Mini-batches of samples: a cell, the days that a network reads, and those that are simulated."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from paramscape.calibration.learning.dpl import iterations_of_epoch
from paramscape.calibration.learning.minibatches import MiniBatch, windows_of_cells
from paramscape.calibration.learning.read_windows import ReadWindows
from paramscape.simulators.interface import Windows
from paramscape.study import ParaFormer


@dataclass(frozen=True)
class SampleGroup:
    """Samples that share the days that are read.

    first_read: first day of the window that the network reads.
    batch: the windows that are simulated with what it gives.
    other_read: another window, from which the network should give the same; None for none.
    """

    first_read: int
    batch: MiniBatch
    other_read: int | None = None

    @property
    def cells(self) -> Tensor:
        """(sample,) cells."""
        return self.batch.windows.cells

    def parts(self, cells: int | None) -> Iterator["SampleGroup"]:
        """The group in parts of at most `cells` samples; None for one part."""
        for some in self.cells.split(cells or len(self.cells)):
            windows = replace(self.batch.windows, cells=some)
            yield replace(self, batch=replace(self.batch, windows=windows))


@dataclass(frozen=True)
class SampleBatch:
    """A mini-batch of groups of samples."""

    groups: tuple[SampleGroup, ...]

    @property
    def simulated(self) -> tuple[Windows, ...]:
        """All windows that are simulated."""
        return tuple(group.batch.windows for group in self.groups)


def stateful_batches(
    reads: ReadWindows, cells: Tensor, settings: ParaFormer, generator: torch.Generator
) -> list[SampleBatch]:
    """Mini-batches that use every day of every cell once; see `windows_of_cells`.

    All windows of a mini-batch are simulated with the parameters of one random read window, so
    that parameters must also explain days that were not read.

    Args:
        reads: windows that the network reads.
        cells: (cell,) to learn from.
        settings: of the method.
        generator: of cells, windows and order.
    """
    stateful = settings.stateful
    batches = windows_of_cells(reads.period, stateful, cells, stateful.cells, generator)
    return [
        SampleBatch((SampleGroup(reads.draw(generator), b, _other(reads, settings, generator)),))
        for b in batches
    ]


def random_samples(
    reads: ReadWindows, cells: Tensor, settings: ParaFormer, generator: torch.Generator
) -> list[SampleBatch]:
    """Random samples for a simulator without states, which simulates days that are read.

    The samples of a mini-batch are divided equally among some random windows, each with distinct
    random cells. An epoch has as many mini-batches as see a cell's day with a probability of 99 %.

    Args:
        reads: windows that the network reads.
        cells: (cell,) to learn from.
        settings: of the method.
        generator: of windows and cells.
    """
    fewest = -(-settings.batch // len(cells))
    windows = min(settings.batch, max(settings.batch_windows, fewest))
    group = settings.batch // windows
    days = min(settings.simulated_days or reads.days, reads.days)
    iterations = settings.iterations_per_epoch or iterations_of_epoch(
        windows * group * days, len(cells) * reads.period
    )
    batches = []
    for _ in range(iterations):
        drawn = (_windows(reads, days, cells, group, generator) for _ in range(windows))
        groups = [SampleGroup(f, b, _other(reads, settings, generator)) for f, b in drawn]
        batches.append(SampleBatch(tuple(groups)))
    return batches


def _windows(
    reads: ReadWindows, days: int, cells: Tensor, group: int, generator: torch.Generator
) -> tuple[int, MiniBatch]:
    """First day of a random window, and `days` of it in distinct random cells."""
    first = reads.draw(generator)
    later = int(torch.randint(reads.days - days + 1, (1,), generator=generator))
    some = cells[torch.randperm(len(cells), generator=generator)[:group].to(cells.device)]
    simulated = Windows(torch.tensor([first + later]), days, some)
    return first, MiniBatch(simulated, torch.ones(1, days, dtype=torch.bool))


def _other(reads: ReadWindows, settings: ParaFormer, generator: torch.Generator) -> int | None:
    """The first day of another random window, if there is a loss that needs one."""
    return reads.draw(generator) if "consistency" in settings.weights else None
