"""VIC's text files are read as VIC reads them, whatever program wrote them."""

import codecs

import pytest
import xarray as xr
from global_lines import change_global

from paramscape.vic.image import run_global
from paramscape.vic.image.constants_file import read_constants
from paramscape.vic.image.errors import GlobalFileError
from paramscape.vic.image.global_file import read_global_file
from paramscape.vic.image.text_file import words_of

CASE = "walnut-gulch-daily"
COMMENT = "# measured at 5 °C …\n"


@pytest.mark.parametrize(
    "encoded",
    [
        lambda text: codecs.BOM_UTF8 + (COMMENT + text).encode(),
        lambda text: codecs.BOM_UTF8 + text.encode(),
        lambda text: b"# 5 \xb0C, \x85 and \x96\n" + text.encode(),
        lambda text: (COMMENT + text).encode("gb18030"),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace("\n", "   \t\n \t \n").replace(" ", "\t").encode(),
        lambda text: text.replace("\n", "  # so, \xb5\n").encode("latin-1"),
        lambda text: text.replace("STEPS_PER_DAY", "Steps_per_day").encode(),
    ],
)
def test_encoding_line_ends_blanks_and_comments_change_nothing(prepared, encoded):
    folder = prepared(CASE)
    wanted = read_global_file("global.txt")
    (folder / "global.txt").write_bytes(encoded((folder / "global.txt").read_text()))
    assert read_global_file("global.txt") == wanted


def test_a_sign_of_number_within_a_name_of_a_file_belongs_to_it(prepared):
    folder = prepared(CASE, ["OUTFILE f", "OUTVAR OUT_PREC"], ENDMONTH=1, ENDDAY=2)
    (folder / "domain.nc").rename(folder / "domain#3.nc")
    change_global(folder / "global.txt", DOMAIN="domain#3.nc #the third")
    assert [path.name for path in run_global("global.txt")] == ["f.2008-01-01.nc"]


def test_names_of_files_may_hold_bytes_that_are_no_utf8(prepared):
    folder = prepared(CASE, ["OUTFILE f", "OUTVAR OUT_PREC"], ENDMONTH=1, ENDDAY=2)
    name = b"domain-\xe4.nc".decode("utf-8", "surrogateescape")
    try:
        (folder / "domain.nc").rename(folder / name)
    except OSError:
        pytest.skip("this file system wants names in UTF-8")
    text = (folder / "global.txt").read_text().replace("domain.nc", name)
    (folder / "global.txt").write_bytes(text.encode("utf-8", "surrogateescape"))
    assert read_global_file("global.txt").domain.is_file()


def test_text_of_two_bytes_a_letter_is_refused_with_the_cure(tmp_path):
    path = tmp_path / "global.txt"
    path.write_text("MODEL_STEPS_PER_DAY 24\n", encoding="utf-16")
    with pytest.raises(GlobalFileError, match=r"not plain text: .* save it as UTF-8 or ASCII"):
        list(words_of(path))


def test_a_place_names_the_line_an_editor_shows(tmp_path):
    path = tmp_path / "global.txt"
    path.write_bytes(b"# a \x85 b\r\n\r\nSTARTYEAR 2008 # c\r\n")
    assert list(words_of(path)) == [(f"{path}:3", ["STARTYEAR", "2008"])]


def test_of_an_option_given_twice_the_last_counts_as_in_vic(prepared, caplog):
    folder = prepared(CASE)
    text = (folder / "global.txt").read_text()
    text = text.replace("FORCE_TYPE WIND wind", "FORCE_TYPE WIND u10\nFORCE_TYPE WIND wind")
    (folder / "global.txt").write_text("STARTDAY 3\n" + text)
    run = read_global_file("global.txt")
    assert run.start.day == 1 and run.forcing["wind"] == ("forcing.", "wind")
    assert "STARTDAY is given again; the last counts" in caplog.text
    assert "FORCE_TYPE WIND is given again; the last counts" in caplog.text


def test_constants_are_read_like_the_global_file(tmp_path):
    path = tmp_path / "constants.txt"
    path.write_bytes(codecs.BOM_UTF8 + b"snow_new_snow_alb\t0.8 # \xb0\r\n\r\n  #SVP_A 1\r\n")
    assert read_constants(path) == {"NEW_SNOW_ALBEDO": 0.8}


@pytest.mark.parametrize("value", ["nan", "inf", "SNOW", ""])
def test_a_constant_is_a_finite_number(tmp_path, value):
    path = tmp_path / "constants.txt"
    for name in ("SNOW_ALB_THAW_A", "SNOW_TRACESNOW", "SVP_A"):
        path.write_text(f"{name} {value}\n")
        with pytest.raises(GlobalFileError, match=f"{name} needs a number"):
            read_constants(path)


def test_a_missing_canopy_fraction_is_an_error_that_names_option_and_cure(prepared):
    folder = prepared(CASE, FCAN_SRC="FROM_VEGPARAM", ENDMONTH=1, ENDDAY=2)
    with xr.open_dataset(folder / "params.nc", decode_times=False) as ds:
        assert "fcanopy" not in ds
    with pytest.raises(ValueError, match=r"params.nc: .* no variable 'fcanopy', which FCAN_SRC"):
        run_global("global.txt")
