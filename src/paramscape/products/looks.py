"""Tests of raw files before a study runs: size, header and some of the records."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from paramscape.products.bounding_box import Box
from paramscape.products.checks import require_times
from paramscape.products.netcdf_reader import open_product
from paramscape.products.units import conversion
from paramscape.study import Period

LARGEST_READ = 300e6
"""Largest size of observations that are read whole [bytes]; of larger ones only some days are."""
_SOME_DAYS = 10

Look = Callable[[], object]
"""A test of one file, or of one of its variables: raises what is wrong. It can be pickled."""

Wanted = tuple[tuple[str, str], ...]
"""Variables of a file, and the units that theirs must be convertible to."""


@dataclass(frozen=True)
class FileLooks:
    """Tests of one raw file.

    headers: quick tests, made for each file of a product. records: tests that take longer, made for
    some of its files.
    """

    path: Path
    headers: tuple[Look, ...]
    records: tuple[Look, ...] = ()


def look_at_header(path: Path, times: np.ndarray, wanted: Wanted, box: Box) -> None:
    """Refuse a file with other times, or without a variable, unit or grid; no value is read.

    The grid is that of the first variable.

    Raises:
        ProductError: naming the file and what is wrong with it.
    """
    with open_product(path) as raw:
        found = np.array([], "datetime64[ns]") if raw.time is None else raw.time
        require_times(found, times, path)
        raw.field(wanted[0][0], box, slice(0, 0))
        for variable, unit in wanted:
            conversion(raw.units(variable), unit, path, variable)


def is_read_whole(paths: Iterable[Path]) -> bool:
    """Whether files are small enough to be read whole; those that are absent count as empty."""
    return sum(path.stat().st_size for path in paths if path.is_file()) <= LARGEST_READ


def first_days(period: Period) -> Period:
    """The first days of a period, enough to judge units and grid."""
    end = np.datetime64(period.start) + min(period.days, _SOME_DAYS) - 1
    return Period(start=period.start, end=end.item())
