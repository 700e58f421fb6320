"""A calibration that SIGTERM reaches stops at a safe place, and goes on from there."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
import torch
from test_interrupted_calibrations import SETTINGS, losses, problem_of

from paramscape.calibration import CALIBRATORS
from paramscape.jobs import interruption
from paramscape.jobs.interruption import Interrupted, handle_sigterm

PROGRAM = Path(__file__).with_name("slow_calibration.py")


def rows(place):
    return len(pd.read_csv(place.history)) if place.history.exists() else 0


def assert_goes_on(method, place, whole, land):
    """The calibration, called again, ends as one that was never stopped."""
    stopped_at = rows(place)
    expected = CALIBRATORS[method](problem_of(land), SETTINGS[method], whole, 5)
    assert stopped_at < rows(whole)
    found = CALIBRATORS[method](problem_of(land), SETTINGS[method], place, 5)
    assert torch.equal(found, expected)
    pd.testing.assert_frame_equal(losses(place), losses(whole), check_exact=True)


@pytest.mark.parametrize("method", ["gan-po", "mpr-sceua"])
def test_a_process_that_gets_sigterm_keeps_what_it_did_and_its_retry_goes_on(
    method, land, run_paths
):
    place = run_paths("stopped")
    folder = place.history.parent
    command = [sys.executable, str(PROGRAM), method, str(folder)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        while rows(place) < 2 and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=60)[1]
    assert process.returncode == 1
    message = "Stopped by SIGTERM. "
    assert message in said and "Traceback" not in said
    assert message in (folder / "job.log").read_text()
    assert place.checkpoint.path.exists()
    assert_goes_on(method, place, run_paths("whole"), land)


@pytest.mark.parametrize("method", ["dpl-a", "mpr-sceua"])
def test_an_epoch_or_loop_that_takes_too_long_is_left_and_done_again(
    method, land, run_paths, monkeypatch
):
    monkeypatch.setattr(interruption, "PATIENCE_SECONDS", 0.0)
    place, problem = run_paths("stopped"), problem_of(land)
    calls, where = [], "run" if method == "mpr-sceua" else "simulate_windows"
    simulate = getattr(problem.simulator, where)

    def told_amid(*arguments):
        calls.append(None)
        if len(calls) == 9:
            os.kill(os.getpid(), signal.SIGTERM)
        return simulate(*arguments)

    setattr(problem.simulator, where, told_amid)
    with handle_sigterm(), pytest.raises(Interrupted, match="kept"):
        CALIBRATORS[method](problem, SETTINGS[method], place, 5)
    assert len(calls) == 9
    assert_goes_on(method, place, run_paths("whole"), land)


def test_before_the_first_checkpoint_the_message_says_that_there_is_none(land, run_paths):
    place = run_paths()
    with handle_sigterm():
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(Interrupted, match="there is no checkpoint"):
            CALIBRATORS["gan-po"](problem_of(land), SETTINGS["gan-po"], place, 5)
    assert not place.checkpoint.path.exists()
