"""Where a file of a study came from, in words, and the whole study's provenance."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from paramscape.jobs.records import Record, record_of

_STAMP = re.compile(rb"paramscape \S+, commit \S+, study \S+, settings \w+, seed \d+")
_OF_A_FILE = ("rule", "settings_digest", "seed", "version", "commit")


def explain(file: Path) -> str:
    """Rule, time, version, settings, seed and inputs of a file, and the command that makes it.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if neither a record nor the file itself says where it came from.
    """
    if not file.is_file():
        raise FileNotFoundError(f"{file}: there is no such file")
    record = Record.read(file)
    if record is None:
        return _without_record(file)
    job = record.job
    problem = record.problem_with(file, look_inside=True)
    lines = {
        "made by": f"rule {job['rule']} of study {job['study']}" + _wildcards(job["wildcards"]),
        "when": f"{job['started']} to {job['finished']}",
        "version": f"paramscape {job['version']}, commit {job['commit']}, code {job['code']}",
        "packages": ", ".join(f"{name} {found}" for name, found in job["packages"].items()),
        "seed": job["seed"],
        "now": problem or "as it was written",
        "settings": job["settings_digest"],
    }
    facts = "\n".join(f"  {name:9} {value}" for name, value in lines.items())
    inputs = "\n".join(f"    {name}" for name in job["inputs"]) or "    none"
    return (
        f"{file}\n{facts}\n{_settings(job['settings'])}\n  inputs\n{inputs}\n"
        f"  to make it again, with the settings as they are now\n    {job['command']}"
    )


def study_provenance(files: Iterable[Path], settings: Mapping[str, Any]) -> dict[str, Any]:
    """Where the files of a study came from, followed through all that they were made from.

    Args:
        files: what the study ends with.
        settings: all settings of the study.

    Returns:
        `settings`; `packages`, the versions by name; `files` by path: SHA-256, rule, digest of
        settings, seed, version, commit and inputs. Raw data have no rule and no SHA-256.
    """
    found: dict[str, Any] = {}
    packages: dict[str, set[str]] = {}
    waiting = {str(file) for file in files}
    while waiting:
        name = waiting.pop()
        record = Record.read(Path(name))
        job = record.job if record else {}
        inputs = sorted(job.get("inputs", ()))
        about = {key: job.get(key) for key in _OF_A_FILE}
        found[name] = {"sha256": record.content["sha256"] if record else None, **about}
        found[name]["inputs"] = inputs
        for package, version in job.get("packages", {}).items():
            packages.setdefault(package, set()).add(version)
        waiting |= set(inputs) - set(found)
    versions = {name: ", ".join(sorted(used)) for name, used in sorted(packages.items())}
    return {"settings": settings, "packages": versions, "files": dict(sorted(found.items()))}


def _without_record(file: Path) -> str:
    stamped = _STAMP.search(file.read_bytes())
    says = stamped[0].decode() if stamped else _attributes(file)
    if not says:
        raise ValueError(
            f"{file}: no job of a study wrote it, as far as is known: it has no record in "
            f"{record_of(file).parent} and does not say where it came from"
        )
    return f"{file}\n  says       {says}\n  it has no record, so nothing more is known of it"


def _attributes(file: Path) -> str:
    """What a NetCDF file says of itself; empty where it says nothing or is none."""
    import netCDF4

    try:
        with netCDF4.Dataset(file) as content:
            found = {name: content.getncattr(name) for name in content.ncattrs()}
    except OSError:
        return ""
    own = {k.removeprefix("paramscape_"): v for k, v in found.items() if "paramscape_" in k}
    return ", ".join(f"{name} {value}" for name, value in own.items())


def _wildcards(wildcards: Mapping[str, str]) -> str:
    return "".join(f", {name} {value}" for name, value in wildcards.items())


def _settings(settings: Mapping[str, Any]) -> str:
    lines = yaml.safe_dump(dict(settings), sort_keys=False) if settings else "none"
    return textwrap.indent(lines.strip(), "    ")
