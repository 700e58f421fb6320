"""Figures show the data that they are given, and say on which side it was scored."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from paramscape.figures import (
    by_simulator,
    daily_patterns,
    fss_curves,
    rmse_change,
    score_maps,
    surrogate_skill,
    training_curves,
    verification_gap,
    without_discriminator,
)
from paramscape.figures._page import RED, bands, line_looks
from paramscape.figures.caption import Caption
from paramscape.figures.job import FigureJob
from paramscape.files import write_json, write_table
from paramscape.study import DplA, GanPo, GanPoL1

METHODS = ("default", "mpr-sceua", "cell-sceua", "dpl-a", "dpl-z", "gan-po", "gan-po-l1")
SIMULATORS = ("vic", "lstm", "seq2seq", "arnet")


def titled(figure, words):
    """Axes whose title begins with the words."""
    return [ax for ax in figure.axes if ax.get_title().startswith(words)]


def curves(ax):
    """Values by label of the lines that have one."""
    return {line.get_label(): line.get_ydata() for line in ax.get_lines()}


def test_a_title_says_what_where_and_when():
    caption = Caption("Study", side="scored in VIC", period="test period 2011")
    assert caption.title("maps") == "Study: maps\nscored in VIC, test period 2011"
    assert Caption("Study").title("maps") == "Study: maps"


def test_no_two_runs_of_all_methods_on_all_simulators_look_alike():
    labels = [f"{method} on {simulator}" for method in METHODS for simulator in SIMULATORS]
    looks = {str(sorted(look.items(), key=str)) for look in line_looks(labels)}
    assert len(looks) == len(labels)
    methods = line_looks([f"{method} on vic" for method in METHODS])
    assert len({look["color"] for look in methods}) == len(METHODS)
    alone = line_looks([f"gan-po on {simulator}" for simulator in SIMULATORS])
    assert len({look["color"] for look in alone}) == len(SIMULATORS)


def test_a_method_that_is_not_in_the_table_has_a_look_of_its_own():
    known, new, other = line_looks(["gan-po on vic", "new on vic", "other on vic"])
    assert new["color"] != other["color"]
    assert known == line_looks(["gan-po on vic", "dpl-z on vic"])[0]


@pytest.mark.parametrize("runs", [1, 6, 8, 9, 22, 40])
def test_bands_hold_every_run_once_and_no_more_than_eight(runs):
    parts = [list(range(runs))[part] for part in bands(runs)]
    assert [run for part in parts for run in part] == list(range(runs))
    lengths = {len(part) for part in parts}
    assert max(lengths) <= 8
    assert max(lengths) - min(lengths) <= 1


def test_maps_show_each_run_once_with_its_median(study, drawn):
    scores = study.scores.isel(run=[0, 1, 2, 3, 4] * 3)
    labels = np.array([f"method-{number} on vic" for number in range(15)])
    figure = drawn(score_maps.draw, scores.assign_coords(run=labels), study.mask)
    for number, run in enumerate(scores.rmse.values):
        (ax,) = titled(figure, f"method-{number}\non vic")
        assert ax.get_title().endswith(f"median {np.nanmedian(run):.2f}")


def test_the_pair_of_losses_stands_in_maps_and_all_methods_in_curves(study, drawn):
    given = study.by_simulator()
    figure = drawn(without_discriminator.draw, given, study.mask)
    for simulator, scores in given.items():
        for method in ("gan-po-l1", "gan-po"):
            (ax,) = titled(figure, f"{method}\non {simulator}")
            assert ax.get_title().endswith(f"{np.nanmedian(scores.cc.sel(run=method)):.2f}")
    shown = titled(figure, "lowest 5 %")[0]
    first = given["lstm"].fss.sel(percentile=5)
    assert set(curves(shown)) - {"useful skill, 0.5 + f / 2"} == set(first.run.values)
    np.testing.assert_array_equal(curves(shown)["dpl-z"], first.sel(run="dpl-z"))


def test_losses_are_compared_by_both_methods_on_each_simulator(study, drawn):
    given = study.by_simulator()
    given["vic"] = given["vic"].sel(run=["default", "gan-po"])
    with pytest.raises(ValueError, match=r"on vic there is no gan-po-l1 among \['default'"):
        drawn(without_discriminator.draw, given, study.mask)
    with pytest.raises(ValueError, match="got none"):
        drawn(without_discriminator.draw, {}, study.mask)


def test_simulators_are_compared_by_a_run_on_each(study, drawn):
    scores = study.scores.isel(run=[3, 4])
    figure = drawn(by_simulator.draw, scores, study.mask)
    shown = curves(titled(figure, "highest 5 %")[0])
    for run in scores.run.values:
        np.testing.assert_array_equal(shown[run], scores.fss.sel(run=run, percentile=95))
    with pytest.raises(ValueError, match="two runs at least"):
        drawn(by_simulator.draw, scores.isel(run=[0]), study.mask)


def test_parameters_of_which_the_sensitivity_check_warns_are_marked(study, drawn):
    table = study.sensitivity()
    figure = drawn(surrogate_skill.draw, study.surrogate(), table, study.mask, surrogate="lstm")
    (ax,) = (ax for ax in figure.axes if ax.get_title("right") == "ratio")
    lengths = [bar.get_width() for bar in ax.patches]
    np.testing.assert_allclose(lengths, [*table.vic, *table.surrogate])
    red = {label.get_text() for label in ax.get_yticklabels() if label.get_color() == RED}
    assert red == {"Ws"}
    assert [text.get_text() for text in ax.texts][3:6] == ["0.05 !", "0.90", "–"]


def test_losses_come_with_their_weighted_sum_and_validation_apart(study, drawn):
    history = study.histories()["gan-po on vic"].assign(seconds=1.0, model_runs=7.0)
    weights = {"gan-po on vic": {"l1": 30.0, "range": 1.0, "adversarial": 2.0}}
    figure = drawn(training_curves.draw, {"gan-po on vic": history}, weights=weights)
    losses, validation = (curves(ax) for ax in figure.axes)
    assert set(losses) == {"l1", "range", "adversarial", "discriminator", "weighted sum"}
    total = 30 * history["train/l1"] + history["train/range"] + 2 * history["train/adversarial"]
    np.testing.assert_allclose(losses["weighted sum"], total)
    np.testing.assert_allclose(validation["validation rmse"], history["validation/rmse"].dropna())


def test_a_run_is_drawn_with_the_weights_of_its_settings_and_of_a_choice(tmp_path, monkeypatch):
    history = pd.DataFrame({"epoch": [1], "train/l1": [0.1]})
    runs = [f"{method}/vic/seed-1/history.csv" for method in ("gan-po", "gan-po-l1", "dpl-a")]
    for run in runs:
        write_table(history, tmp_path / run)
    choice = tmp_path / "gan-po-l1/vic/choice.json"
    write_json({"settings": {"l1_weight": 5.0}}, choice)
    settings = {
        "study.title": "Study",
        "calibration.gan-po": GanPo(adversarial_weight=2.0).model_dump(mode="json"),
        "calibration.gan-po-l1": GanPoL1(range_weight=0.5).model_dump(mode="json"),
        "calibration.dpl-a": DplA().model_dump(mode="json"),
    }
    inputs = {"histories": tuple(tmp_path / run for run in runs), "choices": (choice,)}
    drawn = {}
    monkeypatch.setattr(training_curves, "draw", lambda *_, weights: drawn.update(weights))
    training_curves.make(FigureJob(inputs, settings, tmp_path / "curves"))
    assert drawn == {
        "gan-po on vic": {"l1": 30.0, "range": 1.0, "adversarial": 2.0},
        "gan-po-l1 on vic": {"l1": 5.0, "range": 0.5},
    }


def test_a_loss_that_an_epoch_lacks_adds_nothing_to_the_sum():
    history = pd.DataFrame({"epoch": [1, 2], "train/l1": [1.0, 2.0], "train/a": [np.nan, 3.0]})
    total = training_curves.with_weighted_sum(history, {"l1": 10.0, "a": 1.0})["train/weighted sum"]
    assert total.tolist() == [10.0, 23.0]


def test_verification_prints_the_shares_and_a_gap_that_is_0_on_vic(study, drawn):
    given = study.verified()
    figure = drawn(verification_gap.draw, given, study.mask)
    gaps = [ax.get_title() for ax in figure.axes if ax.get_title().startswith("gap")]
    assert gaps == ["gap 0", "gap -0.125", "gap -0.125", "gap 0"]
    cells = study.mask.values > 0
    shares = {(given.change[side, run].values[cells] > 0).mean() for side in (0, 1) for run in (1,)}
    texts = {text.get_text() for ax in figure.axes for text in ax.texts}
    assert {f"{100 * share:.0f} %\nbetter" for share in shares} <= texts


def test_verification_needs_both_sides_in_order(study, drawn):
    with pytest.raises(ValueError, match=r"\['own', 'vic'\] in this order; got \['vic', 'own'\]"):
        drawn(verification_gap.draw, study.verified()[{"side": [1, 0]}], study.mask)


def test_a_cell_without_observation_is_neither_better_nor_not(study, drawn):
    change = study.change()
    lake = (change.lat == change.lat[6]) & (change.lon == change.lon[4])
    seen = change.where(~lake).assign_coords(observed=change["observed"] & ~lake)
    figure = drawn(rmse_change.draw, seen, study.mask)
    cells = int(study.mask.sum())
    assert figure.axes[0].get_ylabel() == f"(a) train period\n{cells - 1} of {cells} cells"
    counted = seen.values[0, 0][seen["observed"].values[0]]
    assert len(counted) == cells - 1
    share = f"{100 * (counted > 0).mean():.0f} %\nbetter"
    assert figure.axes[0].texts[0].get_text() == share


def test_maps_say_how_many_cells_are_scored(study, drawn):
    scores = study.scores.copy(deep=True)
    scores["rmse"][:, 6, 4] = scores["cc"][:, 6, 4] = np.nan
    scores["cc"][1, 5, 4] = np.nan
    figure = drawn(score_maps.draw, scores, study.mask)
    cells = int(study.mask.sum())
    labels = [ax.get_ylabel() for ax in figure.axes if ax.get_ylabel().startswith("(")]
    scored = f"{cells - 1} of {cells} cells"
    assert labels == [f"(a) RMSE\n{scored}", f"(b) CC\n{scored}", "(c) KGE"]
    fewer = [ax.get_title() for ax in figure.axes if f" of {cells - 2}" in ax.get_title()]
    assert len(fewer) == 1


REASON = "2 of 15 active cells are observed, and a pattern needs at least 50% of them"


def unscored(scores):
    """The same without any spatial score, for that reason."""
    spatial = {name: scores[name] * np.nan for name in ("eof", "ssim", "fss")}
    return scores.assign({n: s.assign_attrs(not_scored=REASON) for n, s in spatial.items()})


def written(figure):
    """Texts in the panels of a figure that say why they are empty, in one line each."""
    texts = [text.get_text() for ax in figure.axes for text in ax.texts]
    return [" ".join(text.split()) for text in texts if text.startswith("no ")]


def test_a_figure_of_patterns_that_are_not_scored_gives_the_reason(study, drawn):
    figure = drawn(daily_patterns.draw, unscored(study.scores))
    assert written(figure) == [f"no EOF score: {REASON}", f"no SSIM: {REASON}"]
    assert not any(ax.get_lines() for ax in figure.axes)
    figure = drawn(fss_curves.draw, unscored(study.scores).fss)
    assert written(figure) == [f"no FSS: {REASON}"]
    pair = {name: unscored(scores) for name, scores in study.by_simulator().items()}
    assert written(drawn(without_discriminator.draw, pair, study.mask)) == [f"no FSS: {REASON}"]
    runs = unscored(study.scores.isel(run=[3, 4]))
    assert written(drawn(by_simulator.draw, runs, study.mask)) == [f"no FSS: {REASON}"]


def test_every_cell_of_a_run_counts_in_one_bar(study, drawn):
    figure = drawn(rmse_change.draw, study.change(), study.mask)
    for ax in figure.axes:
        assert sum(bar.get_height() for bar in ax.patches) == int(study.mask.sum())


def test_a_history_of_one_validation_shows_as_a_point(drawn):
    history = pd.DataFrame(
        {"epoch": [1, 2], "train/rmse": [2.0, 1.0], "validation/mse": [np.nan, 3.0]}
    )
    figure = drawn(training_curves.draw, {"dpl-z on vic": history})
    assert figure.axes[1].get_lines()[0].get_marker() == "o"
