"""What every job of the workflow shares: its log, its threads, its provenance and its record."""

import logging
import platform
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from paramscape import __version__
from paramscape.files import Provenance, commit, made_by
from paramscape.files.failures import advice
from paramscape.jobs.interruption import Interrupted
from paramscape.jobs.records import Record, record_of, require_whole, rerun_command

PACKAGES = ("matplotlib", "netCDF4", "numpy", "pandas", "pydantic", "scipy", "snakemake", "torch",
            "xarray", "xarray-regrid")  # fmt: skip
_LOG = logging.getLogger("paramscape")


@contextmanager
def job(snakemake: Any) -> Iterator[Provenance]:
    """Run a rule's script: log it, check what it reads, and record what it wrote.

    Gives the provenance of its files. Raises `BrokenFileError` where an input is not what its own
    job wrote; such a file is moved aside, to be made again.
    """
    log, started = Path(snakemake.log[0]), datetime.now(UTC)
    outputs = [Path(file) for file in snakemake.output]
    with logged(log):
        for file in outputs:
            record_of(file).unlink(missing_ok=True)
        inputs = [Path(file) for file in snakemake.input]
        raw = [Path(file) for file in listed(snakemake.input.get("raw"))]
        require_whole(inputs, log.parents[1], raw)
        made = provenance(snakemake)
        with made_by(made):
            yield made
        about = _about(snakemake, made, started)
        for file in outputs:
            Record.write(file, {**about, "command": rerun_command(file)})


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that results depend on."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "unknown"
    return found


def _about(snakemake: Any, made: Provenance, started: datetime) -> dict[str, Any]:
    return {
        "rule": snakemake.rule,
        "wildcards": dict(snakemake.wildcards.items()),
        "study": made.study,
        "settings": dict(snakemake.params.get("settings", {})),
        "settings_digest": made.settings_digest,
        "seed": made.seed,
        "code": snakemake.params.get("code"),
        "version": __version__,
        "commit": commit(),
        "packages": versions(),
        "inputs": {str(file): _content(Path(file)) for file in snakemake.input},
        "started": started.isoformat(timespec="seconds"),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _content(file: Path) -> dict[str, Any]:
    """What a job read; raw data can be too large to be read only for this."""
    record = Record.read(file)
    if record is not None:
        return dict(record.content)
    found = file.stat()
    return {"size": found.st_size, "modified": found.st_mtime_ns}


def listed(files: Any) -> list[str]:
    """A rule's files of one name as a list: Snakemake gives a single one as it is."""
    return [files] if isinstance(files, str) else list(files or ())


@contextmanager
def logged(path: str | Path) -> Iterator[None]:
    """Write the package's messages, warnings and a failure's traceback into a job's log file."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(path, mode="w")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    _LOG.addHandler(handler)
    _LOG.setLevel(logging.INFO)
    warnings.simplefilter("default")
    logging.captureWarnings(True)
    logging.getLogger("py.warnings").addHandler(handler)
    try:
        yield
    except Interrupted as stop:
        _LOG.warning("%s", stop)
        raise
    except BaseException as error:
        if words := advice(error):
            error.add_note(words)
        _LOG.error("failed:\n%s", traceback.format_exc())
        raise
    finally:
        handler.close()


def provenance(snakemake: Any) -> Provenance:
    """Provenance of a job's files: its study, the settings of its rule and its seed.

    The seed is the job's own, else its run's, the twin's or the study's.
    """
    study, settings = snakemake.config["study"], snakemake.params.get("settings", {})
    of_twin = settings.get("twin.seed", (settings.get("twin") or {}).get("seed"))
    own = (snakemake.params.get("seed"), snakemake.wildcards.get("seed"), of_twin)
    seed = next((seed for seed in own if seed is not None), study["seed"])
    return Provenance.of(study["name"], settings, int(seed))


def use_threads(threads: int) -> None:
    """Fix the threads of tensor operations: results do not depend on the machine's cores."""
    import torch

    torch.set_num_threads(threads)
