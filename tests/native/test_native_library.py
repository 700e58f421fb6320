"""A program is compiled once, by one process, into a folder that nobody else writes."""

import logging
import os
import re
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import programs
import pytest

from paramscape.files import places
from paramscape.jobs.job import logged
from paramscape.native import library
from paramscape.native.compiler import CompilerError

pytestmark = pytest.mark.skipif(programs.REAL is None, reason="no C++ compiler is found")


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch) -> Path:
    """The cache folder; temporary files have one of the test's own, too."""
    folder, temporary = tmp_path / "cache", tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("PARAMSCAPE_CACHE", str(folder))
    monkeypatch.delenv("PARAMSCAPE_TRUST_CACHE", raising=False)
    monkeypatch.setattr(places.tempfile, "tempdir", str(temporary))
    places.private_folder.cache_clear()
    yield folder
    places.private_folder.cache_clear()


def is_in(program, folder: Path) -> bool:
    """Whether a program works and was loaded from a folder."""
    return program.answer() == programs.ANSWER and Path(program._name).parent == folder


def process(compiler: Path, cache: Path) -> subprocess.Popen:
    """Another process that needs the same program."""
    return subprocess.Popen(
        [sys.executable, programs.__file__, str(compiler)],
        env={**os.environ, "PARAMSCAPE_CACHE": str(cache), "PYTHONPATH": os.pathsep.join(sys.path)},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_processes_that_need_the_same_program_wait_for_one_compiler(tmp_path, cache):
    compiler = programs.counting(tmp_path, "sleep 1.5")
    both = [process(compiler, cache) for _ in range(2)]
    said = [one.communicate(timeout=60)[1] for one in both]
    assert [one.returncode for one in both] == [0, 0]
    assert programs.calls(tmp_path) == 1
    assert sum("waiting for another process: compiling a small" in text for text in said) == 1
    assert sum("compiling a small program with" in text for text in said) == 1


def test_after_a_process_was_killed_while_it_compiled_the_next_one_compiles(tmp_path, cache):
    stuck = programs.script(tmp_path / "stuck", f"touch {tmp_path / 'started'}", "exec sleep 60")
    killed = process(stuck, cache)
    programs.wait_for(tmp_path / "started")
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate()
    assert any(cache.glob(".small.so.lock"))
    next_one = process(programs.counting(tmp_path), cache)
    next_one.communicate(timeout=20)
    assert next_one.returncode == 0 and programs.calls(tmp_path) == 1


def test_a_program_in_the_cache_is_not_compiled_again(tmp_path, cache):
    compiler = programs.counting(tmp_path)
    assert is_in(library.load(programs.recipe(compiler)), cache)
    assert is_in(library.load(programs.recipe(compiler)), cache)
    assert programs.calls(tmp_path) == 1
    assert [file.name for file in cache.iterdir()] == ["small.so"]


def test_terminal_and_log_say_what_is_compiled_and_how_long_it_takes(tmp_path, cache, capsys):
    with logged(tmp_path / "job.log"):
        library.load(programs.recipe())
    said = f"compiling a small program with a compiler into {cache}: once for this machine, about 1"
    assert capsys.readouterr().err.count(said) == 1
    assert (tmp_path / "job.log").read_text().count(said) == 1


@pytest.mark.parametrize("content", ["nothing", "half", "something else"])
def test_a_broken_program_is_compiled_again(tmp_path, cache, content):
    made = [programs.REAL, "-shared", "-fPIC", "-x", "c++", "-", "-o", str(tmp_path / "whole")]
    subprocess.run(made, input=programs.SOURCE, text=True, check=True)
    whole = (tmp_path / "whole").read_bytes()
    parts = {"nothing": b"", "half": whole[: len(whole) // 2], "something else": b"x" * 5000}
    cache.mkdir()
    (cache / "small.so").write_bytes(parts[content])
    assert is_in(library.load(programs.recipe(programs.counting(tmp_path))), cache)
    assert programs.calls(tmp_path) == 1


def below_a_file(tmp_path, cache, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("PARAMSCAPE_CACHE", str(tmp_path / "file" / "cache"))


def no_home(tmp_path, cache, monkeypatch):
    for name in ("PARAMSCAPE_CACHE", "HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(places.pwd, "getpwuid", lambda uid: {}[uid])


def read_only(tmp_path, cache, monkeypatch):
    @contextmanager
    def refused(file, work):
        if file.parent == cache:
            raise OSError(30, "Read-only file system")
        yield

    monkeypatch.setattr(library, "one_at_a_time", refused)


def full_disk(tmp_path, cache, monkeypatch):
    full = f'case "$*" in *{cache}*) echo "No space left on device" >&2; exit 1;; esac'
    compiler = programs.script(tmp_path / "full", full, f'exec {programs.REAL} "$@"')
    monkeypatch.setattr(programs, "REAL", str(compiler))


def written_by_all(tmp_path, cache, monkeypatch):
    cache.mkdir()
    cache.chmod(0o777)


def not_executable(tmp_path, cache, monkeypatch):
    real = library.ctypes.CDLL

    def load(name):
        if Path(name).parent == cache:
            raise OSError(f"{name}: failed to map segment from shared object")
        return real(name)

    monkeypatch.setattr(library.ctypes, "CDLL", load)


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        (below_a_file, "Not a directory"),
        (no_home, None),
        (read_only, "Read-only file system"),
        (full_disk, "No space left on device"),
        (written_by_all, "any user of this machine could have written there"),
        (not_executable, "no program can be loaded from it"),
    ],
)
def test_without_a_usable_cache_a_private_folder_is_taken(
    tmp_path, cache, monkeypatch, capsys, place, reason
):
    place(tmp_path, cache, monkeypatch)
    private = tmp_path / "temporary" / f"paramscape-{os.getuid()}"
    assert is_in(library.load(programs.recipe(programs.REAL)), private)
    assert private.stat().st_mode & 0o777 == 0o700
    said = re.findall("paramscape: (.*); using .* instead", capsys.readouterr().err)
    assert len(said) == (reason is not None) and (reason or "") in "".join(said)
    assert is_in(library.load(programs.recipe("no compiler")), private)
    assert capsys.readouterr().err == ""


def test_a_cache_that_is_filled_serves_those_who_cannot_write_it(tmp_path, cache, monkeypatch):
    library.load(programs.recipe())
    monkeypatch.setattr(library, "one_at_a_time", None)
    assert is_in(library.load(programs.recipe("no compiler")), cache)


def test_whoever_trusts_the_other_users_loads_what_they_may_write(cache, monkeypatch):
    cache.mkdir()
    cache.chmod(0o777)
    monkeypatch.setenv("PARAMSCAPE_TRUST_CACHE", "1")
    assert is_in(library.load(programs.recipe()), cache)


def test_a_program_that_others_may_write_is_compiled_again(tmp_path, cache):
    compiler = programs.counting(tmp_path)
    library.load(programs.recipe(compiler))
    (cache / "small.so").chmod(0o777)
    assert is_in(library.load(programs.recipe(compiler)), cache)
    assert programs.calls(tmp_path) == 2
    assert not places.anyone_may_write(cache / "small.so")


def test_without_any_folder_the_error_names_all_and_what_to_do(tmp_path, cache, monkeypatch):
    below_a_file(tmp_path, cache, monkeypatch)
    shutil.rmtree(tmp_path / "temporary")
    (tmp_path / "temporary").touch()
    with pytest.raises(OSError, match=r"(?s)file/cache: Not a directory.*\$PARAMSCAPE_CACHE"):
        library.load(programs.recipe())


def test_a_compiler_that_fails_is_quoted(tmp_path, cache):
    broken = programs.script(tmp_path / "broken", "echo no such machine >&2", "exit 1")
    with pytest.raises(CompilerError, match=r"(?s)\$CXX.*PARAMSCAPE_VIC=eager.*no such machine"):
        library.load(programs.recipe(broken))
    assert list(cache.iterdir()) == []


def test_working_folders_of_killed_processes_are_removed(cache, caplog):
    old, new = cache / ".compiling-old", cache / ".compiling-new"
    for folder in (old, new):
        folder.mkdir(parents=True)
        (folder / "small.so").touch()
    os.utime(old, (1, 1))
    with caplog.at_level(logging.INFO):
        library.load(programs.recipe())
    assert not old.exists() and new.exists()
