"""A transfer over HTTP that continues an earlier one."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import requests
from requests.exceptions import ConnectionError as TransferError
from tqdm import tqdm

_CHUNK = 1 << 16  # [bytes]
_CONNECTING = 10.0  # longest time for a connection [s]
_PASSING = (408, 425, 429, 500, 502, 503, 504)  # answers after which another try can succeed


class RefusedError(OSError):
    """An answer of the server that another try would not change."""


class Resumed:
    """A downloader for pooch that writes a partial file, and continues an existing one.

    Args:
        part: the partial file; it remains if a transfer breaks off.
        size: of the whole file [bytes].
        progress: show a bar on stderr.
        patience: time without an answer after which a transfer is abandoned [s].
    """

    def __init__(self, part: Path, size: int, *, progress: bool, patience: float) -> None:
        self.part, self.size = part, size
        self.progress, self.patience = progress, patience

    def __call__(self, url: str, output_file: str, _pooch: Any = None) -> None:
        """Receive the file and give it the name `output_file`.

        Raises:
            TransferError: if the transfer ends before the file does; the received part is kept.
            RefusedError: if the server has no such file.
        """
        if self._have() > self.size:
            self.part.unlink()
        if self._have() < self.size:
            self._receive(url, self._have())
        if self._have() != self.size:
            raise TransferError(f"{self._have()} of {self.size} bytes came")
        os.replace(self.part, output_file)

    def _have(self) -> int:
        return self.part.stat().st_size if self.part.exists() else 0

    def _receive(self, url: str, have: int) -> None:
        headers = {"Accept-Encoding": "identity"}
        if have:
            headers["Range"] = f"bytes={have}-"
        timeout = (min(_CONNECTING, self.patience), self.patience)
        with requests.get(url, headers=headers, stream=True, timeout=timeout) as answer:
            if answer.status_code == requests.codes.requested_range_not_satisfiable:
                self.part.unlink()
                raise TransferError("the server does not have the part that is missing")
            if answer.status_code in _PASSING:
                answer.raise_for_status()
            if not answer.ok:
                raise RefusedError(f"the server answers {answer.status_code} {answer.reason}")
            goes_on = answer.headers.get("Content-Range", "").startswith(f"bytes {have}-")
            goes_on &= answer.status_code == requests.codes.partial_content
            self._require_length(answer, have if goes_on else 0)
            self._write(answer, have if goes_on else 0)

    def _require_length(self, answer: requests.Response, have: int) -> None:
        length = answer.headers.get("Content-Length")
        if length is not None and have + int(length) != self.size:
            kind = answer.headers.get("Content-Type", "an unknown type")
            raise RefusedError(
                f"the server offers {have + int(length)} bytes of {kind} where the file has "
                f"{self.size}; it may be the page of a proxy that asks for a login"
            )

    def _write(self, answer: requests.Response, have: int) -> None:
        bar = tqdm(
            total=self.size,
            initial=have,
            unit="B",
            unit_scale=True,
            desc=self.part.name.removesuffix(".part").lstrip("."),
            disable=not self.progress,
        )
        with bar, self.part.open("ab" if have else "wb") as part:
            for chunk in answer.iter_content(_CHUNK):
                part.write(chunk)
                bar.update(len(chunk))
                if part.tell() > self.size:
                    raise RefusedError(f"the server sends more than the file's {self.size} bytes")


@contextmanager
def alone(part: Path) -> Iterator[None]:
    """Wait until no other process receives into a partial file.

    The lock ends with its process. On a file system without locks, two processes may receive the
    same bytes twice; the checksum decides.
    """
    while True:
        handle = os.open(part, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            with suppress(OSError):
                fcntl.flock(handle, fcntl.LOCK_EX)
            if _is_open(handle, part):
                yield
                return
        finally:
            _drop_empty(part)
            os.close(handle)


def _is_open(handle: int, part: Path) -> bool:
    """Whether the path still names the opened file."""
    try:
        return os.fstat(handle).st_ino == part.stat().st_ino
    except FileNotFoundError:
        return False


def _drop_empty(part: Path) -> None:
    with suppress(FileNotFoundError):
        if part.stat().st_size == 0:
            part.unlink()
