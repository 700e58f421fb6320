"""Every file of a product, opened one by one: its header, and a record of some."""

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
"""Files of a product that are opened; of more, as many are taken evenly from first to last, and the
others are only compared with the size that their header promises."""
MOST_READ = 48
"""Files of which a record is read, too; where a product has many, reading takes the longest."""
_WORTH_PROCESSES = 100


@dataclass(frozen=True)
class ProductLooks:
    """Looks at the files of a product, which open `opened` of `total` files."""

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
    """Add what is wrong, in the order of the looks; many files are opened by several processes."""
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
    """What a look raises, and what it warns of."""
    report = Report()
    with report.watch():
        look()
    return report


def _evenly(files: list[FileLooks], most: int) -> list[FileLooks]:
    if len(files) <= most:
        return files
    chosen = np.linspace(0, len(files) - 1, most).round().astype(int)
    return [files[i] for i in chosen]
