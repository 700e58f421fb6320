"""Every kind of file says where it came from, with its record and without."""

import json
from pathlib import Path

import pandas as pd
import pytest
import xarray as xr

from paramscape.cli import main
from paramscape.figures._page import page
from paramscape.files import (
    Provenance,
    made_by,
    read_json,
    read_table,
    save_netcdf,
    stamp,
    write_json,
    write_markdown,
    write_table,
)
from paramscape.jobs.explain import explain, study_provenance
from paramscape.jobs.records import Record

MADE = Provenance.of("tiny", {"seed": 1}, 7)
JOB = {
    "rule": "average",
    "wildcards": {"seed": "2"},
    "study": "tiny",
    "settings": {"ensemble": {"train": 4}},
    "settings_digest": "0123456789abcdef",
    "seed": 7,
    "code": "abc",
    "version": "0.1.0",
    "commit": "deadbeef",
    "packages": {"numpy": "2.4.6"},
    "started": "2026-01-01T00:00:00+00:00",
    "finished": "2026-01-01T00:00:09+00:00",
    "command": "snakemake --cores all --force -- mean.nc",
}


def write(path: Path) -> None:
    """Write a file of the kind that its ending says."""
    if path.suffix == ".csv":
        write_table(pd.DataFrame({"a": [1.5]}), path)
    elif path.suffix == ".json":
        write_json({"a": 1}, path)
    elif path.suffix == ".md":
        write_markdown(path, "text\n")
    elif path.suffix == ".nc":
        save_netcdf(xr.Dataset(attrs=MADE.attributes()), path)
    else:
        with page(path.with_suffix(""), 1, 1):
            pass


@pytest.mark.parametrize("ending", ["csv", "json", "md", "nc", "png", "pdf"])
def test_a_file_says_where_it_came_from_without_its_record(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"file.{ending}"
    with made_by(MADE):
        write(path)
    said = explain(path)
    assert MADE.settings_digest in said
    assert "seed 7" in said
    assert "tiny" in said


def test_tables_and_settings_are_read_back_without_where_they_came_from(tmp_path: Path) -> None:
    with made_by(MADE):
        write(tmp_path / "a.csv")
        write(tmp_path / "a.json")
        assert read_json(tmp_path / "a.json") == {"a": 1, "provenance": stamp()}
    assert read_table(tmp_path / "a.csv", ["a"]).to_dict("list") == {"a": [1.5]}
    assert stamp() == ""


def test_a_record_says_how_and_when_and_how_to_make_the_file_again(tmp_path: Path) -> None:
    path = tmp_path / "mean.nc"
    path.write_bytes(b"mean")
    Record.write(path, {**JOB, "inputs": {"members.nc": {}}})
    said = explain(path)
    for part in ("rule average of study tiny, seed 2", "train: 4", "members.nc", "numpy 2.4.6"):
        assert part in said
    assert said.endswith(JOB["command"])
    assert "as it was written" in said
    path.write_bytes(b"me")
    assert "it was cut off: 2 of 4 bytes are left" in explain(path)


def test_a_file_of_nobody_and_no_file_are_errors(tmp_path: Path, capsys) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    assert main(["explain", str(tmp_path / "notes.txt")]) == 1
    assert "no job of a study wrote it" in capsys.readouterr().err
    assert main(["explain", str(tmp_path / "absent.nc")]) == 1
    assert "there is no such file" in capsys.readouterr().err


def test_a_studys_provenance_follows_its_files_to_the_raw_data(tmp_path: Path) -> None:
    raw, mean, figure = (tmp_path / name for name in ("raw.nc", "mean.nc", "figure.png"))
    for path, inputs in ((raw, None), (mean, [raw]), (figure, [mean])):
        path.write_bytes(path.name.encode())
        if inputs is not None:
            Record.write(path, {**JOB, "inputs": {str(file): {} for file in inputs}})
    found = study_provenance([figure], {"study": {"name": "tiny"}})
    assert set(found["files"]) == {str(raw), str(mean), str(figure)}
    assert found["files"][str(figure)]["inputs"] == [str(mean)]
    assert found["files"][str(raw)]["rule"] is None
    assert found["packages"] == {"numpy": "2.4.6"}
    json.dumps(found)
