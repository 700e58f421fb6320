"""Memory and disk that end in the middle of a job: the message, and what is left of the study."""

import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from tiny_study import FIGURE, SCORE, frozen_worker

FLUXES = "ensemble/fluxes-0.nc"
WEIGHTS = "surrogate/lstm/round-0/weights.pt"
WRITERS = {
    "NetCDF": ("run_members", FLUXES),
    "a checkpoint": ("train_surrogate", WEIGHTS),
    "a figure": ("draw_score_maps", FIGURE),
}


def limit(worker: psutil.Process, kind: int, most: int) -> None:
    """Set a limit of the operating system on a process that is stopped, and let it go on."""
    worker.rlimit(kind, (most, most))
    worker.resume()


def test_a_job_out_of_memory_says_what_to_do_and_harms_no_other(study, clean, fault):
    for name in (FLUXES, SCORE):
        (study.results / name).unlink()
    run = study.start(FLUXES, SCORE, options=["--keep-going"])
    worker = frozen_worker(study, run, "run_members")
    limit(worker, resource.RLIMIT_AS, worker.memory_info().vms + 2**20)
    fault("a worker's address space ended")
    assert run.wait() != 0
    said = (study.folder / "said.txt").read_text()
    log = (study.results / "logs/run_members.0.log").read_text()
    for text in (said, log):
        assert "The job ran out of memory. Give it more" in text
        assert "truncated" not in text
    assert not (study.results / FLUXES).exists()
    study.make(FLUXES, SCORE)
    assert study.content() == clean.content()


@pytest.mark.parametrize("what", WRITERS)
def test_a_file_that_may_not_grow_is_told_and_no_half_of_it_is_left(what, study, clean, fault):
    """A limit on the size of files acts where a quota or a full disk would."""
    rule, name = WRITERS[what]
    (study.results / name).unlink()
    run = study.start(name)
    limit(frozen_worker(study, run, rule), resource.RLIMIT_FSIZE, 30 * 2**10)
    fault(f"a limit on the size of {what}")
    assert run.wait() != 0
    said = (study.folder / "said.txt").read_text()
    assert "cannot be written: File too large" in said
    assert "then start the same command again: what is finished is kept" in said
    assert not (study.results / name).exists()
    assert study.left_over() == []
    study.make(name)
    assert study.content(name) == clean.content(name)


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[None]:
    """A file system of some bytes at a folder, which only root may mount."""
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("needs the right to mount a small file system")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_told_and_the_study_goes_on_when_there_is_room(study, clean, fault):
    ensemble = study.results / "ensemble"
    kept = shutil.copytree(ensemble, study.folder / "kept")
    with small_disk(ensemble, 64 * 2**10):
        shutil.copy2(kept / "members.nc", ensemble)
        status, said = study.run(FLUXES)
        fault("a full disk")
        assert status != 0
        assert f"results/tiny/{FLUXES} cannot be written: No space left on device" in said
        assert {path.name for path in ensemble.iterdir()} >= {"members.nc"}
        assert not (study.results / FLUXES).exists()
        assert study.left_over() == []
    (study.results / FLUXES).unlink()
    study.make(FLUXES)
    assert study.content("ensemble/") == clean.content("ensemble/")
