"""Places outside the study: a home that is missing, and folders that others may write."""

import os
from pathlib import Path

import pytest

from paramscape.files import places


@pytest.fixture(autouse=True)
def surroundings(tmp_path, monkeypatch):
    """No variable of the user's own, and temporary files in the test's folder."""
    for name in ("PARAMSCAPE_CACHE", "PARAMSCAPE_TRUST_CACHE", "XDG_CACHE_HOME", "XDG_CONFIG_HOME",
                 "MPLCONFIGDIR"):  # fmt: skip
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(places.tempfile, "tempdir", str(tmp_path))
    places.private_folder.cache_clear()
    yield
    places.private_folder.cache_clear()


def test_the_cache_is_where_the_user_says_else_in_the_users_cache_folder(monkeypatch):
    monkeypatch.setenv("HOME", "/home/somebody")
    assert places.cache_folder() == Path("/home/somebody/.cache/paramscape")
    monkeypatch.setenv("XDG_CACHE_HOME", "not/absolute")
    assert places.cache_folder() == Path("/home/somebody/.cache/paramscape")
    monkeypatch.setenv("XDG_CACHE_HOME", "/scratch/cache")
    assert places.cache_folder() == Path("/scratch/cache/paramscape")
    monkeypatch.setenv("PARAMSCAPE_CACHE", "~/programs")
    assert places.cache_folder() == Path("/home/somebody/programs")


@pytest.mark.parametrize("home", [None, ""])
def test_a_user_without_a_home_has_no_cache_folder(monkeypatch, home):
    monkeypatch.delenv("HOME", raising=False)
    if home is not None:
        monkeypatch.setenv("HOME", home)
    monkeypatch.setattr(places.pwd, "getpwuid", lambda uid: {}[uid])
    assert places.home_folder() is None and places.cache_folder() is None


def test_the_private_folder_is_shared_by_the_users_processes_alone(tmp_path):
    folder = places.private_folder()
    assert folder == tmp_path / f"paramscape-{os.getuid()}"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert not places.anyone_may_write(folder / "file")


@pytest.mark.parametrize("taken", ["open to others", "a link", "a file"])
def test_a_private_folder_whose_name_is_taken_gets_another(tmp_path, taken):
    place = tmp_path / f"paramscape-{os.getuid()}"
    if taken == "open to others":
        place.mkdir()
        place.chmod(0o755)
    elif taken == "a link":
        (tmp_path / "elsewhere").mkdir(mode=0o700)
        place.symlink_to(tmp_path / "elsewhere")
    else:
        place.touch()
    folder = places.private_folder()
    assert folder != place and folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("mode", "expected"), [(0o755, False), (0o775, False), (0o1777, False), (0o777, True)]
)
def test_a_file_is_as_safe_as_the_folders_above_it(tmp_path, mode, expected):
    folder = tmp_path / "above" / "folder"
    folder.mkdir(parents=True)
    (folder / "file").touch()
    (tmp_path / "above").chmod(mode)
    assert places.anyone_may_write(folder / "file") == expected


def test_a_link_is_as_safe_as_what_it_points_to(tmp_path):
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    (tmp_path / "link").symlink_to(tmp_path / "open")
    assert places.anyone_may_write(tmp_path / "link" / "file")


def test_what_somebody_else_put_into_a_folder_for_all_is_not_safe(tmp_path, monkeypatch):
    (tmp_path / "all").mkdir()
    (tmp_path / "all").chmod(0o1777)
    (tmp_path / "all" / "file").touch()
    assert not places.anyone_may_write(tmp_path / "all" / "file")
    os.chown(tmp_path / "all" / "file", 12345, -1) if os.getuid() == 0 else monkeypatch.setattr(
        places.os, "getuid", lambda: 12345
    )
    assert places.anyone_may_write(tmp_path / "all" / "file")


def test_results_that_cannot_be_written_are_refused_with_what_to_do(tmp_path, monkeypatch):
    places.require_writable(tmp_path / "results" / "demo")
    assert not (tmp_path / "results").exists()
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError, match=r"file is no folder; .* --directory"):
        places.require_writable(tmp_path / "file" / "results")
    monkeypatch.setattr(places.os, "access", lambda *_: False)
    with pytest.raises(PermissionError, match=r"demo cannot be written, .*; .* --directory"):
        places.require_writable(tmp_path / "results" / "demo")


def test_matplotlib_gets_a_folder_only_where_the_users_cannot_be_written(tmp_path, monkeypatch):
    monkeypatch.setenv("MPLCONFIGDIR", "")
    monkeypatch.setenv("HOME", str(tmp_path))
    places.prepare_matplotlib()
    assert os.environ["MPLCONFIGDIR"] == ""
    (tmp_path / "file").touch()
    monkeypatch.setenv("HOME", str(tmp_path / "file"))
    places.prepare_matplotlib()
    assert Path(os.environ["MPLCONFIGDIR"]) == places.private_folder() / "matplotlib"
    assert Path(os.environ["MPLCONFIGDIR"]).is_dir()
