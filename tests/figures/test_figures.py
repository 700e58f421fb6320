"""Figures are drawn whole, repeat their bytes, and refuse data that they cannot show."""

from __future__ import annotations

import hashlib

import matplotlib
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from matplotlib.colors import LogNorm

from paramscape.figures import (
    by_simulator,
    daily_patterns,
    fss_curves,
    parameter_maps,
    rmse_change,
    score_maps,
    study_area,
    surrogate_skill,
    training_curves,
    verification_gap,
    without_discriminator,
)
from paramscape.figures._maps import cell_edges, shared_scale
from paramscape.figures._page import pretty_units, wrapped
from paramscape.figures.registry import FIGURES


def draw_parameter_maps(study, stem):
    parameter_maps.draw(study.parameters(), study.mask, stem, study.caption, truth=study.truth())


def draw_surrogate_skill(study, stem):
    tables = study.surrogate(), study.sensitivity()
    surrogate_skill.draw(*tables, study.mask, stem, study.caption, surrogate="lstm")


DRAW = {
    "score-maps": lambda s, stem: score_maps.draw(s.scores, s.mask, stem, s.caption),
    "rmse-change": lambda s, stem: rmse_change.draw(s.change(), s.mask, stem, s.caption),
    "daily-patterns": lambda s, stem: daily_patterns.draw(s.scores, stem, s.caption),
    "fss-curves": lambda s, stem: fss_curves.draw(s.scores.fss, stem, s.caption),
    "parameter-maps": draw_parameter_maps,
    "study-area": lambda s, stem: study_area.draw(s.fields(), s.mask, stem, s.caption),
    "without-discriminator": lambda s, stem: without_discriminator.draw(
        s.by_simulator(), s.mask, stem, s.caption
    ),
    "by-simulator": lambda s, stem: by_simulator.draw(
        s.scores[{"run": [3, 4]}], s.mask, stem, s.caption
    ),
    "surrogate-skill": draw_surrogate_skill,
    "training-curves": lambda s, stem: training_curves.draw(s.histories(), stem, s.caption),
    "verification-gap": lambda s, stem: verification_gap.draw(
        s.verified(), s.mask, stem, s.caption
    ),
}


def test_every_figure_of_the_study_is_among_them():
    assert set(DRAW) == {figure.name for figure in FIGURES}


@pytest.mark.parametrize("name", DRAW)
def test_a_figure_is_saved_as_png_of_200_dpi_and_pdf_and_nothing_else(name, study, tmp_path):
    DRAW[name](study, tmp_path / "made" / name)
    assert {path.name for path in (tmp_path / "made").iterdir()} == {f"{name}.png", f"{name}.pdf"}
    png = (tmp_path / "made" / f"{name}.png").read_bytes()
    assert png.startswith(b"\x89PNG")
    assert b"pHYs" + (7874).to_bytes(4) in png  # 200 dots an inch are 7874 a metre
    assert int.from_bytes(png[16:20]) > 1000
    pdf = (tmp_path / "made" / f"{name}.pdf").read_bytes()
    assert pdf.startswith(b"%PDF")
    assert b"CreationDate" not in pdf


@pytest.mark.parametrize("name", ["daily-patterns", "fss-curves", "training-curves"])
def test_equal_data_give_equal_bytes_whatever_the_users_settings(name, study, tmp_path):
    DRAW[name](study, tmp_path / "one")
    with matplotlib.rc_context({"font.size": 20, "figure.dpi": 50}):
        DRAW[name](study, tmp_path / "two")
    for suffix in ("png", "pdf"):
        one, two = (
            hashlib.sha256((tmp_path / f"{stem}.{suffix}").read_bytes()).hexdigest()
            for stem in ("one", "two")
        )
        assert one == two


def test_equal_maps_give_equal_bytes(study, tmp_path):
    for stem in ("one", "two"):
        study_area.draw(
            study.fields().fillna(0) * 0 + 1, study.mask, tmp_path / stem, study.caption
        )
    for suffix in ("png", "pdf"):
        one, two = ((tmp_path / f"{stem}.{suffix}").read_bytes() for stem in ("one", "two"))
        assert one == two


def test_cells_without_score_and_runs_without_skill_can_be_drawn(study, tmp_path):
    scores = study.scores.isel(run=slice(0, 2)).copy(deep=True)
    scores["kge"][0] = np.nan
    scores["rmse"][1, 6, 4] = np.nan
    score_maps.draw(scores, study.mask, tmp_path / "maps", study.caption)
    scores["fss"][0] = np.nan
    fss_curves.draw(scores.fss, tmp_path / "fss", study.caption)
    assert (tmp_path / "maps.png").stat().st_size > 0


def test_one_run_on_one_cell_can_be_drawn(tmp_path, study):
    one = study.scores.isel(run=[0], lat=[6], lon=[4])
    score_maps.draw(one, study.mask.isel(lat=[6], lon=[4]), tmp_path / "cell", study.caption)
    assert (tmp_path / "cell.pdf").stat().st_size > 0


