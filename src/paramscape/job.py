"""What every job of the workflow shares: its log, its threads and its provenance."""

import hashlib
import logging
import traceback
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from paramscape.failures import advice
from paramscape.files import Provenance, digest
from paramscape.interruption import Interrupted

_LOG = logging.getLogger("paramscape")


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


def provenance(settings: Mapping[str, Any], seed: int | None = None) -> Provenance:
    """Provenance of a file made from a rule's settings; with the study's seed by default."""
    study = settings["study"]
    return Provenance.of(study["name"], settings, study["seed"] if seed is None else seed)


def use_threads(threads: int) -> None:
    """Fix the threads of tensor operations: results do not depend on the machine's cores."""
    import torch

    torch.set_num_threads(threads)


def checkpoint_path(folder: Path, job: Mapping[str, Any], inputs: Iterable[str]) -> Path:
    """Checkpoint of a training, named after all that decides its course.

    A training that was killed finds its checkpoint again only if neither its settings, nor its
    code, nor the content of its inputs has changed.

    Args:
        folder: where the training's results go.
        job: the rule's parameters and wildcards.
        inputs: files that the training reads.
    """
    content = [hashlib.sha256(Path(file).read_bytes()).hexdigest() for file in inputs]
    return folder / f"checkpoint-{digest([dict(job), content])}.pt"
