"""Files and settings of a surrogate's training, in one process or several."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from paramscape.files import read_dataset
from paramscape.grid.cells import Cells
from paramscape.parameters.priors import PriorBox
from paramscape.simulators.device import device_of
from paramscape.simulators.surrogates.distributed import DistributedLearner, LearnerReplica
from paramscape.simulators.surrogates.read_samples import EnsembleFiles, load_samples
from paramscape.simulators.surrogates.registry import KINDS
from paramscape.simulators.surrogates.samples import Samples
from paramscape.simulators.surrogates.training import Learner
from paramscape.simulators.surrogates.weights import load_network
from paramscape.simulators.workers import start_workers
from paramscape.study import Compute, Period, Priors, SurrogateTraining, section


@dataclass(frozen=True)
class TrainingSettings:
    """Settings of a surrogate's training.

    kind: of the surrogate. own: its settings. target: that methods fit. train: the training period.
    """

    kind: str
    own: SurrogateTraining
    target: str
    train: Period
    priors: Priors
    compute: Compute
    seed: int

    @classmethod
    def of(cls, kind: str, settings: Mapping[str, Any]) -> TrainingSettings:
        """The settings for a kind of surrogate, from a rule's sections."""
        return cls(
            kind=kind,
            own=section(settings, f"surrogate.{kind}"),
            target=section(settings, "calibration.target"),
            train=section(settings, "periods.train"),
            priors=section(settings, "priors"),
            compute=section(settings, "compute"),
            seed=section(settings, "study.seed"),
        )


@dataclass(frozen=True)
class TrainingTask:
    """A surrogate's files and settings.

    rounds: members of refinement rounds, which are training data as well.
    weights: initial weights, or None for an untrained network.
    """

    settings: TrainingSettings
    domain: Path
    ensemble: EnsembleFiles
    rounds: tuple[EnsembleFiles, ...] = ()
    weights: Path | None = None

    @property
    def kind(self) -> str:
        """The kind of the surrogate."""
        return self.settings.kind

    def learner(self) -> Learner:
        """The network with its samples."""
        settings, kind = self.settings, KINDS[self.kind]
        torch.set_num_threads(settings.compute.torch_threads)
        ensemble = self._samples(self.ensemble, "train")
        training = ensemble.joined(self._samples(files, "train") for files in self.rounds)
        validation = self._samples(self.ensemble, "validation")
        if self.weights:
            network = load_network(self.weights, kind.network).to(training.forcing.device)
        else:
            network = kind.untrained(training, settings.own, settings.seed)
        return kind.learner(network, training, validation, settings.own, settings.seed)

    def _samples(self, files: EnsembleFiles, role: str) -> Samples:
        settings = self.settings
        targets = KINDS[self.kind].targets(settings.target, settings.own)
        cells = Cells.of(read_dataset(self.domain, "domain"))
        priors = PriorBox.of(settings.priors)
        samples = load_samples(files, role, targets, settings.train, cells, priors)
        return samples.to(device_of(settings.compute))


@contextmanager
def learner_of(processes: int, task: TrainingTask) -> Iterator[Learner]:
    """The learner of a task, with its mini-batches shared by a number of processes.

    A surrogate that couples its cells is trained by one process.
    """
    if processes == 1 or KINDS[task.kind].couples_cells:
        yield task.learner()
        return
    with start_workers(processes, _replica, task) as workers:
        yield DistributedLearner(workers.own.learner, workers)


def _replica(rank: int, size: int, task: TrainingTask) -> LearnerReplica:
    return LearnerReplica(task.learner(), rank, size)
