"""A training that is killed, wherever in it, ends as if it had never been killed."""

import pandas as pd
import pytest
import torch
from tiny_study import RUN, TinyStudy

TRAININGS = {
    "surrogate": ("surrogate/lstm/round-0/weights.pt", "surrogate/lstm/history.csv"),
    "calibration": (f"{RUN}/parameters.nc", f"{RUN}/history.csv"),
}
PLACES = {
    "between epochs": ("after", 1),
    "inside an epoch": ("later", 2),
    "while it writes its checkpoint": ("before", 2),
}
"""How each kill strikes, and the epochs that its checkpoint has then."""


def epochs_of(study: TinyStudy) -> int:
    """Epochs in the one checkpoint of the study."""
    (checkpoint,) = (path for path in study.left_over() if path.suffix == ".pt")
    state = torch.load(checkpoint, weights_only=True)
    return len(state.get("rows", state.get("history")))


@pytest.mark.parametrize("training", TRAININGS)
def test_a_training_killed_again_and_again_equals_the_uninterrupted_one(
    training, study, clean, fault
):
    result, history = TRAININGS[training]
    for name in (result, history):
        (study.results / name).unlink()
    for place, (how, epochs) in PLACES.items():
        strike = {"file": "checkpoint-", "time": 1, "how": how}
        status, said = study.run(result, strike=strike)
        fault(f"a {training} killed {place}")
        assert status != 0
        assert "SIGKILL" in said
        assert epochs_of(study) == epochs
        assert not (study.results / result).exists()
    study.make(result)
    assert study.content(result, history) == clean.content(result, history)
    assert len(pd.read_csv(study.results / history, comment="#")) == 4
    assert study.left_over() == []
