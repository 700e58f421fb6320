"""Memory and disk that end in the middle of a job: the message, and what is left of the study."""

import resource

import psutil
from tiny_study import SCORE, frozen_worker

FLUXES = "ensemble/fluxes-0.nc"
WEIGHTS = "surrogate/lstm/round-0/weights.pt"
JOBS = {FLUXES: "run_members", WEIGHTS: "train_surrogate", SCORE: "score"}


def limit(worker: psutil.Process, kind: int, most: int) -> None:
    """Set a limit of the operating system on a process that is stopped, and let it go on."""
    worker.rlimit(kind, (most, most))
    worker.resume()


def test_a_job_out_of_memory_says_what_to_do_and_harms_no_other(study, clean, fault):
    for name in (FLUXES, SCORE):
        (study.results / name).unlink()
    run = study.start(FLUXES, SCORE)
    worker = frozen_worker(study, run, "run_members")
    limit(worker, resource.RLIMIT_AS, worker.memory_info().vms + 2**20)
    fault("a worker's address space ended")
    assert run.wait() != 0
    said = (study.folder / "said.txt").read_text()
    log = (study.results / "logs/run_members.0.log").read_text()
    print(said[-3000:])
    for text in (said, log):
        assert "The job ran out of memory. Give it more" in text
    assert not (study.results / FLUXES).exists()
    study.make(FLUXES, SCORE)
    assert study.content() == clean.content()
