"""The loop resumes to the same bits, keeps the best epoch, and ends by its rules."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest
import torch

from paramscape.jobs.checkpoint import Checkpoint, RunPaths
from paramscape.jobs.divergence import Diverged
from paramscape.jobs.epoch_loop import EpochLoop, EpochRules, Start, Validation


class Walk:
    """A training of one weight, whose misfits are given."""

    name, title, losses, columns = "walk", "walk", ("loss",), ("validation/misfit", "cost")

    def __init__(self, misfits: list[float], killed_in: int | None = None):
        self.misfits, self.killed_in = misfits, killed_in
        self.weight, self.epochs, self.begun = torch.zeros(()), 0, 0

    def begin(self) -> Start:
        self.begun += 1
        return Start(1.0, seconds=100.0)

    def batches(self, epoch: int) -> list[int]:
        self.generator = torch.Generator().manual_seed(epoch)
        return [1, 3]

    def step(self, batch: int) -> dict[str, float]:
        if self.epochs + 1 == self.killed_in and batch == 3:
            raise KeyboardInterrupt
        self.weight = self.weight + torch.rand((), generator=self.generator)
        self.epochs += batch == 3
        return {"loss": float(batch)}

    def size(self, batch: int) -> int:
        return batch

    def validate(self) -> Validation:
        misfit = self.misfits[self.epochs - 1]
        return Validation(misfit, {"validation/misfit": misfit})

    def result(self) -> torch.Tensor:
        return self.weight.clone()

    def costs(self) -> dict[str, float]:
        return {"cost": float(self.epochs)}

    def networks(self) -> dict[str, torch.Tensor]:
        return {"weight": self.weight}

    def state_dict(self) -> dict[str, object]:
        return {"weight": self.weight, "epochs": self.epochs}

    def load_state_dict(self, state) -> None:
        self.weight, self.epochs = state["weight"], state["epochs"]


def paths_in(folder: Path, identity: str = "mine") -> RunPaths:
    return RunPaths(folder / "history.csv", Checkpoint(folder / "checkpoint.pt", identity))


def run(training: Walk, rules: EpochRules, paths: RunPaths):
    return EpochLoop(training, rules, paths, "take shorter steps").run()


def rows(paths: RunPaths) -> pd.DataFrame:
    return pd.read_csv(paths.history).drop(columns="seconds")


FALLING = [0.5 / (n + 1) for n in range(6)]


@pytest.mark.parametrize("killed_in", [1, 3, 6])
def test_a_killed_training_gives_the_bits_of_an_uninterrupted_one(tmp_path: Path, killed_in: int):
    rules, whole, broken = EpochRules(6), paths_in(tmp_path / "a"), paths_in(tmp_path / "b")
    expected = run(Walk(FALLING), rules, whole)
    with pytest.raises(KeyboardInterrupt):
        run(Walk(FALLING, killed_in), rules, broken)
    resumed = Walk(FALLING)
    assert torch.equal(run(resumed, rules, broken), expected)
    assert resumed.begun == (killed_in == 1)
    pd.testing.assert_frame_equal(rows(broken), rows(whole), check_exact=True)


def test_the_history_has_weighted_losses_costs_and_the_seconds_before_the_first_epoch(
    tmp_path: Path,
):
    paths = paths_in(tmp_path)
    run(Walk(FALLING), EpochRules(3, validate_every=2), paths)
    history = pd.read_csv(paths.history)
    columns = ["epoch", "train/loss", "validation/misfit", "cost", "seconds"]
    assert list(history) == columns
    assert history["train/loss"].tolist() == [2.5] * 3
    assert history["validation/misfit"].isna().tolist() == [True, False, False]
    assert history["cost"].tolist() == [1.0, 2.0, 3.0]
    assert history["seconds"][0] > 100.0 > history["seconds"][1]


def test_a_finished_training_returns_its_result_without_another_step(tmp_path: Path):
    paths = paths_in(tmp_path)
    expected = run(Walk(FALLING), EpochRules(4), paths)
    again = Walk(FALLING, killed_in=1)
    assert torch.equal(run(again, EpochRules(4), paths), expected)
    assert again.begun == 0


def test_a_checkpoint_of_another_identity_is_logged_and_replaced(tmp_path: Path, caplog):
    run(Walk(FALLING), EpochRules(2), paths_in(tmp_path))
    with caplog.at_level("WARNING", "paramscape"):
        fresh = Walk(FALLING)
        run(fresh, EpochRules(2), paths_in(tmp_path, "other settings"))
    assert fresh.begun == 1
    assert "checkpoint.pt belongs to a run with other settings" in caplog.text
    assert paths_in(tmp_path, "other settings").checkpoint.load() is not None


@pytest.mark.parametrize(
    ("rules", "ends_after"),
    [
        (EpochRules(8, patience=2), 4),
        (EpochRules(8, patience=2, patient_from=4), 6),
        (EpochRules(8, validate_every=2, patience=1), 4),
        (EpochRules(3, patience=2), 3),
    ],
)
def test_patience_counts_validations_since_the_best_or_since_the_rules_allow(
    rules, ends_after, tmp_path: Path, caplog
):
    training, paths = Walk([0.9, 0.1, 0.5, 0.4, 0.6, 0.7, 0.8, 0.9]), paths_in(tmp_path)
    with caplog.at_level("INFO", "paramscape"):
        run(training, rules, paths)
    assert len(rows(paths)) == ends_after
    assert paths.checkpoint.load()["best"]["epoch"] == 2
    assert ("walk ended after epoch" in caplog.text) == (ends_after < rules.epochs)


def test_the_first_of_two_equally_good_epochs_is_kept(tmp_path: Path):
    paths = paths_in(tmp_path)
    run(Walk([0.4, 0.3, 0.3]), EpochRules(3), paths)
    assert paths.checkpoint.load()["best"]["epoch"] == 2


def test_three_bad_validations_are_a_collapse_and_the_checkpoint_is_from_before(tmp_path: Path):
    paths = paths_in(tmp_path)
    with pytest.raises(Diverged, match=r"after epoch 5: the training of walk collapsed.*epoch 2"):
        run(Walk([0.5, 0.4, 11.0, 11.0, 11.0, 0.1]), EpochRules(6), paths)
    assert len(paths.checkpoint.load()["rows"]) == 2


@pytest.mark.parametrize(
    ("misfits", "rules"),
    [
        ([0.5, 11.0, 11.0, 0.2, 11.0, 11.0], EpochRules(6)),
        ([11.0, 11.0, 11.0, 11.0, 0.2, 0.1], EpochRules(6, patient_from=4)),
    ],
    ids=["two in a row", "before patience counts"],
)
def test_these_are_no_collapse(misfits, rules, tmp_path: Path):
    run(Walk(misfits), rules, paths_in(tmp_path))
    assert len(rows(paths_in(tmp_path))) == 6


@pytest.mark.parametrize("patient_from", [0, 2])
def test_a_misfit_that_is_not_finite_is_refused_at_once(tmp_path: Path, patient_from: int):
    paths, rules = paths_in(tmp_path), EpochRules(2, patient_from=patient_from)
    with pytest.raises(Diverged, match=r"after epoch 2: the misfit of walk .* nan; take shorter"):
        run(Walk([0.5, math.nan]), rules, paths)
    assert len(paths.checkpoint.load()["rows"]) == 1


def test_a_weight_that_is_not_finite_is_refused_and_not_kept(tmp_path: Path):
    broken = Walk(FALLING)
    broken.weight = torch.tensor(math.inf)
    with pytest.raises(Diverged, match=r"weight of walk is no longer finite.* no checkpoint"):
        run(broken, EpochRules(2), paths_in(tmp_path / "broken"))


def test_a_training_that_never_beats_its_start_says_so(tmp_path: Path, caplog):
    with caplog.at_level("WARNING", "paramscape"):
        run(Walk([1.5, 1.2]), EpochRules(2), paths_in(tmp_path))
    assert "walk found nothing that fits the validation data better than its start" in caplog.text
