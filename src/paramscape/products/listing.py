"""Finding raw files on the disk, under their canonical names or other known names."""

import os
from collections.abc import Iterable
from pathlib import Path

from paramscape.products.sources import Source


class Listing:
    """Folders on the disk, each listed once; names are compared without regard to case.

    Args:
        twin_writes: whether the study's twin writes the files of the products that it can make;
            these always have their canonical names.
    """

    def __init__(self, twin_writes: bool = False) -> None:
        self.twin_writes = twin_writes
        self._seen: dict[Path, dict[str, str]] = {}

    def find(self, folder: Path, candidates: Iterable[Path], source: Source) -> Path:
        """Path of the first candidate that exists, spelt as on the disk; else the canonical path.

        Args:
            folder: the product's folder.
            candidates: paths relative to `folder`, the canonical one first.
            source: the product.
        """
        names = list(candidates)
        canonical = folder / names[0]
        if self.is_made(source):
            return canonical
        return next(filter(None, (self._match(folder, name) for name in names)), canonical)

    def starting(self, folder: Path, start: str) -> list[Path]:
        """Paths of the files of a folder whose names start so, in their order."""
        names = self._names(folder).values()
        return [folder / name for name in names if name.lower().startswith(start.lower())]

    def is_made(self, source: Source) -> bool:
        """Whether the study's twin writes the files of a source."""
        return self.twin_writes and source.made_by_twin

    def _match(self, folder: Path, candidate: Path) -> Path | None:
        path = folder
        for part in candidate.parts:
            spelt = self._names(path).get(part.lower())
            if spelt is None:
                return None
            path = path / spelt
        return path

    def _names(self, folder: Path) -> dict[str, str]:
        if folder not in self._seen:
            try:
                names = sorted(os.listdir(folder))
            except (FileNotFoundError, NotADirectoryError):
                names = []
            self._seen[folder] = {name.lower(): name for name in names}
        return self._seen[folder]
