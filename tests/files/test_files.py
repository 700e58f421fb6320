"""Files between stages are whole, say where they came from, and are checked when read."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from paramscape.files import (
    FileContractError,
    Provenance,
    read_dataset,
    read_years,
    require,
    write_dataset,
)
from paramscape.study.quantities import FORCINGS, UNITS

MADE = Provenance.of("tiny", {"seed": 1}, 7)


def observations(days: int = 3) -> xr.Dataset:
    values = np.arange(days * 4, dtype="f4").reshape(days, 2, 2)
    values[0, 0, 0] = np.nan
    return xr.Dataset(
        {"et": (("time", "lat", "lon"), values, {"units": "mm d-1"})},
        coords={
            "time": pd.date_range("2009-01-01", periods=days),
            "lat": [30.0, 30.25],
            "lon": [110.0, 110.25],
        },
    )


def forcing(start: str, steps: int) -> xr.Dataset:
    field = ("time", "lat", "lon"), np.ones((steps, 1, 1), "f4")
    return xr.Dataset(
        {name: (*field, {"units": UNITS[name]}) for name in FORCINGS},
        coords={
            "time": pd.date_range(start, periods=steps, freq="3h"),
            "lat": [30.0],
            "lon": [110.0],
        },
    )


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    write_dataset(observations(), tmp_path / "et.nc", "et", MADE)
    read = read_dataset(tmp_path / "et.nc", "et")
    xr.testing.assert_equal(read, observations())


def test_equal_content_gives_equal_bytes(tmp_path: Path) -> None:
    for name in ("a.nc", "b.nc"):
        write_dataset(observations(), tmp_path / name, "et", MADE)
    assert (tmp_path / "a.nc").read_bytes() == (tmp_path / "b.nc").read_bytes()


def test_a_file_says_where_it_came_from(tmp_path: Path) -> None:
    write_dataset(observations(), tmp_path / "et.nc", "et", MADE)
    attributes = read_dataset(tmp_path / "et.nc", "et").attrs
    assert attributes["paramscape_study"] == "tiny"
    assert attributes["paramscape_seed"] == 7
    assert attributes["paramscape_settings"] == MADE.settings_digest
    assert {"paramscape_version", "paramscape_commit"} <= set(attributes)


def test_other_settings_have_another_digest() -> None:
    assert Provenance.of("tiny", {"seed": 2}, 7).settings_digest != MADE.settings_digest


@pytest.mark.parametrize(
    ("break_it", "message"),
    [
        (lambda d: d.transpose("lon", "lat", "time"), "has dims"),
        (lambda d: d.rename(et="ET"), "holds et, but this one has only ET"),
        (lambda d: d.assign(et=d.et.assign_attrs(units="mm")), "must be in 'mm d-1'"),
        (lambda d: d.isel(lat=[1, 0]), "lat must ascend"),
        (lambda d: d.isel(time=[0, 0, 1]), "time must ascend"),
    ],
)
def test_a_dataset_that_breaks_its_contract_is_not_written(tmp_path, break_it, message) -> None:
    path = tmp_path / "et.nc"
    with pytest.raises(FileContractError, match=message):
        write_dataset(break_it(observations()), path, "et", MADE)
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path) -> None:
    broken = observations().assign_attrs(bad={"no": "netcdf"})
    with pytest.raises(TypeError):
        write_dataset(broken, tmp_path / "et.nc", "et", MADE)
    assert list(tmp_path.iterdir()) == []


def test_a_truncated_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "et.nc"
    write_dataset(observations(400), path, "et", MADE)
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(FileContractError, match=r"et\.nc: cannot be read as NetCDF"):
        read_dataset(path, "et")


def test_years_join_to_one_record(tmp_path: Path) -> None:
    paths = []
    for year, steps in ((2008, 8), (2009, 16)):
        start = f"{year}-12-31" if year == 2008 else f"{year}-01-01"
        paths.append(tmp_path / f"forcing.{year}.nc")
        write_dataset(forcing(start, steps), paths[-1], "vic-forcing", MADE)
    joined = read_years(reversed(paths))
    assert joined.sizes["time"] == 24
    assert require(joined, "vic-forcing", "joined") is joined
