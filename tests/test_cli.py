"""The command line says what is wrong and exits with 1."""

import argparse
import json
import shutil
from pathlib import Path

import pytest
import xarray as xr

from paramscape.bench.run import GROUPS
from paramscape.cli import _parser, main


def test_a_study_without_its_files_is_told_so(repository, monkeypatch, capsys) -> None:
    monkeypatch.chdir(repository)
    assert main(["check", "config/huaihe.yaml"]) == 1
    assert "692 raw file(s) of this study are missing" in capsys.readouterr().err


def test_the_demo_needs_no_file(repository, monkeypatch, capsys) -> None:
    monkeypatch.chdir(repository)
    assert main(["check", "config/demo.yaml"]) == 0
    assert "valid (profile paper)" in capsys.readouterr().out


def test_the_schema_is_json(capsys) -> None:
    main(["schema"])
    assert json.loads(capsys.readouterr().out)["title"] == "Study"


def test_vic_takes_vics_global_file(shared: Path, tmp_path, monkeypatch, capsys) -> None:
    case = shared / "vic-reference/huaihe-daily"
    for name in ("domain.nc", "params.nc", "forcing.2009.nc"):
        shutil.copy(case / name, tmp_path)
    text = (case / "global.txt").read_text()
    text = text.replace("ENDYEAR 2010", "ENDYEAR 2009").replace("ENDMONTH 12", "ENDMONTH 1")
    (tmp_path / "global.txt").write_text(text.replace("ENDDAY 31", "ENDDAY 3"))
    monkeypatch.chdir(tmp_path)
    assert main(["vic", "-g", "global.txt"]) == 0
    written = Path(capsys.readouterr().out.strip())
    with xr.open_dataset(written) as ours, xr.open_dataset(case / "fluxes.nc") as vics:
        difference = ours["OUT_EVAP"] - vics["OUT_EVAP"].isel(time=slice(3))
        assert ours.sizes["time"] == 3
        assert float(abs(difference).max()) < 1e-9


def test_an_option_outside_the_water_balance_is_refused(shared, tmp_path, monkeypatch, capsys):
    text = (shared / "vic-reference/huaihe-daily/global.txt").read_text()
    (tmp_path / "global.txt").write_text(text.replace("FULL_ENERGY FALSE", "FULL_ENERGY TRUE"))
    monkeypatch.chdir(tmp_path)
    assert main(["vic", "-g", "global.txt"]) == 1
    assert "FULL_ENERGY" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["vic"], ["unknown"]])
def test_a_wrong_command_shows_the_usage(arguments, capsys) -> None:
    with pytest.raises(SystemExit):
        main(arguments)
    assert "usage: paramscape" in capsys.readouterr().err


def parsers(parser: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    """A parser and those of all its commands."""
    found = [parser]
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            found += [p for below in action.choices.values() for p in parsers(below)]
    return found


@pytest.mark.parametrize("parser", parsers(_parser()), ids=lambda parser: parser.prog)
def test_the_help_of_every_command_is_complete(parser) -> None:
    text = parser.format_help()
    assert parser.description and f"examples:\n  {parser.prog}" in text
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            listed = [choice.dest for choice in action._choices_actions if choice.help]
            assert listed == list(action.choices)
        else:
            assert action.help, action.dest
            stated = action.default in (None, False, argparse.SUPPRESS)
            assert stated or f"[{action.default or 'all'}]" in " ".join(text.split()), action.dest


def test_the_help_names_every_group_of_measurements(capsys) -> None:
    with pytest.raises(SystemExit):
        main(["bench", "--help"])
    assert ", ".join(GROUPS) in " ".join(capsys.readouterr().out.split())


def test_the_command_alone_prints_the_help(capsys) -> None:
    assert main([]) == 0
    printed = capsys.readouterr().out
    assert all(name in printed for name in ("vic", "check", "schema", "explain", "bench"))
