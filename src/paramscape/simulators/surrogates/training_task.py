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
from paramscape.study import section


@dataclass(frozen=True)
class TrainingTask:
    """A surrogate's files and settings.

    kind: of the surrogate. weights: initial weights, or None for an untrained network.
    rounds: members of refinement rounds, which are training data as well.
    settings: a rule's sections; those of the surrogate, the target, the training period, priors,
    compute and the study's seed are used.
    """

    kind: str
    domain: Path
    ensemble: EnsembleFiles
    rounds: tuple[EnsembleFiles, ...]
    weights: Path | None
    settings: Mapping[str, Any]

    def learner(self) -> Learner:
        """The network with its samples."""
        torch.set_num_threads(section(self.settings, "compute").torch_threads)
        kind, chosen = KINDS[self.kind], section(self.settings, f"surrogate.{self.kind}")
        ensemble = self._samples(self.ensemble, "train")
        training = ensemble.joined(self._samples(files, "train") for files in self.rounds)
        validation = self._samples(self.ensemble, "validation")
        seed = self.settings["study.seed"]
        if self.weights:
            network = load_network(self.weights, kind.network).to(training.forcing.device)
        else:
            network = kind.untrained(training, chosen, seed)
        return kind.learner(network, training, validation, chosen, seed)

    def _samples(self, files: EnsembleFiles, role: str) -> Samples:
        settings, kind = self.settings, KINDS[self.kind]
        chosen = section(settings, f"surrogate.{self.kind}")
        targets = kind.targets(section(settings, "calibration.target"), chosen)
        cells = Cells.of(read_dataset(self.domain, "domain"))
        priors = PriorBox.of(section(settings, "priors"))
        period = section(settings, "periods.train")
        samples = load_samples(files, role, targets, period, cells, priors)
        return samples.to(device_of(section(settings, "compute")))


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
