"""Downloads of public files to the paths of a study, and instructions if they fail."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from paramscape.data.ledger import PublicFile, require_content

MIRROR = "PARAMSCAPE_MIRROR"
"""Environment variable: an address that replaces scheme and host of every address."""


class FetchError(OSError):
    """Public files that could not be fetched; the message says how to get them manually."""


@dataclass(frozen=True)
class Transfer:
    """How files are received.

    progress: show bars on stderr. tries: per file. patience: time without an answer after which a
    try ends [s].
    """

    progress: bool = False
    tries: int = 4
    patience: float = 30.0


def fetch_all(
    files: Mapping[Path, PublicFile], transfer: Transfer | None = None
) -> Iterator[tuple[Path, bool]]:
    """Fetch missing public files; yield each path and whether it was fetched.

    After a first failure the other files have one try each.

    Args:
        files: public files by their path in the study.
        transfer: how they are received.

    Raises:
        FetchError: naming every file that could not be fetched, once all were tried.
        LedgerError: if another file has the name of a public one.
    """
    transfer, failures = transfer or Transfer(), {}
    for path, file in files.items():
        try:
            yield path, fetch(path, file, transfer)
        except FetchError as error:
            failures[path] = str(error)
            transfer = Transfer(transfer.progress, 1, transfer.patience)
    if failures:
        missing = {path: files[path] for path in failures}
        raise FetchError("\n".join([*failures.values(), by_hand(missing)]))


def fetch(path: Path, file: PublicFile, transfer: Transfer) -> bool:
    """Fetch a public file unless it exists; return whether it was fetched.

    The file appears under its name when it is complete and has its checksum. A transfer that
    breaks off is continued by the next try, or by the next call.

    Raises:
        FetchError: if it cannot be fetched or written.
        LedgerError: if another file has its name.
    """
    if path.is_file():
        require_content(path, file)
        return False
    address = address_of(file)
    try:
        _receive(path, file, address, transfer)
    except (ValueError, OSError) as error:
        raise FetchError(f"{path} was not fetched from {address}: {error}") from error
    require_content(path, file)
    return True


def address_of(file: PublicFile) -> str:
    """Address from which a file is fetched: its own, or the same path on the mirror.

    Raises:
        FetchError: if the mirror is not an address.
    """
    mirror = os.environ.get(MIRROR, "").strip().rstrip("/")
    if mirror and not mirror.startswith(("http://", "https://")):
        raise FetchError(f"{MIRROR} is {mirror!r}; give an address such as http://127.0.0.1:8000")
    return mirror + urlsplit(file.address).path if mirror else file.address


def by_hand(files: Mapping[Path, PublicFile]) -> str:
    """Instructions without a network: files, addresses, folders and checksums."""
    lines = ["Without a network, fetch these files elsewhere and put them into these folders:"]
    for path, file in files.items():
        lines += [
            f"  {path.absolute()}",
            f"    from     {file.address}",
            f"    size     {file.size} bytes",
            f"    SHA-256  {file.sha256}",
        ]
    lines.append(
        f"Behind a proxy, set https_proxy. With a mirror, set {MIRROR} to its address, such as "
        "http://mirror.example/data: it holds each file under the path of its address."
    )
    return "\n".join(lines)


def _receive(path: Path, file: PublicFile, address: str, transfer: Transfer) -> None:
    import pooch

    from paramscape.data.download import Resumed, alone

    pooch.get_logger().setLevel("WARNING")
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    store = pooch.create(
        path=path.parent,
        base_url="",
        registry={path.name: f"sha256:{file.sha256}"},
        urls={path.name: address},
        retry_if_failed=transfer.tries - 1,
    )
    receive = Resumed(part, file.size, progress=transfer.progress, patience=transfer.patience)
    with alone(part):
        if not path.is_file():
            store.fetch(path.name, downloader=receive)
