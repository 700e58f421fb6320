"""A real Slurm, and the demo finished on it."""

import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from one_node import OneNode, obstacle

from checkout import copy_of
from study import Study


@dataclass(frozen=True)
class Finished:
    """A study that has run on Slurm, Snakemake's exit status and the minutes that it took."""

    study: Study
    status: int
    minutes: float


@pytest.fixture(scope="session")
def slurm() -> Iterator[OneNode]:
    """A Slurm of one node, this machine."""
    reason = obstacle()
    if reason:
        pytest.skip(f"no Slurm can be started here: {reason}")
    with tempfile.TemporaryDirectory(prefix="slurm-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # munged wants its socket where everybody may look
        node = OneNode(Path(folder))
        try:
            node.start()
            yield node
        finally:
            node.stop()


@pytest.fixture(scope="session")
def demo(
    slurm: OneNode, repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Finished]:
    """The demo, shortened, after its run on Slurm."""
    study = Study(copy_of(repository, tmp_path_factory.mktemp("demo")), slurm, "short.yaml")
    begin = time.monotonic()
    yield Finished(study, ended(study.start(), 1500), (time.monotonic() - begin) / 60)


def ended(run: subprocess.Popen, seconds: float) -> int:
    """The exit status of a run of Snakemake, which is interrupted if it takes longer.

    SIGINT, unlike SIGTERM, makes Snakemake cancel its jobs.
    """
    try:
        return run.wait(seconds)
    except subprocess.TimeoutExpired:
        run.send_signal(signal.SIGINT)
        run.wait(60)
        raise
