"""Thousands of files: sizes of all, headers of many, records of a few."""

from functools import partial
from pathlib import Path

import numpy as np
import pytest

from paramscape.check import headers
from paramscape.check.headers import some_looks, take_looks
from paramscape.check.report import Report
from paramscape.products import ProductError
from paramscape.products.bounding_box import Box
from paramscape.products.looks import FileLooks, look_at_header
from paramscape.products.nldas.read import VARIABLES


def nothing() -> None:
    """Find nothing wrong."""


def wrong(number: int) -> None:
    """Find something wrong."""
    raise ValueError(f"file {number}")


def test_findings_come_in_the_order_of_the_files_from_several_processes() -> None:
    looks = [partial(wrong, n) if n % 50 == 7 else nothing for n in range(250)]
    report = Report()
    take_looks(looks, report)
    assert [finding.problem for finding in report.errors] == [
        f"file {n}" for n in (7, 57, 107, 157, 207)
    ]


def test_of_very_many_files_the_sizes_are_all_looked_at() -> None:
    paths = [Path(f"{n}.nc") for n in range(headers.MOST_OPENED + 9)]
    some = some_looks(FileLooks(path, (nothing,), (nothing,)) for path in paths)
    assert (some.opened, some.total) == (headers.MOST_OPENED, len(paths))
    sizes = [look.args[0] for look in some.looks if isinstance(look, partial)]
    assert sizes == paths
    assert len(some.looks) == len(paths) + headers.MOST_OPENED + headers.MOST_READ


def test_a_granule_is_judged_by_its_header_alone(shared: Path) -> None:
    granule = next((shared / "samples/nldas").glob("*.nc"))
    wanted, box = tuple(VARIABLES.values()), Box(-98.0, 35.0, -97.0, 36.0)
    time = np.array(["1979-01-01T13"], "M8[ns]")
    look_at_header(granule, time, wanted, box)
    with pytest.raises(ProductError, match="1979-01-01 14:00"):
        look_at_header(granule, time + np.timedelta64(1, "h"), wanted, box)
    with pytest.raises(ProductError, match="no such variable"):
        look_at_header(granule, time, (*wanted, ("Snowf", "1")), box)
