"""A job logs what went wrong, checks what it reads, and records what it wrote."""

import logging
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from snakemake.iocontainers import Namedlist

from paramscape.jobs.job import job, logged, provenance
from paramscape.jobs.records import BrokenFileError, Record


def test_a_failure_is_in_the_log_and_is_raised(tmp_path: Path) -> None:
    log = tmp_path / "logs/job.log"
    with pytest.raises(ValueError, match="broken"), logged(log):
        raise ValueError("broken in cell 7")
    assert "ValueError: broken in cell 7" in log.read_text()


def test_messages_of_the_package_are_in_the_log(tmp_path: Path) -> None:
    log = tmp_path / "job.log"
    with logged(log):
        logging.getLogger("paramscape.anywhere").info("three cells were moved")
    assert "three cells were moved" in log.read_text()


def rule_in(folder: Path, **params) -> SimpleNamespace:
    """What Snakemake hands to the script of a rule that reads `in.nc` and writes `out.nc`."""
    study = folder / "results/tiny"
    given = {"settings": {"ensemble": {"train": 4}}, "code": "abc", **params}
    return SimpleNamespace(
        rule="average",
        log=[str(study / "logs/average.log")],
        input=Namedlist(fromdict={"members": str(study / "in.nc")}),
        output=Namedlist(fromdict={"mean": str(study / "out.nc")}),
        params=Namedlist(fromdict=given),
        wildcards=Namedlist(fromdict={}),
        config={"study": {"name": "tiny", "title": "Tiny", "seed": 5}},
    )


def made_in(folder: Path) -> SimpleNamespace:
    """The same, with an input that a job of the study wrote."""
    rule, source = rule_in(folder), folder / "results/tiny/in.nc"
    source.parent.mkdir(parents=True)
    source.write_bytes(b"members")
    Record.write(source, {"rule": "sample"})
    return rule


def test_the_seed_is_the_jobs_own_before_the_twins_before_the_studys(tmp_path: Path) -> None:
    assert provenance(rule_in(tmp_path)).seed == 5
    assert provenance(rule_in(tmp_path, settings={"twin.seed": 8})).seed == 8
    assert provenance(rule_in(tmp_path, settings={"twin": {"seed": 8}}, seed=2)).seed == 2
    assert provenance(rule_in(tmp_path, settings={"twin": None})).seed == 5


def test_a_job_records_what_made_each_of_its_files(tmp_path: Path) -> None:
    rule = made_in(tmp_path)
    with job(rule) as made:
        Path(rule.output.mean).write_bytes(b"mean")
    record = Record.read(Path(rule.output.mean))
    assert record.job["rule"] == "average"
    assert record.job["settings"] == rule.params.settings
    assert record.job["settings_digest"] == made.settings_digest
    assert list(record.job["inputs"]) == [rule.input.members]
    assert record.job["packages"]["numpy"] == np.__version__
    assert record.problem_with(Path(rule.output.mean), look_inside=True) is None


def test_a_job_that_fails_leaves_no_record(tmp_path: Path) -> None:
    rule = made_in(tmp_path)
    with job(rule):
        Path(rule.output.mean).write_bytes(b"mean")
    with pytest.raises(ZeroDivisionError), job(rule):
        1 / 0  # noqa: B018
    assert Record.read(Path(rule.output.mean)) is None


def test_a_broken_input_is_named_in_the_log_and_moved_aside(tmp_path: Path) -> None:
    rule = made_in(tmp_path)
    Path(rule.input.members).write_bytes(b"memb")
    with pytest.raises(BrokenFileError, match=r"in\.nc: it was cut off: 4 of 7 bytes"), job(rule):
        raise AssertionError("the job must not begin")
    assert "in.nc: it was cut off" in Path(rule.log[0]).read_text()
    assert not Path(rule.input.members).exists()
    assert Path(rule.input.members + ".broken").read_bytes() == b"memb"