def test_a_failed_drawing_leaves_no_file(study, tmp_path):
    with pytest.raises(ValueError, match="kge"):
        score_maps.draw(study.scores.drop_vars("kge"), study.mask, tmp_path / "x", study.caption)
    assert not list(tmp_path.iterdir())


def test_wrong_dimensions_are_refused_with_both_shown(study, tmp_path):
    turned = study.scores.fss.transpose("percentile", "window", "run")
    with pytest.raises(ValueError, match=r"'run', 'percentile', 'window'.*'percentile', 'window'"):
        fss_curves.draw(turned, tmp_path / "x", study.caption)
    with pytest.raises(ValueError, match="'period', 'run', 'lat', 'lon'"):
        rmse_change.draw(study.change()[0], study.mask, tmp_path / "x", study.caption)
    with pytest.raises(ValueError, match="eof_mean"):
        daily_patterns.draw(study.scores.drop_vars("eof_mean"), tmp_path / "x", study.caption)


def test_a_mask_on_another_grid_is_refused(study, tmp_path):
    other = study.mask.assign_coords(lat=study.mask.lat + 1)
    with pytest.raises(ValueError, match="along lat"):
        score_maps.draw(study.scores, other, tmp_path / "x", study.caption)


def test_a_run_that_comes_twice_is_refused(study, tmp_path):
    twice = xr.concat([study.scores.fss, study.scores.fss[:1]], "run")
    with pytest.raises(ValueError, match="default on vic"):
        fss_curves.draw(twice, tmp_path / "x", study.caption)


def test_a_truth_of_other_parameters_is_refused(study, tmp_path):
    with pytest.raises(ValueError, match="infilt"):
        parameter_maps.draw(
            study.parameters(), study.mask, tmp_path / "x", study.caption, truth=study.truth()[1:]
        )


def test_bad_histories_are_refused(study, tmp_path):
    for history, reason in (
        ({"epoch": [2, 1], "loss": [1.0, 2.0]}, "does not"),
        ({"epoch": [1, 2]}, "at least one curve"),
        ({"epoch": [1], "loss": ["low"]}, "numbers"),
    ):
        with pytest.raises(ValueError, match=reason):
            training_curves.draw({"a": pd.DataFrame(history)}, tmp_path / "x", study.caption)
    untrained = pd.DataFrame({"epoch": [], "seconds": []})
    with pytest.raises(ValueError, match=r"none of the runs \['default on vic'\] has a row"):
        training_curves.draw({"default on vic": untrained}, tmp_path / "x", study.caption)


def test_untrained_runs_and_running_times_have_no_curve(study, tmp_path):
    trained = pd.DataFrame(
        {"epoch": [1, 2], "train_loss": [2.0, 1.0], "validation_loss": [2.0, 3.0]}
    )
    training_curves.draw({"dpl-z on vic": trained}, tmp_path / "one", study.caption)
    both = {
        "dpl-z on vic": trained.assign(seconds=[10.0, 20.0]),
        "default on vic": pd.DataFrame({"epoch": [], "seconds": []}),
    }
    training_curves.draw(both, tmp_path / "two", study.caption)
    one, two = ((tmp_path / f"{stem}.png").read_bytes() for stem in ("one", "two"))
    assert one == two


def test_samples_with_gaps_are_refused(study, tmp_path):
    skill = study.surrogate()
    skill["vic"][:3] = np.nan
    given = skill, study.sensitivity(), study.mask
    with pytest.raises(ValueError, match=r"`vic` holds 3 NaN of 4000"):
        surrogate_skill.draw(*given, tmp_path / "x", study.caption, surrogate="lstm")


def test_a_shared_scale_spans_all_runs_and_tells_what_lies_beyond():
    values = np.array([[1.0, 2.0, np.nan], [3.0, 100.0, 4.0]])
    assert shared_scale(values, "viridis").norm.vmax == 100
    cut = shared_scale(values, "viridis", tails=(0, 60))
    assert cut.norm.vmax < 100
    assert cut.extend == "max"
    assert isinstance(shared_scale(values, "viridis", logarithmic=True).norm, LogNorm)
    flat = shared_scale(np.full(3, 2.0), "viridis")
    assert flat.norm.vmin < 2 < flat.norm.vmax


def test_cell_edges_lie_halfway_between_centres():
    np.testing.assert_allclose(cell_edges([1.0, 2.0, 4.0]), [0.5, 1.5, 3.0, 5.0])
    np.testing.assert_allclose(cell_edges([1.0]), [0.875, 1.125])


def test_units_and_labels_read_well():
    assert pretty_units("mm d-1") == "mm d⁻¹"
    assert pretty_units("m3 m-3") == "m³ m⁻³"
    assert pretty_units("C") == "°C"
    assert wrapped("gan-po on vic") == "gan-po\non vic"
