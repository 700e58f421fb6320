"""Where a file came from, kept inside the file."""

import hashlib
import json
import subprocess
from collections.abc import Mapping
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


def digest(settings: Any) -> str:
    """First 16 hexadecimal digits of the SHA-256 of settings written as canonical JSON."""
    text = json.dumps(settings, sort_keys=True, default=str, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@cache
def commit() -> str:
    """Commit of the checkout that the package runs from, or `unknown` outside one."""
    root = Path(__file__).resolve().parents[3]
    if not (root / ".git").exists():
        return "unknown"
    answer = subprocess.run(
        ["git", "-C", str(root), "rev-parse", "--short=12", "HEAD"],
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.stdout.strip() or "unknown"
