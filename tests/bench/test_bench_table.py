"""Rows of measurements as a table and as JSON."""

import pytest

from paramscape.bench.measure import Timing, timed
from paramscape.bench.table import Report, Row, Target, not_measured, rate_row, timing_row

ROWS = [
    Row("speed", "an ensemble", 30.0, "1", target=Target("at least", 15.0)),
    Row("speed", "a simulation", 1.2, "s", target=Target("at most", 0.6)),
    Row("memory", "of a simulation", 2.5, "GB"),
    not_measured("on a GPU", "no GPU"),
]


def report() -> Report:
    return Report({"processor": "one of ours"}, {"quick": True}, ROWS)


def test_a_value_is_judged_by_the_sense_of_its_target():
    assert [row.verdict for row in ROWS] == ["pass", "fail", "", ""]
    assert [row.compared for row in ROWS] == [2.0, 2.0, None, None]


def test_a_value_that_is_no_number_fails_its_target():
    target = Target("at most", 1e-12)
    assert Row("reproducibility", "threads", float("nan"), target=target).verdict == "fail"


def test_the_table_has_a_part_for_each_group_and_says_what_was_not_measured():
    text = report().markdown
    assert [text.count(f"### {group}\n") for group in ("speed", "memory", "on a GPU")] == [1] * 3
    assert "| an ensemble | 30 |  | 1 | at least 15 | 2 | pass |" in text
    assert "not measured: no GPU" in text
    assert "- processor: one of ours" in text


def test_a_report_survives_its_json(tmp_path):
    report().save(tmp_path / "bench.json")
    again = Report.read(tmp_path / "bench.json")
    assert again.markdown == report().markdown
    assert [row.target for row in again.rows] == [row.target for row in ROWS]


def test_another_json_is_no_report(tmp_path):
    (tmp_path / "other.json").write_text("[]")
    with pytest.raises(ValueError, match=r"other\.json is not a report of a benchmark"):
        Report.read(tmp_path / "other.json")


def test_the_table_replaces_what_stands_between_its_marks_and_nothing_else(tmp_path):
    text = tmp_path / "benchmarks.md"
    other = "<!-- figures of other -->\nstay\n<!-- end of figures -->\n"
    text.write_text(f"head\n{other}<!-- figures of ours -->\nold\n<!-- end of figures -->\nfoot\n")
    report().write_into(text, "ours")
    report().write_into(text, "ours")
    assert text.read_text() == (
        f"head\n{other}<!-- figures of ours -->\n{report().markdown}<!-- end of figures -->\nfoot\n"
    )
    with pytest.raises(ValueError, match="figures of theirs"):
        report().write_into(text, "theirs")


def test_the_documentation_has_a_place_for_the_table(repository, tmp_path):
    copy = tmp_path / "benchmarks.md"
    copy.write_text((repository / "docs" / "benchmarks.md").read_text())
    report().write_into(copy, "this machine")
    assert "| an ensemble |" in copy.read_text()


def test_the_best_of_a_time_is_the_shortest_and_of_a_rate_the_highest():
    timing = Timing((2.0, 1.0, 4.0), (0.2, 0.1, 0.4))
    time, rate = timing_row("g", "w", timing), rate_row("g", "w", 8.0, timing)
    assert (time.value, time.worst, time.processor, time.repeats) == (1.0, 4.0, 0.1, 3)
    assert (rate.value, rate.worst, rate.unit) == (8.0, 2.0, "cell-days/s")


def test_the_first_call_is_not_timed():
    calls = []
    timing = timed(lambda: calls.append(0), repeats=3)
    assert (len(calls), timing.repeats) == (4, 3)
