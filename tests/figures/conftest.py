"""Synthetic results of five runs on a masked grid of 12 x 9 cells."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy.ndimage import gaussian_filter

from paramscape.figures import _page
from paramscape.figures.caption import Caption
from paramscape.figures.collect import joined_changes
from paramscape.metrics.evaluate import evaluate
from paramscape.metrics.point import relative_rmse_change
from paramscape.metrics.recovery import parameter_recovery
from paramscape.study import Prior
from paramscape.study.parameters import GAN_PO_PARAMETERS

RUNS = (
    "default on vic",
    "mpr-sceua on vic",
    "dpl-z on lstm",
    "gan-po on lstm",
    "gan-po on vic",
)
COUNTS = dict.fromkeys(("cells", "cells_rmse", "cells_cc", "cells_kge"), 15)
ALL_SCORED = COUNTS | dict.fromkeys(("not_scored_eof", "not_scored_ssim", "not_scored_fss"))
RANGES = ((0.001, 0.4), (0.001, 1), (0.1, 30), (0.5, 1), (0.1, 1.5), (0.1, 2), (4, 30))


def patterns(rng, count, shape):
    """Smooth fields (count, lat, lon) between 0 and 1."""
    fields = np.array([gaussian_filter(rng.normal(size=shape), 1.5) for _ in range(count)])
    low, high = fields.min((1, 2), keepdims=True), fields.max((1, 2), keepdims=True)
    return (fields - low) / (high - low)


class Study:
    """Everything that figures are drawn from; `days` of the test period, of 12 x 9 cells."""

    def __init__(self, days=120, shape=(12, 9), runs=RUNS, seed=3):
        rng = np.random.default_rng(seed)
        self.caption = Caption("Upper Huaihe twin")
        self.run = pd.Index(runs, name="run")
        lat, lon = 31.625 + 0.25 * np.arange(shape[0]), 113.625 + 0.25 * np.arange(shape[1])
        self.coords = {"lat": lat, "lon": lon}
        rows, columns = np.indices(shape)
        inside = (rows - shape[0] / 2) ** 2 / shape[0] + (columns - shape[1] / 2) ** 2 / shape[1]
        self.mask = self.map((inside < 0.23 * (shape[0] + shape[1]) / 2).astype("i4"))
        time = pd.date_range("2011-01-01", periods=days)
        season = 2 - 1.6 * np.cos(2 * np.pi * (np.arange(days) + 10) / 365)[:, None, None]
        observed = season * (0.6 + 0.8 * patterns(rng, days, shape))
        dims, coords = ("time", "lat", "lon"), {"time": time, **self.coords}
        self.observed = xr.DataArray(observed, coords, dims).where(self.mask > 0)
        scored = []
        for index in range(len(runs)):
            noise = (1.0 - 0.12 * index) * rng.normal(0, 0.5, observed.shape)
            simulated = (1.3 - 0.05 * index) * self.observed + noise
            scored.append(evaluate(simulated, self.observed, self.mask))
        self.scores = xr.concat(scored, self.run)
        self.rng, self.shape = rng, shape

    def map(self, values):
        """Field (lat, lon) with coordinates."""
        return xr.DataArray(values, self.coords, ("lat", "lon"))

    def change(self):
        """Relative RMSE change (period, run, lat, lon) of all runs but the default."""
        rmse = self.scores.rmse.values
        test = np.stack([relative_rmse_change(rmse[0], one) for one in rmse[1:]])
        periods = ["train", "test"]
        change = xr.DataArray(
            np.stack([test + 8, test]),
            {"period": periods, "run": self.run[1:], **self.coords},
            ("period", "run", "lat", "lon"),
        )
        return change.assign_coords(observed=(self.mask > 0).expand_dims(period=periods))

    def truth(self):
        """True parameters (parameter, lat, lon)."""
        unit = patterns(np.random.default_rng(5), len(GAN_PO_PARAMETERS), self.shape)
        low, high = np.array(RANGES).T[..., None, None]
        return xr.DataArray(
            low + unit * (high - low),
            {"parameter": list(GAN_PO_PARAMETERS), **self.coords},
            ("parameter", "lat", "lon"),
        )

    def parameters(self):
        """Estimated parameters (run, parameter, lat, lon), the first run's uniform."""
        truth = self.truth()
        low, high = np.array(RANGES).T[..., None, None]
        noise = self.rng.normal(0, 0.15, (len(self.run), *truth.shape)) * (high - low)
        fields = np.clip(truth.values + noise, low, high)
        fields[0] = (low + high) / 2
        dims = ("run", "parameter", "lat", "lon")
        return xr.DataArray(fields, {"run": self.run, **truth.coords}, dims)

    def recovery(self, run):
        """Mean correlation and RMSE of one run's parameters."""
        priors = [Prior(low=low, high=high) for low, high in RANGES]
        fields = self.truth().values, self.parameters().values[run]
        found = parameter_recovery(*fields, self.mask, priors)
        return np.nanmean(found.correlation) if run else np.nan, found.rmse.mean()

    def tables(self, seeds=2):
        """Scores and costs of every run, as the table of methods takes them."""
        scores, costs = [], []
        for index, label in enumerate(self.run):
            method, simulator = label.split(" on ")
            for seed in range(seeds):
                run = {"method": method, "simulator": simulator, "seed": seed}
                of_run = self.scores.isel(run=index)
                for verifier in dict.fromkeys((simulator, "vic")):
                    loss = 0.1 * (verifier != simulator) + 0.01 * seed
                    scores.append({**run, "verifier": verifier, **_numbers(of_run, loss)})
                correlation, rmse = self.recovery(index)
                found = {"parameter_correlation": correlation, "parameter_rmse": rmse}
                epochs = np.nan if method in ("default", "mpr-sceua") else 30
                spent = {"minutes": 0.4 + index + 0.1 * seed, "vic_runs": 100.0 * index + seed}
                spent["minutes_per_epoch"] = spent["minutes"] / epochs
                costs.append({**run, "epochs": epochs, **spent, **found})
        return pd.DataFrame(scores), pd.DataFrame(costs)

    def histories(self):
        """Histories of three runs: losses of a GAN, one loss, one score."""
        epoch = np.arange(1, 31)
        fall = np.exp(-epoch / 8)
        gan = {
            "epoch": epoch,
            "train/l1": 1.2 * fall + 0.4,
            "train/adversarial": 0.3 + 0.2 * (1 - fall),
            "train/range": 0.05 * fall + 1e-4,
            "train/discriminator": 0.25 + 0.05 * fall,
            "validation/rmse": np.where(epoch % 5 == 0, 1.1 * fall + 0.6, np.nan),
        }
        dpl = {"epoch": epoch, "train/rmse": fall + 0.5, "validation/rmse": fall + 0.6}
        sceua = {"evaluations": np.arange(100, 2001, 100), "best": 1 - np.arange(20) * 0.01}
        tables = (gan, gan, dpl, sceua)
        labels = ("gan-po on vic", "gan-po on lstm", "dpl-z on lstm", "mpr-sceua on vic")
        return {label: pd.DataFrame(table) for label, table in zip(labels, tables, strict=True)}

    def surrogate(self):
        """Skill (member, lat, lon) and pairs (sample) of a surrogate."""
        size, dims = (4, *self.shape), ("member", "lat", "lon")
        rmse = 0.1 + 0.2 * patterns(self.rng, 4, self.shape)
        vic = self.rng.gamma(2, 0.8, 4000)
        skill = {
            "rmse": (dims, rmse),
            "cc": (dims, 1 - 0.1 * self.rng.random(size)),
            "vic": ("sample", vic),
            "surrogate": ("sample", vic + self.rng.normal(0, 0.3, 4000)),
        }
        return xr.Dataset(skill, self.coords)

    def sensitivity(self):
        """Answers of VIC and of a surrogate that is blind to `Ws`."""
        vic = np.array([-0.2, -0.1, -0.3, -0.02, 0.3, -0.06, 0.3])
        ratio = np.array([0.9, 0.8, 1.0, 0.05, 0.9, np.nan, 1.1])
        parameter = list(GAN_PO_PARAMETERS)
        columns = {"parameter": parameter, "vic": vic, "surrogate": np.nan_to_num(ratio) * vic}
        return pd.DataFrame(columns | {"ratio": ratio, "warns": ratio < 0.5})

    def by_simulator(self):
        """Scores of four methods on two simulators, labelled by method."""
        methods = np.array(["default", "dpl-z", "gan-po", "gan-po-l1"])
        return {
            simulator: self.scores.isel(run=slice(first, first + 4)).assign_coords(run=methods)
            for first, simulator in enumerate(("lstm", "vic"))
        }

    def verified(self):
        """RMSE change on own simulators and in VIC, the same for runs on VIC, and the gap."""
        own = self.change().sel(period="test", drop=True)
        on_vic = [str(run).endswith("on vic") for run in own["run"].values]
        on_vic = xr.DataArray(on_vic, {"run": own["run"]})
        sides = pd.Index(["own", "vic"], name="side")
        change = joined_changes([own, own.where(on_vic, own - 20)], sides)
        gap = xr.where(on_vic, 0.0, -0.125)
        return xr.Dataset({"change": change, "gap": gap})

    def fields(self):
        """Elevation, mean precipitation and mean observations (lat, lon)."""
        elevation, rain = patterns(self.rng, 2, self.shape)
        return xr.Dataset(
            {
                "elevation": self.map(30 + 600 * elevation**2),
                "precipitation": self.map(2 + rain),
                "observed": self.observed.mean("time"),
            }
        )


def _numbers(scores, loss):
    return {
        "rmse": float(scores.rmse.median()) + loss,
        "cc": float(scores.cc.median()) - loss,
        "kge": float(scores.kge.median()) - loss,
        "share_improved": 90 - 100 * loss,
        "eof": float(scores.eof_mean) + loss / 100,
        "eof_scaled": float(scores.eof_scaled) + loss,
        "ssim": float(scores.ssim_mean) - loss,
        "fss_5": float(scores.fss.sel(percentile=5, window=3)) - loss,
        "fss_95": float(scores.fss.sel(percentile=95, window=3)) - loss,
        **ALL_SCORED,
    }


@pytest.fixture
def all_scored():
    """Numbers of cells of a run with a score in every cell, as the table of runs has them."""
    return ALL_SCORED


@pytest.fixture(scope="session")
def study():
    return Study()


@pytest.fixture
def drawn(monkeypatch, tmp_path):
    """Function that draws and gives the figure itself instead of its files."""

    def draw(make, *arguments, **named):
        kept = []
        monkeypatch.setattr(_page, "_save", lambda figure, *_: kept.append(figure))
        make(*arguments, tmp_path / "figure", Caption("Study"), **named)
        return kept[0]

    return draw
