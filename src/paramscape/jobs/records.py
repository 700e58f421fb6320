"""Provenance record (job and checksum) of each output file."""

from __future__ import annotations

import hashlib
import json
import os
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paramscape.files.atomic import write_text

FOLDER, ASIDE = ".provenance", ".broken"
SNAKEMAKE_ARGS = "PARAMSCAPE_STARTED_AS"


class BrokenFileError(ValueError):
    """A file of a study that is not what its job wrote."""


@dataclass(frozen=True)
class Record:
    """How one file was made.

    `content` has `sha256`, `size` [bytes] and `modified` [ns] of the file as it was written;
    `job` has what its job was: `rule`, `settings`, `seed`, `inputs` and more.
    """

    content: Mapping[str, Any]
    job: Mapping[str, Any]

    @classmethod
    def read(cls, file: Path) -> Record | None:
        """The record of a file, or None where there is none."""
        path = record_of(file)
        if not path.exists():
            return None
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except (ValueError, TypeError):
            return cls({"sha256": "", "size": 0, "modified": 0}, {"rule": "(its record is broken)"})

    @classmethod
    def write(cls, file: Path, job: Mapping[str, Any]) -> None:
        """Write the record of a file, in `.provenance/` of its folder."""
        cls(content_of(file), job)._keep(file)

    def update_mtime(self, file: Path) -> None:
        """Record the present modification time of an unchanged file."""
        Record({**self.content, "modified": file.stat().st_mtime_ns}, self.job)._keep(file)

    def problem_with(self, file: Path, *, look_inside: bool) -> str | None:
        """What is wrong with an existing file; None if it is unchanged.

        Args:
            file: the file of this record.
            look_inside: read the file even if its size and time are those of the record.
        """
        found, size = file.stat(), self.content["size"]
        if found.st_size == 0 < size:
            return "it is empty"
        if found.st_size < size:
            return f"it was cut off: {found.st_size} of {size} bytes are left"
        same_time = found.st_mtime_ns == self.content["modified"]
        if found.st_size == size and same_time and not look_inside:
            return None
        if sha256(file) != self.content["sha256"]:
            return f"it is another file or was changed: not what its rule {self.job['rule']} wrote"
        return None

    def _keep(self, file: Path) -> None:
        record = {"content": self.content, "job": self.job}
        write_text(record_of(file), json.dumps(record, indent=1, default=str) + "\n")


def snakemake_args(files: Iterable[Path], values: Mapping[str, Any]) -> str:
    """Options that give Snakemake the same settings again: its files and further values."""
    near = [os.path.relpath(file) for file in files]
    words = ["--configfile", *near] if near else []
    if values:
        words += ["--config", *(f"{name}={json.dumps(value)}" for name, value in values.items())]
    return shlex.join(words)


def rerun_command(file: Path) -> str:
    """The command that makes a file of the study again."""
    options = os.environ.get(SNAKEMAKE_ARGS, "")
    return f"snakemake {options} --cores all --force -- {shlex.quote(str(file))}"


def record_of(file: Path) -> Path:
    """Where the record of a file lies."""
    return file.parent / FOLDER / f"{file.name}.json"


def content_of(file: Path) -> dict[str, Any]:
    """SHA-256, size and time of a file."""
    found = file.stat()
    return {"sha256": sha256(file), "size": found.st_size, "modified": found.st_mtime_ns}


def sha256(file: Path) -> str:
    """SHA-256 of a file's bytes."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def require_whole(files: Iterable[Path], study: Path, raw: Iterable[Path] = ()) -> None:
    """Stop where a file is not what its job wrote, and move it aside so that it is made again.

    Raw files may be the user's own and stay where they are. Those without a record, and whatever
    has none outside the study's folder, are not a job's and pass.

    Args:
        files: what a job reads.
        study: folder of the study's results.
        raw: those of them that are raw data.

    Raises:
        BrokenFileError: naming each file and what is wrong with it.
    """
    kept = {path.absolute() for path in raw}
    found = []
    for file in files:
        record, is_raw = Record.read(file), file.absolute() in kept
        if record is not None:
            problem = record.problem_with(file, look_inside=True)
        elif is_raw or not file.absolute().is_relative_to(study.absolute()):
            continue
        else:
            problem = "no job of this study wrote it"
        if problem:
            cure = "Delete it if it is not yours" if is_raw else f"Moved to {move_aside(file)}"
            found.append(f"{file}: {problem}. {cure}.")
    if found:
        advice = "Start Snakemake again: what is missing is made again."
        raise BrokenFileError("\n".join([*found, advice]))


def broken_files(study: Path) -> Iterator[tuple[Path, str]]:
    """Files below a study's folder that are not what their jobs wrote, with what is wrong.

    A file is read only if its size or time differs from its record. Snakemake gives outputs another
    time after their job; the record of a file that was found whole takes it over.
    """
    for path in sorted(study.rglob(f"{FOLDER}/*.json")):
        file = path.parents[1] / path.name.removesuffix(".json")
        if file.exists():
            record = Record.read(file)
            problem = record.problem_with(file, look_inside=False)
            if problem:
                yield file, problem
            elif record.content["modified"] != file.stat().st_mtime_ns:
                record.update_mtime(file)


def lost_files(study: Path) -> list[str]:
    """Files below a study's folder that were moved aside and not made again since."""
    found = (file.with_name(file.name.removesuffix(ASIDE)) for file in study.rglob(f"*{ASIDE}"))
    return sorted(str(file) for file in found if not file.exists())


def move_aside(file: Path) -> Path:
    """Give a broken file another name, so that Snakemake makes it again."""
    aside = file.with_name(file.name + ASIDE)
    os.replace(file, aside)
    record_of(file).unlink(missing_ok=True)
    return aside
