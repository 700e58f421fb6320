"""Spatial efficiency: its parts against numpy, and the changes it does and does not see."""

from __future__ import annotations

import numpy as np
import pytest

from paramscape.metrics.spaef import spatial_efficiency


@pytest.fixture
def maps(pair):
    return pair[0][0], pair[1][0]


def test_parts_equal_textbook_formulas(maps, mask):
    s, o = (x[mask == 1] for x in maps)
    result = spatial_efficiency(*maps, mask)
    assert result.correlation == pytest.approx(np.corrcoef(s, o)[0, 1])
    assert result.cv_ratio == pytest.approx((s.std() / s.mean()) / (o.std() / o.mean()))
    z = [(x - x.mean()) / x.std() for x in (s, o)]
    edges = np.linspace(np.min(z), np.max(z), 21)
    counts = [np.histogram(x, edges)[0] for x in z]
    assert result.overlap == pytest.approx(np.minimum(*counts).sum() / s.size)
    parts = np.array([result.correlation, result.cv_ratio, result.overlap])
    assert result.score == pytest.approx(1 - np.linalg.norm(parts - 1))


def test_a_multiple_of_the_observed_field_is_perfect(maps, mask):
    assert spatial_efficiency(4 * maps[1], maps[1], mask).score == pytest.approx(1)


def test_an_offset_costs_variability_alone(maps, mask):
    result = spatial_efficiency(maps[1] + 8, maps[1], mask, bins=100)
    assert result.correlation == pytest.approx(1)
    assert result.cv_ratio < 0.5


def test_nan_and_constant_fields_define_no_score(maps, mask):
    simulated = maps[0].copy()
    simulated[6, 6] = np.nan
    assert np.isnan(spatial_efficiency(simulated, maps[1], mask).score)
    assert np.isnan(spatial_efficiency(maps[0], np.full((12, 9), 0.1), mask).score)


def test_bad_bins_and_shapes_are_refused(maps, mask):
    with pytest.raises(ValueError, match="at least 2 bins"):
        spatial_efficiency(*maps, mask, bins=1)
    with pytest.raises(ValueError, match=r"\(12, 9\).*\(9, 12\)"):
        spatial_efficiency(maps[0], maps[1].T, mask)
