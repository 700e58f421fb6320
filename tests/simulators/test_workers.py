"""Worker processes answer rank 0 in order, and end together with it."""

from __future__ import annotations

import os
import signal
import time

import pytest

from paramscape.simulators.device import NoGpuError, processes_of
from paramscape.simulators.workers import start_workers
from paramscape.study import Compute


class Worker:
    """What rank 0 calls in each process."""

    def __init__(self, rank: int, size: int, word: str):
        self.rank, self.word = rank, word

    def say(self, number: int) -> str:
        return f"{self.word} {self.rank} {number}"

    def process(self) -> int:
        return os.getpid()

    def fail_on(self, rank: int) -> None:
        if self.rank == rank:
            raise FloatingPointError("the loss is nan")

    def die_on(self, rank: int) -> None:
        if self.rank == rank:
            os.kill(os.getpid(), signal.SIGKILL)


def broken_worker(rank: int, size: int) -> Worker:
    """A worker that the last process cannot make."""
    if rank == size - 1:
        raise FileNotFoundError("no weights.pt")
    return Worker(rank, size, "")


def alive(process: int) -> bool:
    """Whether a process still runs."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_all_answer_in_the_order_of_their_ranks_and_end_with_rank_0() -> None:
    with start_workers(3, Worker, "rank") as workers:
        assert workers.call("say", 7) == ["rank 0 7", "rank 1 7", "rank 2 7"]
        first, *others = workers.call("process")
        assert first == os.getpid() and all(map(alive, others))
    assert not any(map(alive, others))


@pytest.mark.parametrize("rank", [0, 1])
def test_an_error_of_any_process_is_raised_in_rank_0_and_ends_all(rank) -> None:
    with (
        pytest.raises(FloatingPointError, match="the loss is nan"),
        start_workers(2, Worker, "") as workers,
    ):
        other = workers.call("process")[1]
        workers.call("fail_on", rank)
    assert not alive(other)


def test_a_killed_process_ends_the_training_at_once() -> None:
    start = time.perf_counter()
    with pytest.raises(RuntimeError, match="3 processes"), start_workers(3, Worker, "") as workers:
        others = workers.call("process")[1:]
        start = time.perf_counter()
        workers.call("die_on", 2)
    assert time.perf_counter() - start < 10
    assert not any(map(alive, others))


def test_a_worker_that_cannot_be_made_is_reported_by_rank_0() -> None:
    with pytest.raises(FileNotFoundError, match=r"no weights\.pt"), start_workers(2, broken_worker):
        pass


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_a_training_on_a_cpu_is_one_process_whatever_the_job_asked_for(device, monkeypatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    compute = Compute(device=device, without_gpu="cpu")
    assert processes_of(compute, {"gpu": 4}) == 1


def test_a_job_with_more_gpus_than_there_are_is_refused(monkeypatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    with pytest.raises(NoGpuError, match=r"gpu=99, but PyTorch finds \d"):
        processes_of(Compute(device="cuda"), {"gpu": 99})
