"""The data ledger: every file of a public data set that a study can name, with its checksum."""

import csv
import hashlib
from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, ValidationError

LEDGER = Path(__file__).with_name("ledger.csv")


class LedgerError(ValueError):
    """A ledger that cannot be read, or a file that is not the one its ledger lists."""


class PublicFile(BaseModel):
    """One row of a ledger: a file of a data set in one version.

    size [bytes] and sha256 are those of the file's content; `address` is where it is fetched.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_min_length=1)

    data_set: str = Field(pattern=r"^[A-Za-z0-9][\w.-]*$")
    version: str
    file: str = Field(pattern=r"^[A-Za-z0-9][\w.-]*$")
    size: PositiveInt
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    licence: str
    address: str = Field(pattern=r"^https?://[^/\s]+/\S+$")
    citation: str

    def fault(self, path: Path, *, look_inside: bool = True) -> str | None:
        """Difference of a file from the public file of that name; None if it is the same.

        Args:
            path: the file.
            look_inside: compare its checksum, not only its size.
        """
        size = path.stat().st_size
        if size != self.size:
            return f"it has {size} bytes, and the ledger says {self.size}"
        if not look_inside:
            return None
        with path.open("rb") as content:
            found = hashlib.file_digest(content, "sha256").hexdigest()
        if found != self.sha256:
            return f"its SHA-256 is {found}, and the ledger says {self.sha256}"
        return None


class Ledger:
    """Public files by data set and file name.

    A path names a public file if its last two parts are a data set and a file of the ledger; the
    folder before them does not matter.
    """

    def __init__(self, files: Iterable[PublicFile]) -> None:
        self._files = {(entry.data_set, entry.file): entry for entry in files}

    @classmethod
    def read(cls, own: Path | None = None) -> "Ledger":
        """Read the package's ledger and, with precedence, the user's.

        Raises:
            LedgerError: if the user's ledger is absent or a row of it is wrong.
        """
        return cls([*_rows(LEDGER), *(_rows(own) if own else ())])

    def __iter__(self):
        return iter(self._files.values())

    def of(self, path: Path) -> PublicFile | None:
        """The public file that a path names, or None."""
        return self._files.get((path.absolute().parent.name, path.name))


def require_content(path: Path, file: PublicFile, *, look_inside: bool = True) -> None:
    """Refuse a file that has the name of a public file but another content, see `fault`.

    Raises:
        LedgerError: naming the file, and size or checksum that differ.
    """
    fault = file.fault(path, look_inside=look_inside)
    if fault:
        raise LedgerError(
            f"{path} is not the file of {file.data_set} {file.version}: {fault}. Move it away and "
            "fetch it again; if it is yours, give its folder another name and correct the settings"
        )


def _rows(path: Path) -> list[PublicFile]:
    try:
        with path.open(encoding="utf-8", newline="") as text:
            rows = list(csv.DictReader(text, restkey="further columns"))
    except FileNotFoundError:
        raise LedgerError(
            f"{path}: this ledger does not exist; correct products.ledger in the settings"
        ) from None
    return [_row(path, line, row) for line, row in enumerate(rows, start=2)]


def _row(path: Path, line: int, row: dict[str, str]) -> PublicFile:
    try:
        return PublicFile.model_validate(row)
    except ValidationError as error:
        mistakes = "; ".join(
            f"{'.'.join(map(str, e['loc']))}: {e['msg']} (got {e['input']!r})"
            for e in error.errors(include_url=False)
        )
        raise LedgerError(
            f"{path}, line {line}: {mistakes}. A ledger is a CSV table with the columns "
            f"{', '.join(PublicFile.model_fields)}"
        ) from None
