"""The data ledger: its rows are complete, and what it says of a file is what the file is."""

import hashlib
from pathlib import Path

import pytest

from paramscape.data.ledger import LEDGER, Ledger, LedgerError
from paramscape.products.catalogue import missing_files, public_files, require_files
from paramscape.study import load

ROW = "mine,1,a.nc,3,{sum},CC0,https://host.example/a.nc,me"


@pytest.fixture
def own(tmp_path):
    """A writer of a ledger with one row."""

    def write(row: str) -> Path:
        path = tmp_path / "ledger.csv"
        path.write_text(LEDGER.read_text().splitlines()[0] + "\n" + row + "\n")
        return path

    return write


def test_the_towers_of_the_ledger_are_the_sample_files(shared):
    towers = [file for file in Ledger.read() if file.data_set == "callmip-phase1"]
    assert [t.file[:6] for t in towers] == ["US-Whs", "US-Wkg"]
    for tower in towers:
        assert tower.fault(shared / "samples" / "callmip" / tower.file) is None


def test_every_address_holds_its_version_so_that_it_cannot_change():
    for file in Ledger.read():
        assert f"/{file.version}/" in file.address and file.address.endswith(f"/{file.file}")


def test_a_file_is_known_by_its_folder_and_name_wherever_that_lies():
    ledger = Ledger.read()
    name = "domain.WalnutGulch.0.0625_deg.nc"
    assert ledger.of(Path("/scratch/vic-walnut-gulch") / name).size == 3288
    assert ledger.of(Path("elsewhere") / name) is None


def test_a_ledger_of_ones_own_comes_first_and_adds_to_the_packages(own):
    entry = next(iter(Ledger.read()))
    row = ROW.format(sum="0" * 64).replace("mine,1,a.nc", f"{entry.data_set},2,{entry.file}")
    found = Ledger.read(own(row))
    assert found.of(Path(entry.data_set) / entry.file).version == "2"
    assert len(list(found)) == len(list(Ledger.read()))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (",3,", ",-3,", "size"),
        ("0000,CC0", "0000Z,CC0", "sha256"),
        ("https://host.example", "ftp://host.example", "address"),
        (",a.nc,3", ",../a.nc,3", "file"),
        ("mine,1", ",1", "data_set"),
        (",me", "", "citation"),
        (",me", ",me,more", "further columns"),
    ],
)
def test_a_wrong_row_is_named_by_line_and_column(own, old, new, said):
    path = own(ROW.format(sum="0" * 64).replace(old, new))
    with pytest.raises(LedgerError, match=f"ledger.csv, line 2: .*{said}"):
        Ledger.read(path)


def test_a_ledger_that_is_not_there_names_its_setting(tmp_path):
    with pytest.raises(LedgerError, match=r"products\.ledger"):
        Ledger.read(tmp_path / "none.csv")


def test_a_file_of_another_size_or_content_is_not_the_ledgers(tmp_path, own):
    entry = Ledger.read(own(ROW.format(sum=hashlib.sha256(b"abc").hexdigest()))).of(
        Path("mine/a.nc")
    )
    path = tmp_path / "a.nc"
    for content, said in ((b"abc", None), (b"ab", "2 bytes"), (b"abd", "SHA-256")):
        path.write_bytes(content)
        fault = entry.fault(path)
        assert fault is None if said is None else said in fault


def test_a_study_without_its_public_files_is_told_the_command(repository, tmp_path, monkeypatch):
    study = load(repository / "config/walnut-gulch.yaml")
    monkeypatch.chdir(tmp_path)
    assert len(public_files(study)) == 5
    assert all(file.public for file in missing_files(study))
    with pytest.raises(FileNotFoundError, match=r"run `paramscape fetch STUDY\.yaml`") as stop:
        require_files(study)
    for file in Ledger.read():
        assert file.address in str(stop.value)
    require_files(study, fetched=True)
