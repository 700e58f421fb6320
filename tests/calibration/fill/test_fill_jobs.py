"""The jobs of filling: files in, filled fields with their source and a table of skill out."""

import logging
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from paramscape.calibration.fill.hidden import gaps
from paramscape.calibration.fill.job import fill_observations, score_filler
from paramscape.calibration.observed_data import PreparedFiles, read_calibration_data
from paramscape.files import read_dataset
from paramscape.study import SmapObservations, Space, periods_of
from paramscape.study.quantities import FORCINGS, UNITS

GRID = {"lat": [40.0, 40.125, 40.25], "lon": [-100.0, -99.875]}
TIME = pd.date_range("2016-01-01", "2017-12-31")
PERIODS = {
    "warmup": ("2016-01-01", "2016-01-31"),
    "train": ("2016-02-01", "2016-12-31"),
    "validation": ("2017-01-01", "2017-03-31"),
    "test": ("2017-04-01", "2017-12-31"),
}
FILLER = {"hidden": 12, "epochs": 8, "cells": 6, "days": 30, "iterations_per_epoch": 5}


@pytest.fixture
def settings():
    """Sections of the rules."""
    observed = SmapObservations(product="smap-l3-e", folder="smap", fill="lstm", filler=FILLER)
    periods = {n: {"start": a, "end": b} for n, (a, b) in PERIODS.items()}
    return {
        "periods": periods,
        "study.seed": 4,
        "space": Space().model_dump(mode="json"),
        "products.observations": {"soil_moisture": observed.model_dump(mode="json")},
    }


@pytest.fixture
def files(tmp_path):
    """Soil moisture that follows rain, observed every third day in five of six cells."""
    rng = np.random.default_rng(6)
    shape, coords = (TIME.size, 3, 2), {"time": TIME, **GRID}
    forcing = {name: rng.random(shape) for name in FORCINGS}
    forcing["prcp"] = rng.gamma(0.3, 10.0, shape)
    wet = np.full(shape[1:], 0.2)
    moisture = np.empty(shape)
    for day, rain in enumerate(forcing["prcp"]):
        wet = 0.1 + 0.9 * (wet - 0.1) + 0.004 * rain
        moisture[day] = wet
    moisture[np.arange(TIME.size) % 3 > 0] = np.nan
    mask = np.array([[1, 1], [1, 1], [1, 0]], "i4")
    moisture[:, mask == 0] = np.nan
    dims = ("time", "lat", "lon")
    one = {"units": "1"}
    units = {"mask": "1", "frac": "1", "area": "m2", "elev": "m"}
    made = {
        "domain": {n: (dims[1:], mask if n == "mask" else mask * 1.0, {"units": u})
                   for n, u in units.items()},
        "attributes": {"sand": (dims[1:], rng.random((3, 2)), one)},
        "forcing-daily": {n: (dims, v, {"units": UNITS[n]}) for n, v in forcing.items()},
        "soil_moisture": {"soil_moisture": (dims, moisture.astype("f4"), {"units": "m3 m-3"})},
    }  # fmt: skip
    for kind, fields in made.items():
        data = xr.Dataset(fields, coords if "daily" in kind or "soil" in kind else GRID)
        data.to_netcdf(tmp_path / f"{kind}.nc")
    paths = (tmp_path / f"{n}.nc" for n in ("domain", "attributes", "forcing-daily"))
    return PreparedFiles(*paths, tmp_path / "soil_moisture.nc", None)


def test_filled_fields_keep_observations_and_name_their_source(files, settings, tmp_path):
    filled = fill_observations(files, "soil_moisture", settings)
    assert filled.history.column("train/rmse")[-1] < filled.history.column("train/rmse")[0]
    path = tmp_path / "filled.nc"
    filled.fields.to_netcdf(path)
    written = read_dataset(path, "soil_moisture")
    observed = read_dataset(files.observations, "soil_moisture")["soil_moisture"]
    known, active = observed.notnull().values, read_dataset(files.domain, "domain")["mask"] > 0
    assert np.array_equal(written["soil_moisture"].values[known], observed.values[known])
    source = written["source"].values
    assert (source[known] == 1).all() and (source[:, ~active.values] == 0).all()
    assert (source[~known & active.values] == 2).all()
    assert np.isfinite(written["soil_moisture"].values[:, active.values]).all()


def test_filled_values_are_read_apart_from_observations(files, settings, tmp_path):
    filled = fill_observations(files, "soil_moisture", settings)
    path = tmp_path / "filled.nc"
    filled.fields.to_netcdf(path)
    with_fill = replace(files, filled=path)
    plain, read = (
        read_calibration_data(f, "soil_moisture", periods_of(settings)) for f in (files, with_fill)
    )
    assert np.array_equal(plain.observations, read.observations, equal_nan=True)
    assert plain.filled is None and np.isfinite(read.filled.numpy()).all()


def test_a_filler_is_judged_in_training_and_test_by_every_gap(files, settings, caplog):
    filled = fill_observations(files, "soil_moisture", settings)
    with caplog.at_level(logging.WARNING):
        table = score_filler(files, "soil_moisture", filled.filler.state_dict(), settings)
    assert set(table["period"]) == {"train", "test"} and set(table["gap"]) == set(gaps())
    assert set(table["by"]) == {"filler", "carry-forward", "interpolation", "climatology"}
    assert (table["values"] > 20).all()
    rmse = table.set_index(["period", "gap", "by"])["rmse"].unstack("by")
    worse = ~(rmse["filler"] < rmse["carry-forward"])
    assert caplog.text.count("not better than the last observation") == worse.sum()
