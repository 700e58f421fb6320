"""The table of scores agrees with the scores themselves."""

from __future__ import annotations

import math

import pytest

from paramscape.metrics.point import kge, rmse
from paramscape.metrics.scores import SCORES


def test_every_score_is_filed_under_its_name_with_a_title_and_a_unit():
    for name, score in SCORES.items():
        assert score.name == name
        assert score.title
        assert score.unit in ("1", "%", "field")


def test_perfect_fields_reach_the_best_value_of_the_table(pair, mask):
    _, observed = pair
    assert rmse(observed, observed, mask)[6, 6] == SCORES["rmse"].best
    assert kge(observed, observed, mask)[6, 6] == pytest.approx(SCORES["kge"].best)


def test_directions_order_values():
    assert SCORES["rmse"].is_better(0.7, 0.8)
    assert SCORES["kge"].is_better(0.8, 0.7)
    assert SCORES["kge_beta"].is_better(1.1, 0.8)
    assert SCORES["relative_rmse_change"].is_better(10, -10)


def test_the_loss_is_zero_at_best_and_grows_away_from_it():
    for score in SCORES.values():
        assert score.loss(score.best) == 0
        worse = score.best + (1 if score.direction == "lower" else -1)
        assert score.loss(worse) > 0
        assert score.is_better(score.best, worse)


def test_nan_loses_to_any_value():
    assert SCORES["cc"].is_better(-1.0, math.nan)
    assert not SCORES["cc"].is_better(math.nan, -1.0)


def test_labels_carry_the_unit():
    assert SCORES["rmse"].label("mm d-1") == "RMSE [mm d-1]"
    assert SCORES["kge"].label() == "KGE"
    assert SCORES["share_improved"].label() == "Cells improved [%]"


def test_the_table_cannot_be_changed():
    with pytest.raises(TypeError):
        SCORES["rmse"] = SCORES["kge"]
