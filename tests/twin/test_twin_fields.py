import numpy as np
import pytest

from paramscape.study.random_streams import numpy_generator
from paramscape.twin.fields import DailyNoise, Waves, static_field

LAT = np.arange(31.05, 33, 0.1)
LON = np.arange(113.05, 116, 0.1)


def test_a_part_of_the_map_has_the_values_of_the_whole_map():
    whole = static_field(7, "any", 0.5, LAT, LON)
    part = static_field(7, "any", 0.5, LAT[3:8], LON[5:9])
    np.testing.assert_allclose(part, whole[3:8, 5:9], atol=1e-12)


def test_a_day_does_not_depend_on_which_days_are_asked_for():
    noise = DailyNoise(7, "any", 0.8, memory=3.0, parts=2)
    many = noise.fields(733000, 20, LAT[:4], LON[:4])
    one = noise.fields(733012, 1, LAT[:4], LON[:4])
    assert np.array_equal(one[0], many[12])


def test_a_field_is_the_sum_of_its_waves():
    waves = Waves.draw(numpy_generator(1, "any"), 0.5, count=5)
    weights = waves.draw_weights(numpy_generator(2, "any"))
    phase = waves.y * LAT[2] + waves.x * LON[4]
    slow = (weights[0] * np.cos(phase) + weights[1] * np.sin(phase)).sum()
    assert waves.field(weights, LAT, LON)[2, 4] == pytest.approx(slow, abs=1e-12)


def test_fields_have_unit_variance_and_the_promised_correlation_in_space_and_time():
    length, memory = 1.0, 2.0
    fields = DailyNoise(3, "any", length, memory).fields(700000, 4000, LAT[:1], LON[:11])[:, 0, 0]
    assert fields.std() == pytest.approx(1, abs=0.1)
    across = np.corrcoef(fields[:, 0], fields[:, 10])[0, 1]
    assert across == pytest.approx(np.exp(-0.5), abs=0.15)
    later = np.corrcoef(fields[:-2, 0], fields[2:, 0])[0, 1]
    assert later == pytest.approx(np.exp(-1), abs=0.08)


def test_other_seeds_and_other_purposes_give_other_fields():
    first = static_field(1, "a", 0.5, LAT, LON)
    assert abs(first - static_field(2, "a", 0.5, LAT, LON)).max() > 0.1
    assert abs(first - static_field(1, "b", 0.5, LAT, LON)).max() > 0.1
