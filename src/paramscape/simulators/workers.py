"""Worker processes that share a training; rank 0 leads it."""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
import torch.distributed as dist
import torch.multiprocessing as multiprocessing

MakeWorker = Callable[..., Any]
"""(rank, size, *arguments) -> the worker of a process; a function that a module defines, because
the other processes import it."""


@dataclass(frozen=True)
class _Group:
    """How the processes find each other: their number, and a file in a shared folder."""

    size: int
    file: str

    def join(self, rank: int) -> None:
        """Make this process the one of a rank; where CUDA is used, it takes the GPU of its rank."""
        if torch.cuda.is_available():
            torch.cuda.set_device(rank % torch.cuda.device_count())
        dist.init_process_group(
            "gloo", init_method=f"file://{self.file}", rank=rank, world_size=self.size
        )


@dataclass(frozen=True)
class _Call:
    """A method of the workers, and its arguments."""

    method: str
    arguments: tuple[Any, ...]

    def on(self, worker: Any) -> Any:
        """What a worker's method returns, or the exception that it raises."""
        return _outcome(getattr(worker, self.method), *self.arguments)


class Workers:
    """All workers, seen from rank 0.

    size: number of processes, with that of rank 0. own: the worker of rank 0.
    """

    def __init__(self, size: int, own: Any):
        self.size, self.own = size, own

    def call(self, method: str, *arguments: Any) -> list[Any]:
        """Call a method of every worker, and return the results in the order of the ranks.

        Raises:
            RuntimeError: if a process has ended.
            Exception: the first that a worker raised.
        """
        call = _Call(method, arguments)
        try:
            dist.broadcast_object_list([call])
            results = _gather(call.on(self.own))
        except RuntimeError as error:
            raise RuntimeError(
                f"one of the {self.size} processes that share the training has ended ({error}); "
                "its message is above. If there is none, the process was killed, most likely "
                "because memory ran out: ask for more memory or for fewer processes"
            ) from error
        return _require_success(results)


@contextmanager
def start_workers(size: int, make: MakeWorker, *arguments: Any) -> Iterator[Workers]:
    """Workers in processes on this machine; where CUDA is used, each process has its own GPU.

    The other processes end when the block of rank 0 ends, with an error or without.

    Args:
        size: number of processes, with this one, which is rank 0.
        make: makes the worker of each process.
        arguments: of `make`, after the rank and the size.

    Raises:
        Exception: what `make` raised in any process.
    """
    with tempfile.TemporaryDirectory() as folder:
        group = _Group(size, f"{folder}/ranks")
        spawn = multiprocessing.get_context("spawn")
        others = [
            spawn.Process(target=_serve, args=(rank, group, make, arguments), daemon=True)
            for rank in range(1, size)
        ]
        for process in others:
            process.start()
        try:
            group.join(0)
            own = _outcome(make, 0, size, *arguments)
            _require_success(_gather(own if isinstance(own, Exception) else None))
            yield Workers(size, own)
            dist.broadcast_object_list([None])
            for process in others:
                process.join()
        finally:
            for process in others:
                process.kill()
                process.join()
            if dist.is_initialized():
                dist.destroy_process_group()


def _serve(rank: int, group: _Group, make: MakeWorker, arguments: tuple[Any, ...]) -> None:
    """Make a worker, and answer the calls of rank 0 until it sends None."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # rank 0 receives it, too, and ends the others
    group.join(rank)
    worker = _outcome(make, rank, group.size, *arguments)
    _gather(worker if isinstance(worker, Exception) else None)
    while call := _next_call():
        _gather(call.on(worker))


def _next_call() -> _Call | None:
    """The next call of rank 0; None at the end."""
    received: list[_Call | None] = [None]
    dist.broadcast_object_list(received)
    return received[0]


def _outcome(function: Callable[..., Any], *arguments: Any) -> Any:
    """What a function returns, or the exception that it raises, for rank 0 to raise."""
    try:
        return function(*arguments)
    except Exception as error:
        return error


def _gather(result: Any) -> list[Any] | None:
    """The results of all processes in rank 0, None in the others."""
    results = [None] * dist.get_world_size() if dist.get_rank() == 0 else None
    dist.gather_object(result, results)
    return results


def _require_success(results: list[Any]) -> list[Any]:
    for result in results:
        if isinstance(result, Exception):
            raise result
    return results
