"""Processes that share the mini-batches of a surrogate's training learn what one learns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import pytest
import torch

from paramscape.jobs.checkpoint import Checkpoint, RunPaths
from paramscape.simulators.surrogates.distributed import DistributedLearner
from paramscape.simulators.surrogates.registry import KINDS
from paramscape.simulators.surrogates.samples import Samples
from paramscape.simulators.surrogates.training import Learner, train
from paramscape.simulators.surrogates.training_task import learner_of
from paramscape.study import Lstm, Seq2seq

COURSE = {"hidden": 8, "epochs": 3, "learning_rate": 0.02}
SETTINGS = {
    "lstm": Lstm(
        **COURSE, days=10, batch=101, windows_per_epoch=700, validation_windows=200, patience=5
    ),
    "seq2seq": Seq2seq(
        **COURSE, warmup_days=20, days=60, batch=7, series_per_epoch=48, validation_series=10
    ),
}


@dataclass(frozen=True)
class SmallTask:
    """A training whose samples are at hand, in the place of files."""

    kind: str
    samples: tuple[Samples, ...]
    settings: Any

    def learner(self) -> Learner:
        torch.set_num_threads(1)
        network = KINDS[self.kind].untrained(self.samples[0], self.settings, 7)
        return KINDS[self.kind].learner(network, *self.samples[:2], self.settings, 7)


def trained(processes: int, task: SmallTask, folder):
    files = RunPaths(folder / "history.csv", Checkpoint(folder / "checkpoint.pt", "test"))
    with learner_of(processes, task) as learner:
        assert isinstance(learner, DistributedLearner) == (processes > 1)
        return train(learner, files, 7).state_dict(), pd.read_csv(files.history)


@pytest.mark.parametrize("kind", SETTINGS)
def test_two_processes_learn_the_weights_that_one_learns(kind, samples, tmp_path) -> None:
    task = SmallTask(kind, samples, SETTINGS[kind])
    expected, alone = trained(1, task, tmp_path / "alone")
    found, together = trained(2, task, tmp_path / "together")
    for name, weights in expected.items():
        torch.testing.assert_close(found[name], weights, rtol=1e-4, atol=1e-5)
    columns = ["train/mse", "validation/mse"]
    pd.testing.assert_frame_equal(together[columns], alone[columns], rtol=1e-4)
