"""Checkpoints: written whole or not at all, and taken up by the same calibration only."""

import hashlib
import logging
from typing import Any

from pydantic import BaseModel
from torch import Tensor

from paramscape.calibration.problem import Problem, Workplace
from paramscape.files.tensors import load_tensors, save_tensors

_LOG = logging.getLogger(__name__)


def identity_of(problem: Problem, settings: BaseModel, workplace: Workplace) -> str:
    """Digest of what a calibration's course depends on, as far as it can be seen from here.

    CalibrationData, default parameters, searched fields, priors, periods, the simulator's name, the
    method's settings and the seed; not the code, nor what is inside the simulator.
    """
    data, priors = problem.data, problem.priors
    summary = hashlib.sha256()
    for part in (
        problem.target,
        problem.simulator.name,
        problem.periods.model_dump_json(),
        settings.model_dump_json(),
        str(workplace.seed),
    ):
        summary.update(part.encode() + b"\0")
    for values in (
        data.attributes,
        data.forcing,
        data.observations,
        problem.default,
        priors.low,
        priors.high,
        priors.is_log,
    ):
        _add(summary, values)
    if problem.searched is not None:
        _add(summary, problem.searched.fields)
    return summary.hexdigest()


def save_checkpoint(state: dict[str, Any], workplace: Workplace, identity: str) -> None:
    """Write a state, whole or not at all.

    Args:
        state: plain values, tensors and state dicts; `finished` says whether the end is reached.
        workplace: gives the file's path.
        identity: what `identity_of` says of the calibration.
    """
    save_tensors({**state, "identity": identity}, workplace.checkpoint)


def load_checkpoint(workplace: Workplace, identity: str) -> dict[str, Any] | None:
    """The state of an interrupted calibration, or None where there is none to take up.

    None if there is no checkpoint, if it is another calibration's (other data, settings or
    seed), or if its calibration came to its end: a calibration that is run again starts
    anew.

    Raises:
        ValueError: if the file is no checkpoint.
    """
    path = workplace.checkpoint
    if not path.exists():
        return None
    state = load_tensors(path, "checkpoint of a calibration", "identity", "finished")
    same, finished = state["identity"] == identity, state["finished"]
    if not same or finished:
        reason = "its calibration is finished" if same else "it is of another calibration"
        _LOG.info("%s: not taken up, %s; starting anew", path, reason)
        return None
    _LOG.info("%s: taking up where it was written", path)
    return state


def _add(summary: Any, values: Tensor) -> None:
    array = values.detach().cpu().contiguous().numpy()
    summary.update(f"{array.dtype}{array.shape}".encode() + array.tobytes())
