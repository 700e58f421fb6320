"""Checkpoints of interrupted runs, and the files that a run writes while it learns or searches."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paramscape.files import digest
from paramscape.files.tensors import load_tensors, save_tensors

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Checkpoint:
    """The file from which an interrupted run resumes.

    A run resumes only from a checkpoint with its own identity. One with another identity belongs to
    other settings, code, inputs or another seed: the run logs that it starts from the beginning,
    and its first `save` replaces the file. A finished run that is called again resumes at its end
    and returns the same result.

    path: of the file.
    identity: digest of everything that decides the run's result, see `of_job`.
    """

    path: Path
    identity: str

    @classmethod
    def of_job(cls, folder: Path, job: Mapping[str, Any], inputs: Iterable[str]) -> Checkpoint:
        """The checkpoint of a rule's job, named after its identity.

        Args:
            folder: where the job's results go.
            job: everything but files that decides the result: settings, code and seed.
            inputs: files that the job reads; their contents are part of the identity.
        """
        content = [hashlib.sha256(Path(file).read_bytes()).hexdigest() for file in inputs]
        identity = digest([dict(job), content])
        return cls(folder / f"checkpoint-{identity}.pt", identity)

    def save(self, state: Mapping[str, Any]) -> None:
        """Write a state of plain values, tensors and state dicts in one atomic write."""
        save_tensors({**state, "identity": self.identity}, self.path)

    def load(self, *names: str) -> Mapping[str, Any] | None:
        """The state of the same run, or None if there is none; see the class.

        Args:
            names: that the state must hold.

        Raises:
            ValueError: if the file is not a checkpoint.
        """
        if not self.path.exists():
            return None
        state = load_tensors(self.path, "checkpoint", "identity", *names)
        if state["identity"] != self.identity:
            _LOG.warning(
                "%s belongs to a run with other settings, code, inputs or another seed and is not "
                "used; starting from the beginning",
                self.path,
            )
            return None
        _LOG.info("%s: resuming", self.path)
        return state

    def remove(self) -> None:
        """Delete the file, and what an interrupted write left of it."""
        for left in self.path.parent.glob(f"*{self.path.name}*"):
            left.unlink(missing_ok=True)


@dataclass(frozen=True)
class RunPaths:
    """The files that a calibration or training writes in its run folder.

    history: CSV file, rewritten after each epoch or loop; see `history.History`.
    checkpoint: from which an interrupted run resumes.
    """

    history: Path
    checkpoint: Checkpoint
