"""From the files of runs to what figures and tables take."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from paramscape.figures.collect import (
    costs_of_runs,
    runs_behind_surrogates,
    scores_by_simulator,
    scores_of_runs,
    verified_runs,
)
from paramscape.files import Provenance, write_dataset

ENSEMBLE = 40


def history(folder, method, simulator, **columns):
    path = folder / method / simulator / "seed-1" / "history.csv"
    path.parent.mkdir(parents=True)
    pd.DataFrame(columns).to_csv(path, index=False)
    return path


def test_vic_runs_are_those_of_the_history_on_vic_and_of_the_ensemble_on_a_surrogate(tmp_path):
    seconds = [20.0, 40.0]
    search = {"evaluations": [84, 120], "model_runs": [84, 120], "seconds": seconds}
    files = [
        history(tmp_path, "default", "vic", epoch=[], seconds=[]),
        history(tmp_path, "mpr-sceua", "vic", **search),
        history(tmp_path, "mpr-sceua", "lstm", **search),
        history(tmp_path, "gan-po", "vic", epoch=[1, 2, 3], seconds=[200.0, 9.0, 31.0]),
    ]
    costs = costs_of_runs(files, ENSEMBLE)
    np.testing.assert_array_equal(costs["vic_runs"], [0, 120, ENSEMBLE, np.nan])
    np.testing.assert_array_equal(costs["minutes"], [0, 1, 1, 4])
    np.testing.assert_array_equal(costs["epochs"], [0, np.nan, np.nan, 3])
    np.testing.assert_array_equal(costs["minutes_per_epoch"], [np.nan, np.nan, np.nan, 31 / 60])


def test_the_runs_behind_a_surrogate_are_the_ensembles_and_those_of_refresh_rounds():
    ensemble = {"train": 24, "validation": 8, "test": 8, "batch": 20}
    refinement = {"rounds": 2, "methods": ["gan-po"], "perturbed": 10}
    settings = {"ensemble": ensemble, "surrogate.refinement": refinement}
    assert runs_behind_surrogates(settings) == 40 + 2 * 11


@pytest.fixture
def files(study, tmp_path):
    """Function that writes one run's scores, the RMSE multiplied, and gives the file."""

    def write(method, simulator, verifier, factor):
        scores = study.scores.isel(run=0, drop=True).assign(mask=study.mask)
        scores["rmse"] = (scores["rmse"] * factor).assign_attrs(units="as target")
        path = tmp_path / method / simulator / "seed-1" / f"{verifier}-test.nc"
        write_dataset(scores, path, "scores", Provenance.of("demo", {}, 1))
        return path

    return write


def test_verification_compares_with_the_default_on_the_same_side(files):
    default = {side: files("default", "vic", side, by) for side, by in (("lstm", 2), ("vic", 1))}
    own = [default["vic"], files("gan-po", "lstm", "lstm", 1.0), files("gan-po", "vic", "vic", 0.5)]
    vic = [default["vic"], files("gan-po", "lstm", "vic", 0.75), own[2]]
    bases = {"own": [default["vic"], default["lstm"], default["vic"]], "vic": [default["vic"]] * 3}
    verified = verified_runs(own, vic, bases)
    assert verified["run"].values.tolist() == ["gan-po on lstm", "gan-po on vic"]
    change = verified["change"].median(("lat", "lon"))
    np.testing.assert_allclose(change, [[50, 50], [25, 50]])
    assert float(verified["gap"][0]) > 0
    assert float(verified["gap"][1]) == 0


def test_the_reason_why_a_pattern_is_not_scored_reaches_the_figures(study, tmp_path):
    paths = []
    for method in ("default", "gan-po"):
        scores = study.scores.isel(run=0, drop=True).assign(mask=study.mask)
        scores["rmse"] = scores["rmse"].assign_attrs(units="as target")
        scores["ssim"] = (scores["ssim"] * np.nan).assign_attrs(not_scored="too few cells")
        paths.append(tmp_path / method / "vic" / "seed-1" / "vic-test.nc")
        write_dataset(scores, paths[-1], "scores", Provenance.of("demo", {}, 1))
    found = scores_of_runs(paths)
    assert found["ssim"].attrs["not_scored"] == "too few cells"
    assert "not_scored" not in found["eof"].attrs


def test_methods_on_a_simulator_follow_the_default_on_it(files):
    runs = [files("gan-po", "lstm", "lstm", 0.5), files("dpl-z", "vic", "vic", 0.5)]
    defaults = [files("default", "vic", "lstm", 3), files("default", "vic", "vic", 1)]
    found = scores_by_simulator(runs, defaults, ["lstm"])
    assert list(found) == ["lstm"]
    assert found["lstm"]["run"].values.tolist() == ["default", "gan-po"]
    rmse = found["lstm"]["rmse"].mean(("lat", "lon"))
    assert float(rmse[0] / rmse[1]) == pytest.approx(6)
