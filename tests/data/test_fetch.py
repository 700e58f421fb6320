"""Public files arrive whole or not at all, whatever happens on the way."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from paramscape.cli import main
from paramscape.data.fetch import FetchError, Transfer, by_hand, fetch, fetch_all
from paramscape.data.ledger import LedgerError, PublicFile
from stand_in_server import dies_after, sends, stand_in

CONTENT = bytes(range(256)) * 2000
PLACE = "/owner/repository/commit/folder/a.nc"
ONCE = Transfer(tries=1, patience=2.0)
TWICE = Transfer(tries=2, patience=2.0)


def entry_of(content: bytes, name: str = "a.nc") -> PublicFile:
    return PublicFile(
        data_set="set",
        version="commit",
        file=name,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        licence="CC0",
        address="https://host.example" + PLACE.replace("a.nc", name),
        citation="nobody (2026)",
    )


ENTRY = entry_of(CONTENT)


@pytest.fixture
def server(monkeypatch):
    with stand_in() as server:
        server.files[PLACE] = CONTENT
        monkeypatch.setenv("PARAMSCAPE_MIRROR", server.address + "/")
        monkeypatch.setenv("no_proxy", "*")
        yield server


@pytest.fixture
def path(tmp_path):
    return tmp_path / "set" / "a.nc"


def left_in(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_a_good_file_arrives_once_under_its_name_alone(server, path):
    assert fetch(path, ENTRY, ONCE) is True
    assert path.read_bytes() == CONTENT and left_in(path.parent) == ["a.nc"]
    assert fetch(path, ENTRY, ONCE) is False
    assert server.asked == [(PLACE, None)]


def test_a_file_that_is_there_needs_no_network(path, monkeypatch):
    monkeypatch.setenv("PARAMSCAPE_MIRROR", "http://127.0.0.1:9")
    path.parent.mkdir()
    path.write_bytes(CONTENT)
    assert list(fetch_all({path: ENTRY}, ONCE)) == [(path, False)]


def test_a_transfer_that_breaks_off_goes_on_where_it_was(server, path):
    server.faults.append(dies_after(300_000))
    assert fetch(path, ENTRY, TWICE) is True
    assert server.asked[0] == (PLACE, None)
    first = int(server.asked[1][1].removeprefix("bytes=").rstrip("-"))
    assert 0 < first <= 300_000 and path.read_bytes() == CONTENT


def test_the_next_call_goes_on_where_the_last_one_ended(server, path):
    server.faults.append(dies_after(300_000))
    with pytest.raises(FetchError):
        fetch(path, ENTRY, ONCE)
    assert not path.exists() and left_in(path.parent) == [".a.nc.part"]
    assert fetch(path, ENTRY, ONCE) is True
    assert server.asked[1][1] is not None
    assert path.read_bytes() == CONTENT and left_in(path.parent) == ["a.nc"]


def test_a_server_without_ranges_sends_all_of_it_again(server, path):
    server.ranges = False
    server.faults.append(dies_after(300_000))
    assert fetch(path, ENTRY, TWICE) is True
    assert path.read_bytes() == CONTENT


@pytest.mark.parametrize("left", [CONTENT[:1000][::-1], CONTENT + b"more", CONTENT[::-1], CONTENT])
def test_a_wrong_or_complete_part_from_before_does_no_harm(server, path, left):
    path.parent.mkdir()
    path.with_name(".a.nc.part").write_bytes(left)
    assert fetch(path, ENTRY, TWICE) is True
    assert path.read_bytes() == CONTENT and left_in(path.parent) == ["a.nc"]


def test_a_part_that_the_server_cannot_continue_is_dropped(server, path):
    path.parent.mkdir()
    path.with_name(".a.nc.part").write_bytes(CONTENT[:10])
    server.faults.append(sends(b"", 416))
    assert fetch(path, ENTRY, TWICE) is True
    assert server.asked[1] == (PLACE, None) and path.read_bytes() == CONTENT


def test_a_wrong_content_never_appears_under_the_name(server, path):
    server.files[PLACE] = CONTENT[::-1]
    with pytest.raises(FetchError, match="hash"):
        fetch(path, ENTRY, TWICE)
    assert left_in(path.parent) == [] and len(server.asked) == 2


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (sends(b"<html>log in</html>", Content_Type="text/html"), "19 bytes of text/html"),
        (sends(b"gone", 410), "410"),
        (sends(b"who are you", 401), "401"),
    ],
)
def test_an_answer_that_stays_as_it_is_ends_the_tries(server, path, fault, said):
    server.faults.append(fault)
    with pytest.raises(FetchError, match=said):
        fetch(path, ENTRY, TWICE)
    assert left_in(path.parent) == [] and len(server.asked) == 1


def test_an_overloaded_server_is_asked_again(server, path):
    server.faults.append(sends(b"later", 503))
    assert fetch(path, ENTRY, TWICE) is True


def test_without_a_server_all_files_are_named_with_what_to_do(server, tmp_path, monkeypatch):
    other = entry_of(CONTENT[:50], "b.nc")
    files = {tmp_path / "set" / e.file: e for e in (ENTRY, other)}
    monkeypatch.setenv("PARAMSCAPE_MIRROR", "http://127.0.0.1:9")
    with pytest.raises(FetchError, match="Without a network") as stop:
        list(fetch_all(files, ONCE))
    for path, entry in files.items():
        for part in (str(path), entry.address, entry.sha256, f"{entry.size} bytes"):
            assert part in str(stop.value)
    for word in ("https_proxy", "PARAMSCAPE_MIRROR"):
        assert word in by_hand(files)


def test_a_missing_file_does_not_keep_the_others_away(server, tmp_path):
    other = entry_of(CONTENT[:50], "b.nc")
    files = {tmp_path / "set" / e.file: e for e in (other, ENTRY)}
    with pytest.raises(FetchError, match="404") as stop:
        list(fetch_all(files, ONCE))
    assert (tmp_path / "set" / "a.nc").read_bytes() == CONTENT
    assert "a.nc" not in str(stop.value)


def test_another_file_under_the_name_stays_and_is_named(server, path):
    path.parent.mkdir()
    path.write_bytes(b"my own")
    with pytest.raises(LedgerError, match=r"6 bytes.*Move it away"):
        fetch(path, ENTRY, ONCE)
    assert path.read_bytes() == b"my own" and server.asked == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write into every folder")
def test_a_folder_that_cannot_be_written_is_named(server, path):
    path.parent.mkdir(mode=0o555)
    with pytest.raises(FetchError, match=f"{path}.*Permission"):
        fetch(path, ENTRY, ONCE)


def test_a_folder_that_cannot_be_made_is_named(server, tmp_path):
    (tmp_path / "data").write_text("a file")
    with pytest.raises(FetchError, match="data/set"):
        fetch(tmp_path / "data" / "set" / "a.nc", ENTRY, ONCE)


def test_processes_that_want_the_same_file_receive_it_once(server, path):
    code = (
        "import sys; from pathlib import Path; from paramscape.data.fetch import *; "
        "from paramscape.data.ledger import PublicFile; "
        "entry = PublicFile.model_validate_json(sys.argv[2]); "
        "print(fetch(Path(sys.argv[1]), entry, Transfer(tries=1)))"
    )
    command = [sys.executable, "-c", code, str(path), ENTRY.model_dump_json()]
    jobs = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    assert [job.communicate()[1] for job in jobs] == [""] * 3
    assert [job.returncode for job in jobs] == [0] * 3
    assert path.read_bytes() == CONTENT and left_in(path.parent) == ["a.nc"]
    assert len(server.asked) == 1


@pytest.mark.parametrize("mirror", ["127.0.0.1:8000", "/media/copy", "ftp://mirror.example"])
def test_a_mirror_that_is_no_address_is_named(server, path, monkeypatch, mirror):
    monkeypatch.setenv("PARAMSCAPE_MIRROR", mirror)
    with pytest.raises(FetchError, match=f"PARAMSCAPE_MIRROR is '{mirror}'"):
        fetch(path, ENTRY, TWICE)
    assert not path.parent.exists() and server.asked == []


def test_the_proxy_of_the_environment_is_asked(server, path, monkeypatch):
    monkeypatch.delenv("no_proxy")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.setenv("http_proxy", server.address)
    monkeypatch.setenv("PARAMSCAPE_MIRROR", "http://data.example")
    server.files[f"http://data.example{PLACE}"] = CONTENT
    assert fetch(path, ENTRY, ONCE) is True


def test_the_command_fetches_and_names_what_to_cite(server, repository, path, monkeypatch, capsys):
    study = yaml.safe_load((repository / "config/walnut-gulch.yaml").read_text())
    ledger = path.parents[1] / "ledger.csv"
    row = ",".join(map(str, ENTRY.model_dump().values()))
    ledger.write_text(f"{','.join(PublicFile.model_fields)}\n{row}\n")
    study["products"]["ledger"] = str(ledger)
    study["products"]["observations"]["et"]["files"] = [str(path)]
    study["domain"]["path"] = study["vic"]["parameters"] = "mine.nc"
    study["products"]["forcing"]["prefix"] = "mine."
    settings = path.parents[1] / "study.yaml"
    settings.write_text(yaml.safe_dump(study))
    assert main(["fetch", str(settings)]) == 0
    assert path.read_bytes() == CONTENT
    assert "nobody (2026) [CC0]" in capsys.readouterr().out
