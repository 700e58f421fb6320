"""A job's log holds what went wrong, and its checkpoint belongs to it alone."""

import logging
from pathlib import Path

import pytest

from paramscape.job import checkpoint_path, logged, provenance


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


@pytest.mark.parametrize("change", ["settings", "code", "input"])
def test_a_changed_job_does_not_take_up_an_old_checkpoint(tmp_path: Path, change: str) -> None:
    data = tmp_path / "input.nc"
    data.write_bytes(b"one")
    job = {"settings": {"epochs": 3}, "code": "abc"}
    before = checkpoint_path(tmp_path, job, [str(data)])
    assert checkpoint_path(tmp_path, dict(job), [str(data)]) == before
    if change == "settings":
        job["settings"] = {"epochs": 4}
    elif change == "code":
        job["code"] = "abd"
    else:
        data.write_bytes(b"two")
    assert checkpoint_path(tmp_path, job, [str(data)]) != before


def test_provenance_takes_the_studys_seed_unless_another_is_given() -> None:
    settings = {"study": {"name": "demo", "title": "Demo", "seed": 5}}
    assert provenance(settings).seed == 5
    assert provenance(settings, 9).seed == 9
