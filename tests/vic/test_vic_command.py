"""`paramscape vic` takes the arguments of VIC's own program and says what went wrong."""

import pytest

from paramscape.cli import main

OUTPUT = ["OUTFILE f", "OUTVAR OUT_PREC"]


def test_a_run_prints_its_files_and_succeeds(prepared, capsys):
    prepared("walnut-gulch-daily", OUTPUT, ENDMONTH=1, ENDDAY=2)
    assert main(["vic", "-g", "global.txt"]) == 0
    assert capsys.readouterr().out.strip() == "f.2008-01-01.nc"


def test_a_run_that_is_refused_fails_with_the_reason(prepared, capsys):
    prepared("walnut-gulch-daily", OUTPUT, LAKES="TRUE")
    assert main(["vic", "-g", "global.txt"]) == 1
    assert "LAKES TRUE is outside water-balance mode" in capsys.readouterr().err
    assert main(["vic", "-g", "nothing.txt"]) == 1
    assert "nothing.txt" in capsys.readouterr().err


@pytest.mark.parametrize("flag", ["-v", "-o"])
def test_version_and_what_is_built_in_are_printed(flag, capsys):
    try:
        assert main(["vic", flag]) == 0
    except SystemExit as end:
        assert end.code == 0
    assert "mage" in capsys.readouterr().out


def test_without_a_global_file_the_usage_is_shown(capsys):
    with pytest.raises(SystemExit) as end:
        main(["vic"])
    assert end.value.code != 0 and "-g FILE" in capsys.readouterr().err
