"""No file is ever half-written, whoever writes it and whenever it is killed."""

import ast
import os
import platform
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from paramscape.files.atomic import atomic_write, write_text

WRITERS = {"write_text", "write_bytes", "to_csv", "to_netcdf", "savefig", "tofile"}
MODULES = {"torch.save", "np.save", "np.savez", "json.dump", "pickle.dump", "netCDF4.Dataset"}
SLOW = """
import sys, time
from pathlib import Path
from paramscape.files.atomic import atomic_write

with atomic_write(Path(sys.argv[1])) as partial, partial.open("wb") as file:
    while True:
        file.write(b"half" * 1000)
        file.flush()
        time.sleep(0.01)
"""


def written_in_place(source: Path) -> list[str]:
    """Calls that open a file for writing, outside `whole` and not under a temporary name."""
    tree = ast.parse(source.read_text())
    inside = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.With) and "atomic_write(" in ast.unparse(block)
        for node in ast.walk(block)
    }
    calls = (n for n in ast.walk(tree) if isinstance(n, ast.Call) and id(n) not in inside)
    return [f"{source.name}:{call.lineno} {ast.unparse(call)}" for call in calls if writes(call)]


def writes(call: ast.Call) -> bool:
    """True if a call opens the file that it names for writing."""
    name = ast.unparse(call.func)
    arguments = [ast.unparse(a) for a in (*call.args, *(k.value for k in call.keywords))]
    if name.endswith("open") or name == "netCDF4.Dataset":
        modes = [a.strip("'") for a in arguments if a.strip("'").rstrip("bt+") in ("w", "a", "x")]
        return bool(modes) and "self.part" not in arguments
    if name in MODULES:
        return True
    is_method = isinstance(call.func, ast.Attribute) and call.func.attr in WRITERS
    return is_method and bool(arguments) and not arguments[0].startswith(("index=", "False"))


def test_every_writer_of_the_package_and_its_scripts_uses_the_helper(repository: Path) -> None:
    sources = [
        *(repository / "src/paramscape").rglob("*.py"),
        *(repository / "scripts").glob("*.py"),
    ]
    found = [call for source in sources for call in written_in_place(source)]
    # the real VIC's own log, a lock, and a question to the disk about a temporary file
    allowed = ("program.py", "study_lock.py", "failures.py")
    assert [call for call in found if not call.startswith(allowed)] == []


@pytest.mark.parametrize(
    "line",
    [
        "table.to_csv(path)",
        "path.write_text('a')",
        "torch.save(state, path)",
        "open(path, 'w')",
        "path.open('wb')",
        "netCDF4.Dataset(path, 'w')",
    ],
)
def test_the_search_finds_a_writer_without_the_helper(tmp_path: Path, line: str) -> None:
    (tmp_path / "writer.py").write_text(line)
    assert len(written_in_place(tmp_path / "writer.py")) == 1


@pytest.mark.parametrize("kill", [signal.SIGKILL, signal.SIGTERM])
def test_a_writer_that_is_killed_leaves_the_file_as_it_was(tmp_path: Path, kill: int) -> None:
    path = tmp_path / "weights.pt"
    path.write_bytes(b"whole")
    writer = subprocess.Popen([sys.executable, "-c", SLOW, str(path)])
    partial = tmp_path / f".weights.pt.{platform.node()}-{writer.pid}.partial"
    while writer.poll() is None and not (partial.exists() and partial.stat().st_size):
        time.sleep(0.01)
    writer.send_signal(kill)
    assert writer.wait() == -kill
    assert path.read_bytes() == b"whole"
    write_text(path, "anew")
    assert [file.name for file in tmp_path.iterdir()] == ["weights.pt"]


def test_a_file_that_a_living_process_is_writing_is_left_to_it(tmp_path: Path) -> None:
    """A job that a cluster started again may meet processes of its first attempt."""
    alive = tmp_path / f".weights.pt.{platform.node()}-{os.getppid()}.partial"
    elsewhere = tmp_path / ".weights.pt.another-node-1.partial"
    for partial in (alive, elsewhere):
        partial.write_bytes(b"half")
    write_text(tmp_path / "weights.pt", "mine")
    assert alive.read_bytes() == elsewhere.read_bytes() == b"half"
    assert (tmp_path / "weights.pt").read_text() == "mine"


def test_a_writer_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("whole")
    with pytest.raises(ZeroDivisionError), atomic_write(path) as partial:
        partial.write_text("half")
        1 / 0  # noqa: B018
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [
        ("table.csv", "whole")
    ]
