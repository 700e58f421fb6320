"""A surrogate's training that SIGTERM reaches stops at a safe place, and goes on from there."""

import os
import signal

import pandas as pd
import pytest
from test_training import files_in, run, same_weights

from paramscape.jobs import interruption
from paramscape.jobs.interruption import Interrupted, handle_sigterm
from paramscape.simulators.surrogates.lstm import LstmLearner


@pytest.mark.parametrize(("patience", "epochs"), [(20.0, 2), (0.0, 1)], ids=["after", "amid"])
def test_it_stops_after_its_epoch_or_amid_a_long_one_and_ends_with_the_same_weights(
    samples, settings, tmp_path, monkeypatch, patience, epochs
):
    monkeypatch.setattr(interruption, "PATIENCE_SECONDS", patience)
    calls, backward = [], LstmLearner.backward

    def told_amid_the_second_epoch(learner, batch, generator):
        calls.append(None)
        if len(calls) == 25:
            os.kill(os.getpid(), signal.SIGTERM)
        return backward(learner, batch, generator)

    with monkeypatch.context() as patch, handle_sigterm():
        patch.setattr(LstmLearner, "backward", told_amid_the_second_epoch)
        with pytest.raises(Interrupted, match=f"checkpoint is kept, of epoch {epochs}"):
            run(samples, settings, tmp_path)
    assert len(pd.read_csv(files_in(tmp_path).history)) == epochs
    whole = run(samples, settings, tmp_path / "whole")
    assert same_weights(run(samples, settings, tmp_path), whole)


def test_sigterm_ends_a_process_as_ever_once_the_training_is_over(samples, settings, tmp_path):
    before = signal.getsignal(signal.SIGTERM)
    with handle_sigterm():
        run(samples, settings, tmp_path)
    assert signal.getsignal(signal.SIGTERM) is before
