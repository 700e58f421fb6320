"""Where a file came from, kept inside the file."""

import hashlib
import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from paramscape import __version__


@dataclass(frozen=True)
class Provenance:
    """What made a file: study, settings and seed; version and commit are added on writing."""

    study: str
    settings_digest: str
    seed: int

    @classmethod
    def of(cls, study: str, settings: Mapping[str, Any], seed: int) -> "Provenance":
        """Provenance of a file made from `settings`, the ones that its rule uses."""
        return cls(study, digest(settings), seed)

    def attributes(self) -> dict[str, Any]:
        """Global attributes of the file; no wall-clock time, so equal inputs give equal bytes."""
        return {
            "Conventions": "CF-1.11",
            "paramscape_version": __version__,
            "paramscape_commit": commit(),
            "paramscape_study": self.study,
            "paramscape_settings": self.settings_digest,
            "paramscape_seed": self.seed,
        }

    @property
    def line(self) -> str:
        """The same in one line, for files that hold text."""
        return (
            f"paramscape {__version__}, commit {commit()}, study {self.study}, "
            f"settings {self.settings_digest}, seed {self.seed}"
        )


_PRESENT: ContextVar[Provenance | None] = ContextVar("provenance", default=None)


@contextmanager
def made_by(made: Provenance) -> Iterator[None]:
    """Files written in the context say that they come from there."""
    token = _PRESENT.set(made)
    try:
        yield
    finally:
        _PRESENT.reset(token)


def stamp() -> str:
    """Where files that are written now come from, in one line; empty outside a job."""
    made = _PRESENT.get()
    return made.line if made else ""


def present_attributes() -> dict[str, Any]:
    """Where files that are written now come from, less the conventions; empty outside a job."""
    made = _PRESENT.get()
    return {k: v for k, v in made.attributes().items() if k != "Conventions"} if made else {}


def digest(settings: Any) -> str:
    """First 16 hexadecimal digits of the SHA-256 of settings written as canonical JSON."""
    text = json.dumps(settings, sort_keys=True, default=str, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@cache
def commit() -> str:
    """Commit of the checkout that the package runs from, or `unknown` outside one.

    `-changed` is added where tracked files differ from it.
    """
    root, git = Path(__file__).resolve().parents[3], shutil.which("git")
    if git is None or not (root / ".git").exists():
        return "unknown"
    describe = ["describe", "--always", "--abbrev=12", "--exclude=*", "--dirty=-changed"]
    answer = subprocess.run(
        [git, "--no-optional-locks", "-C", str(root), *describe],
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.stdout.strip() or "unknown"
