"""A run resumes only from its own checkpoint."""

from pathlib import Path

import pytest
import torch

from paramscape.jobs.checkpoint import Checkpoint


@pytest.mark.parametrize("change", ["settings", "code", "seed", "input"])
def test_a_changed_job_does_not_resume_from_an_old_checkpoint(tmp_path: Path, change: str) -> None:
    data = tmp_path / "input.nc"
    data.write_bytes(b"one")
    course = {"settings": {"epochs": 3}, "code": "abc", "seed": 1}
    before = Checkpoint.of_job(tmp_path, course, [str(data)])
    assert Checkpoint.of_job(tmp_path, dict(course), [str(data)]) == before
    changes = {"settings": {"epochs": 4}, "code": "abd", "seed": 2}
    if change == "input":
        data.write_bytes(b"two")
    else:
        course[change] = changes[change]
    after = Checkpoint.of_job(tmp_path, course, [str(data)])
    assert after.path != before.path and after.identity != before.identity


def test_a_state_comes_back_to_the_same_identity_alone(tmp_path: Path, caplog) -> None:
    mine, other = (Checkpoint(tmp_path / "checkpoint.pt", name) for name in ("mine", "other"))
    assert mine.load() is None
    mine.save({"rows": [[1.0]], "weights": torch.arange(3)})
    state = mine.load("rows", "weights")
    assert state["rows"] == [[1.0]] and torch.equal(state["weights"], torch.arange(3))
    with caplog.at_level("WARNING", "paramscape"):
        assert other.load("rows") is None
    assert f"{mine.path} belongs to a run with other settings" in caplog.text
    with pytest.raises(ValueError, match="lacks losses"):
        mine.load("losses")


def test_removing_a_checkpoint_takes_what_an_interrupted_write_left(tmp_path: Path) -> None:
    checkpoint = Checkpoint(tmp_path / "checkpoint-ab.pt", "ab")
    checkpoint.save({"rows": []})
    (tmp_path / ".checkpoint-ab.pt.host-1.partial").write_bytes(b"half")
    (tmp_path / "history.csv").write_text("epoch")
    checkpoint.remove()
    assert [file.name for file in tmp_path.iterdir()] == ["history.csv"]
