"""Observations that no land can have are refused; unusual ones are named in the log."""

import logging

import numpy as np
import pytest
import xarray as xr

from paramscape.products import ProductError
from paramscape.products.checks import require_physical
from paramscape.products.plausible import require_plausible, warn_of_unusual

DAYS = np.arange("2008-06-01", "2008-07-31", dtype="M8[D]").astype("M8[ns]")
YEAR = 2.0 + 1.5 * np.sin(np.arange(DAYS.size) / 10)  # mild evaporation, 0.5 to 3.5 mm d-1


def observed(values, name="et", units="mm d-1"):
    values = np.broadcast_to(np.asarray(values, "f8"), DAYS.shape)[:, None, None] * np.ones((2, 3))
    coords = {"time": DAYS, "lat": [31.0, 31.5], "lon": [113.0, 113.5, 114.0]}
    return xr.DataArray(values, coords, ("time", "lat", "lon"), name, {"units": units})


def judge(field, units="mm d-1"):
    require_physical(field, "obs.nc", units)
    require_plausible(field, "obs.nc", units)


@pytest.mark.parametrize(
    ("values", "name", "said"),
    [
        (-YEAR, "et", r"the mean of et is -[\s\S]*turn the sign"),
        (-YEAR / 20, "et", r"the mean of et is -[\s\S]*turn the sign"),
        (YEAR / 86400, "et", r"hardly exceeds[\s\S]*units attribute"),
        (YEAR / 1000, "et", r"hardly exceeds[\s\S]*units attribute"),
        (YEAR * 24, "et", "outside -5 to 30"),
        (YEAR * 8, "et", "more than any land evaporates"),
        (YEAR * 28.4, "et", "outside -5 to 30"),
        (0.0, "et", "0 everywhere"),
        (-9999.0, "et", "code of missing values"),
        (YEAR * 86400, "runoff", "outside 0 to 2000"),
        (YEAR * 100, "runoff", "more than it rains"),
        (YEAR / 86400, "runoff", "never exceeds"),
        (-YEAR, "runoff", "the sign is turned"),
        (YEAR * 10, "soil_moisture", "per cent or mm"),
        (YEAR / 1000, "soil_moisture", "drier than any soil"),
        (0.9 + YEAR / 100, "soil_moisture", "more than soil has pores"),
        (-YEAR / 10, "soil_moisture", "outside 0 to 1"),
        (0.0, "soil_moisture", "0 everywhere"),
    ],
)
def test_what_no_land_has_is_refused(values, name, said):
    with pytest.raises(ProductError, match=rf"{said}[\s\S]*") as error:
        judge(observed(values, name))
    assert "obs.nc" in str(error.value) and f"variable: {name}" in str(error.value)
    assert "what to do" in str(error.value)


@pytest.mark.parametrize(
    ("values", "name"),
    [
        (YEAR, "et"),
        (np.where(np.arange(DAYS.size) % 3, 0.3, -0.4), "et"),  # dew on every third day
        (np.where(np.arange(DAYS.size) == 20, 0.5, 0.0), "et"),  # a desert with one rain
        (0.0, "runoff"),
        (np.where(np.arange(DAYS.size) == 20, 300.0, 0.0), "runoff"),  # one flash flood
        (0.02, "soil_moisture"),
        (0.6 + YEAR / 100, "soil_moisture"),  # peat
        (np.nan, "et"),
    ],
)
def test_what_real_land_has_passes(values, name):
    judge(observed(values, name))


@pytest.mark.parametrize(
    ("values", "name", "said"),
    [
        (YEAR / 100, "et", "unusual"),
        (2.0, "et", "is 2 mm d-1 everywhere"),
        (0.0, "runoff", "is 0 mm d-1 everywhere"),
        (YEAR * 20, "runoff", "unusual"),
        (0.02 + YEAR / 1000, "soil_moisture", "unusual"),
    ],
)
def test_what_is_unusual_is_logged(values, name, said, caplog):
    with caplog.at_level(logging.WARNING):
        warn_of_unusual(observed(values, name), "obs.nc")
    assert said in caplog.text and "obs.nc" in caplog.text


def test_what_is_usual_is_not_logged(caplog):
    warn_of_unusual(observed(YEAR), "obs.nc")
    assert caplog.text == ""
