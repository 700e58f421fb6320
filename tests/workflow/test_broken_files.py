"""In a real small study a broken file is named and made again, and so is any file on demand."""

import hashlib
import re
import shlex
from pathlib import Path

import pytest
import yaml

from paramscape.cli import main

ROOT = Path("results/tiny")
FORCING = ROOT / "vic/forcing.2009.nc"
SETTINGS = {
    "study": {"name": "tiny", "title": "A tiny twin", "seed": 7},
    "domain": {
        "kind": "mask",
        "grid": {"west": 114.0, "east": 114.5, "south": 32.0, "north": 32.5, "resolution": 0.25},
        "path": f"{ROOT}/raw/basin.nc",
        "variable": "mask",
    },
    "periods": {
        "warmup": {"start": "2009-01-01", "end": "2009-01-03"},
        "train": {"start": "2009-01-04", "end": "2009-01-20"},
        "validation": {"start": "2009-01-21", "end": "2009-01-25"},
        "test": {"start": "2009-01-26", "end": "2009-01-31"},
    },
    "products": {
        "forcing": {"product": "cmfd-v1.6", "folder": f"{ROOT}/raw/cmfd"},
        "elevation": {"path": f"{ROOT}/raw/cmfd/elev_ITPCAS-CMFD_V0106_B-01_010deg.nc"},
        "soil": {
            "product": "china-soil",
            "hydraulic_folder": f"{ROOT}/raw/soil-hydraulic",
            "properties_folder": f"{ROOT}/raw/soil-properties",
        },
        "land_cover": {"path": f"{ROOT}/raw/land-cover.nc", "scheme": "umd"},
        "observations": {
            "et": {"product": "gleam-v3", "folder": f"{ROOT}/raw/gleam", "version": "v3.7a"}
        },
    },
    "ensemble": {"train": 2, "validation": 1, "test": 1, "batch": 4},
    "calibration": {"target": "et", "runs": [{"method": "default", "simulator": "vic"}]},
    "twin": {"seed": 1979},
}


@pytest.fixture(scope="module")
def tiny(untouched):
    """A study of four cells and a month, run as far as VIC's forcing."""
    path = untouched.folder / "config/tiny.yaml"
    path.write_text(yaml.safe_dump(SETTINGS))
    run(untouched)
    return untouched


def run(workflow) -> str:
    """Start the study and return what Snakemake says."""
    answer = workflow.snakemake(
        "--configfile", "config/tiny.yaml", "--", str(ROOT / "domain.nc"), str(FORCING)
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer.stdout + answer.stderr


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of the study's NetCDF files."""
    files = sorted((folder / ROOT).rglob("*.nc"))
    return {str(file): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def test_broken_files_are_named_and_made_again_with_the_same_bytes(tiny) -> None:
    clean, root = digests(tiny.folder), tiny.folder / ROOT
    cut, foreign = root / "raw/basin.nc", root / "domain.nc"
    cut.write_bytes(cut.read_bytes()[:1000])
    foreign.write_bytes((tiny.folder / FORCING).read_bytes())
    said = run(tiny)
    assert re.search(r"raw/basin\.nc: it was cut off: 1000 of \d+ bytes are left", said)
    assert "domain.nc: it is another file or was changed: not what its rule prepare_domain" in said
    assert digests(tiny.folder) == clean
    assert (root / "domain.nc.broken").exists()
    assert "Nothing to be done" in run(tiny)


def test_every_file_has_a_record_and_none_is_half_written(tiny) -> None:
    files = {f for f in (tiny.folder / ROOT).rglob("*") if f.is_file() and f.suffix == ".nc"}
    assert len(files) > 15
    assert not [f for f in files if not (f.parent / ".provenance" / f"{f.name}.json").exists()]
    assert not list((tiny.folder / ROOT).rglob("*.partial"))


def test_the_command_that_explain_prints_makes_the_file_again(tiny, capsys, monkeypatch) -> None:
    monkeypatch.chdir(tiny.folder)
    before = FORCING.stat().st_mtime_ns, FORCING.read_bytes()
    assert main(["explain", str(FORCING)]) == 0
    said = capsys.readouterr().out
    for part in ("rule prepare_forcing of study tiny", "year 2009", "seed      7", "domain.nc"):
        assert part in said
    program, *arguments = shlex.split(said.splitlines()[-1])
    assert program == "snakemake"
    answer = tiny.snakemake(*arguments)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert FORCING.stat().st_mtime_ns > before[0]
    assert FORCING.read_bytes() == before[1]
