"""VIC's text files (global parameter file, CONSTANTS) as words of lines."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from paramscape.vic.image.errors import GlobalFileError

_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def words_of(path: Path) -> Iterator[tuple[str, list[str]]]:
    """The words of each line that is not empty, with the line's place "file:number".

    A comment begins at a word that starts with `#`. A `#` within a word belongs to the word, as in
    VIC's file names. The encoding may be any that extends ASCII: bytes that are not UTF-8 are kept,
    so file names with such bytes are found. A byte order mark is skipped. Lines may end as on Unix
    or Windows.

    Raises:
        GlobalFileError: if the file has two bytes per character, unlike any text of VIC.
    """
    for number, line in enumerate(re.split(r"\r\n|\r|\n", _text(path)), 1):
        words = []
        for word in line.split():
            if word.startswith("#"):
                break
            words.append(word)
        if words:
            yield f"{path}:{number}", words


def _text(path: Path) -> str:
    data = path.read_bytes()
    if data.startswith(_WIDE_MARKS) or b"\0" in data:
        raise GlobalFileError(
            f"{path} is not plain text: it has zero bytes or the mark of UTF-16; save it as UTF-8 "
            "or ASCII"
        )
    return data.decode("utf-8-sig", "surrogateescape")
