"""Raw files as they lie on the disk: under their canonical names, or other known ones."""

import os
from collections.abc import Iterable
from pathlib import Path

from paramscape.products.sources import Source


class Listing:
    """Folders of a disk, each listed once, searched without regard to the case of their names.

    Args:
        twin_writes: whether the study's twin writes the files of those products that it can make;
            they have their canonical names.
    """

    def __init__(self, twin_writes: bool = False) -> None:
        self.twin_writes = twin_writes
        self._seen: dict[Path, dict[str, str]] = {}

    def find(self, folder: Path, candidates: Iterable[Path], source: Source) -> Path:
        """The first candidate that exists, as it is spelt on the disk, or the canonical path.

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
