"""A simulation keeps within what Slurm leaves its job, not within what the machine has."""

from pathlib import Path

import pytest
import torch

from paramscape.vic.engine import memory

JOB = "system.slice/slurmstepd.scope/job_7"
TASK = f"{JOB}/step_0/user/task_0"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine's files of control groups, without a group that has a limit."""
    monkeypatch.setattr(memory, "_PROCESS", tmp_path / "proc")
    monkeypatch.setattr(memory, "_GROUPS", tmp_path / "groups")
    (tmp_path / "proc").mkdir()
    return tmp_path


def write(folder: Path, files: dict[str, object]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, value in files.items():
        (folder / name).write_text(f"{value}\n")


def budget() -> int:
    return memory.memory_for_simulation(torch.device("cpu"))


def test_the_limit_of_the_job_that_holds_the_task_counts(machine: Path) -> None:
    write(machine / "proc", {"cgroup": f"0::/{TASK}"})
    write(machine / "groups" / TASK, {"memory.max": "max", "memory.current": 5})
    write(machine / "groups" / JOB, {"memory.max": 4_000_000, "memory.current": 1_000_000})
    assert budget() == 750_000


def test_so_does_that_of_a_group_of_version_one(machine: Path) -> None:
    write(machine / "proc", {"cgroup": "3:cpuset:/\n2:memory:/slurm/uid_0/job_7/step_0\n0::/"})
    group = machine / "groups/memory/slurm/uid_0/job_7"
    write(group, {"memory.limit_in_bytes": 4_000_000, "memory.usage_in_bytes": 3_000_000})
    assert budget() == 250_000


def test_a_group_that_is_full_leaves_nothing(machine: Path) -> None:
    write(machine / "proc", {"cgroup": "0::/job"})
    write(machine / "groups/job", {"memory.max": 10, "memory.current": 12})
    assert budget() == 0


def test_without_limits_the_machine_decides(machine: Path) -> None:
    without = budget()
    write(machine / "proc", {"cgroup": "0::/job"})
    write(machine / "groups/job", {"memory.max": "max", "memory.current": 12})
    assert budget() == pytest.approx(without, rel=0.5)
    assert budget() > 10_000_000
