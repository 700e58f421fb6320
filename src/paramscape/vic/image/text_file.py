"""VIC's text files (the global parameter file, CONSTANTS): words of lines, as VIC reads them."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from paramscape.vic.image.errors import GlobalFileError

_WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def words_of(path: Path) -> Iterator[tuple[str, list[str]]]:
    """The words of each line that has any, with the line's place "file:number".

    Comments begin at a word that starts with `#`; a `#` within a word belongs to it, as VIC has it
    in names of files. The encoding may be any that extends ASCII: bytes that are no UTF-8 stay as
    they are, so that names of files written with them are found. A byte order mark is skipped, and
    lines end as on Unix or Windows.

    Raises:
        GlobalFileError: where the file holds two bytes per character, which no text of VIC does.
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
            f"{path} is no plain text: it has zero bytes or the mark of UTF-16; save it as UTF-8 "
            "or ASCII"
        )
    return data.decode("utf-8-sig", "surrogateescape")
