"""Public files are nodes of the workflow until they are there, and raw data from then on."""

import hashlib

import pytest

from paramscape.data.ledger import Ledger, PublicFile
from stand_in_server import stand_in
from walnut_gulch import served, write_ledger

DOMAIN = "data/vic-walnut-gulch/domain.WalnutGulch.0.0625_deg.nc"
STUDY = ("--configfile", "config/walnut-gulch.yaml", "config/own-ledger.yaml")


@pytest.fixture
def server(untouched, monkeypatch):
    """A stand-in for the addresses, and a ledger of what it holds."""
    files = {}
    for entry in Ledger.read():
        content = entry.file.encode() * 100
        about = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        files[PublicFile(**entry.model_dump() | about)] = content
    ledger = untouched.folder / "own-ledger.csv"
    write_ledger(files, ledger)
    (untouched.folder / STUDY[2]).write_text(f"products: {{ledger: {ledger}}}\n")
    monkeypatch.setenv("no_proxy", "*")
    with stand_in() as server:
        server.files |= served(files)
        monkeypatch.setenv("PARAMSCAPE_MIRROR", server.address)
        yield server


def test_a_clone_without_data_plans_to_fetch_each_file(untouched, server):
    planned = {rule for rule in untouched.planned(*STUDY) if rule.startswith("fetch_")}
    assert len(planned) == 5 and server.asked == []


def test_a_file_is_fetched_by_its_rule_and_then_stays(untouched, server):
    path = untouched.folder / DOMAIN
    answer = untouched.snakemake(*STUDY, "--", DOMAIN)
    text = answer.stdout + answer.stderr
    assert answer.returncode == 0, text
    assert "Fetch domain.WalnutGulch.0.0625_deg.nc of vic-walnut-gulch" in text
    assert path.read_bytes() == b"domain.WalnutGulch.0.0625_deg.nc" * 100
    rules = untouched.planned(*STUDY, "--forceall")
    assert len([rule for rule in rules if rule.startswith("fetch_")]) == 4
    path.write_bytes(b"shorter")
    wrong = untouched.snakemake("--dry-run", *STUDY)
    assert wrong.returncode != 0 and "7 bytes" in wrong.stdout + wrong.stderr
    path.unlink()


def test_without_a_network_the_job_says_what_to_do(untouched, server, monkeypatch):
    monkeypatch.setenv("PARAMSCAPE_MIRROR", "http://127.0.0.1:9")
    answer = untouched.snakemake(*STUDY, "--", DOMAIN)
    text = answer.stdout + answer.stderr
    assert answer.returncode != 0
    (log,) = untouched.folder.glob("results/walnut-gulch/logs/fetch.domain*.log")
    for part in ("Without a network", DOMAIN, "raw.githubusercontent.com", "SHA-256"):
        assert part in text and part in log.read_text(), part
    assert not (untouched.folder / DOMAIN).exists()


def test_a_wrong_row_of_a_ledger_stops_before_the_dag(untouched, server):
    ledger = untouched.folder / "own-ledger.csv"
    ledger.write_text(ledger.read_text().replace(",GPL-2.0,", ",,"))
    answer = untouched.snakemake("--dry-run", *STUDY)
    text = answer.stdout + answer.stderr
    assert answer.returncode != 0
    assert "own-ledger.csv, line 2: licence" in text and "Traceback" not in text
