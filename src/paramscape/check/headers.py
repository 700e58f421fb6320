"""Tests of the files of a product: headers, and records of some files."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from os import cpu_count

import numpy as np
from tqdm import tqdm

from paramscape.check.report import Report
from paramscape.products.looks import FileLooks, Look
from paramscape.products.whole_file import require_whole_file

MOST_OPENED = 3000
"""Largest number of a product's files that are opened. Of more files this number is taken evenly
from first to last; of the others only the size is tested."""
MOST_READ = 48
"""Largest number of files of which a record is read, because reading takes the longest."""
_WORTH_PROCESSES = 100


@dataclass(frozen=True)
class ProductLooks:
    """Tests of a product's files; `opened` of `total` files are opened."""

    looks: tuple[Look, ...]
    opened: int
    total: int


def some_looks(files: Iterable[FileLooks]) -> ProductLooks:
    """Sizes of all files, headers of `MOST_OPENED` and records of `MOST_READ`, taken evenly."""
    files = list(files)
    opened = _evenly(files, MOST_OPENED)
    headers = [look for file in opened for look in file.headers]
    records = [look for file in _evenly(files, MOST_READ) for look in file.records]
    sizes = [partial(require_whole_file, file.path) for file in files if len(opened) < len(files)]
    return ProductLooks((*sizes, *headers, *records), len(opened), len(files))


def take_looks(looks: Sequence[Look], report: Report) -> None:
    """Run the tests and add their findings in order; many files are tested by several processes."""
    if len(looks) < _WORTH_PROCESSES:
        found = [look_safely(look) for look in looks]
    else:
        workers = min(8, cpu_count() or 1)
        with ProcessPoolExecutor(workers) as pool:
            shown = tqdm(
                pool.map(look_safely, looks, chunksize=20),
                total=len(looks),
                desc="opening files",
                leave=False,
                disable=None,
            )
            found = list(shown)
    for one in found:
        report.add(one)


def look_safely(look: Look) -> Report:
    """The error and the warnings of a test."""
    report = Report()
    with report.watch():
        look()
    return report


def _evenly(files: list[FileLooks], most: int) -> list[FileLooks]:
    if len(files) <= most:
        return files
    chosen = np.linspace(0, len(files) - 1, most).round().astype(int)
    return [files[i] for i in chosen]
