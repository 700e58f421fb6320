"""Processes that share a training: the first leads it, all do their part of what it asks for."""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
import torch.distributed as dist
import torch.multiprocessing as multiprocessing

MakePart = Callable[..., Any]
"""(rank, size, *arguments) -> a process's part; a function of a module, as processes import it."""


class Team:
    """The leader's view of the team.

    size: number of processes, the leader among them. part: the leader's own.
    """

    def __init__(self, size: int, part: Any):
        self.size, self.part = size, part

    def ask(self, name: str, *arguments: Any) -> list[Any]:
        """What the method `name` of each part gives, in the order of the ranks.

        Raises:
            RuntimeError: if a process of the team has ended.
            Exception: what a part raised.
        """
        try:
            dist.broadcast_object_list([(name, arguments)])
            answers = _gather(_outcome(getattr(self.part, name), *arguments))
        except RuntimeError as error:
            raise RuntimeError(
                f"one of the {self.size} processes that share the training has ended ({error}); "
                "its own message is above, and if there is none, it was killed, most likely for "
                "memory"
            ) from error
        return _require_success(answers)


@contextmanager
def team(size: int, make: MakePart, *arguments: Any) -> Iterator[Team]:
    """Processes on this machine that share a training; where CUDA is used, each with its own GPU.

    When the leader leaves, by an error or not, the others end.

    Args:
        size: number of processes, this one among them.
        make: makes the part of each.
        arguments: of `make`.

    Raises:
        Exception: what `make` raised in any process.
    """
    with tempfile.TemporaryDirectory() as folder:
        meeting = f"file://{folder}/ranks"
        spawn = multiprocessing.get_context("spawn")
        others = [
            spawn.Process(target=_follow, args=(rank, size, meeting, make, arguments), daemon=True)
            for rank in range(1, size)
        ]
        for process in others:
            process.start()
        try:
            _join(0, size, meeting)
            part = _outcome(make, 0, size, *arguments)
            _require_success(_gather(part if isinstance(part, Exception) else None))
            yield Team(size, part)
            dist.broadcast_object_list([None])
            for process in others:
                process.join()
        finally:
            for process in others:
                process.kill()
                process.join()
            if dist.is_initialized():
                dist.destroy_process_group()


def _follow(rank: int, size: int, meeting: str, make: MakePart, arguments: tuple) -> None:
    """Do a part of what the leader asks for, until it leaves."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # the leader is asked to end, too, and says when
    _join(rank, size, meeting)
    part = _outcome(make, rank, size, *arguments)
    _gather(part if isinstance(part, Exception) else None)
    while order := _heard():
        name, given = order
        _gather(_outcome(getattr(part, name), *given))


def _heard() -> tuple[str, tuple[Any, ...]] | None:
    """What the leader asks for; None if it leaves."""
    order: list[Any] = [None]
    dist.broadcast_object_list(order)
    return order[0]


def _join(rank: int, size: int, meeting: str) -> None:
    if torch.cuda.is_available():
        torch.cuda.set_device(rank % torch.cuda.device_count())
    dist.init_process_group("gloo", init_method=meeting, rank=rank, world_size=size)


def _outcome(do: Callable[..., Any], *arguments: Any) -> Any:
    """What a function gives, or the exception that it raises: the leader raises it."""
    try:
        return do(*arguments)
    except Exception as error:
        return error


def _gather(answer: Any) -> list[Any] | None:
    """The answers of all processes, for the leader."""
    answers = [None] * dist.get_world_size() if dist.get_rank() == 0 else None
    dist.gather_object(answer, answers)
    return answers


def _require_success(answers: list[Any]) -> list[Any]:
    for answer in answers:
        if isinstance(answer, Exception):
            raise answer
    return answers
