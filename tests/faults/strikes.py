"""Strikes a job where it gives a file its name; `src/sitecustomize.py` of a study under test.

The environment variable STRIKE says where and how, as JSON: `file` (a part of its name), `time`
(the how manieth), and `how`: "before" and "after" kill the process there, "later" a tenth of a
second after it, "gpu" lets CUDA fail in the simulator from there on.
"""

import json
import os
import signal
import sys
import threading

_strike = json.loads(os.environ.get("STRIKE", "null"))
_replace, _times = os.replace, [0]


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _lose_gpu() -> None:
    import torch

    def lost(*_, **__) -> None:
        raise torch.AcceleratorError("CUDA error: unspecified launch failure")

    sys.modules[
        "paramscape.simulators.surrogates.lstm.simulator"
    ].LstmSimulator.simulate_windows = lost


def _replace_and_strike(source, target, **options) -> None:
    named = _strike["file"] in os.path.basename(target)
    _times[0] += named
    how = _strike["how"] if named and _times[0] == _strike["time"] else None
    if how == "before":
        _kill()
    _replace(source, target, **options)
    if how == "after":
        _kill()
    elif how == "later":
        threading.Timer(0.1, _kill).start()
    elif how == "gpu":
        _lose_gpu()


if _strike:
    os.replace = _replace_and_strike
