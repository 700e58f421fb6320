"""VIC's global parameter file: every option is known, without effect, or refused by name."""

import numpy as np
import pytest
import xarray as xr
from global_lines import change_global

from paramscape.vic.image import run_global
from paramscape.vic.image.errors import GlobalFileError
from paramscape.vic.image.global_file import read_global_file

CASE = "walnut-gulch-daily"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("SNOW_BANDS TRUE", "unknown option SNOW_BANDS; the nearest known one is SNOW_BAND"),
        ("FULL_ENERGY TRUE", "FULL_ENERGY TRUE is outside water-balance mode"),
        ("LAKES lakes.nc", "LAKES lakes.nc is outside water-balance mode"),
        ("LAI_SRC FROM_VEGHIST", "only LAI_SRC FROM_VEGPARAM or FROM_VEGLIB is possible"),
        ("TIME_STEP 24", "TIME_STEP is not possible: VIC 5 wants steps a day: MODEL_STEPS_PER_DAY"),
        ("ARNO_PARAMS TRUE", "ARNO_PARAMS is not possible: write BASEFLOW NIJSSEN2001 for TRUE"),
        ("MIN_RAIN_TEMP 0", "VIC 5 has SNOW_MIN_RAIN_TEMP in the file of CONSTANTS instead"),
        ("SNOW_BAND 5", "SNOW_BAND 5 is not one of TRUE, FALSE"),
        ("CALENDAR LUNAR", "CALENDAR LUNAR is not one of STANDARD"),
        ("NRECS 3.5", "NRECS 3.5 is not a whole number"),
        ("ENDMONTH 13", "is not a date of the proleptic_gregorian calendar"),
        ("STARTYEAR 2012", "the run ends 2009-01-01 00:00:00 before it starts 2012"),
        ("RUNOFF_STEPS_PER_DAY 36", "RUNOFF_STEPS_PER_DAY=36 must be 4 to 1440, above 24"),
        ("DOMAIN_TYPE LATITUDE lat", "unknown DOMAIN_TYPE LATITUDE; the nearest known is LAT"),
        ("FORCE_TYPE AIRTEMP tas", "unknown FORCE_TYPE AIRTEMP; the nearest known is AIR_TEMP"),
        ("FORCING1 forcing.", "FORCING1 comes where FORCING2 is expected"),
        ("OUTVAR OUT_DISCHARGE", "OUT_DISCHARGE is not an output of water-balance mode: it needs"),
        ("OUTVAR OUT_DELTACC", "OUT_DELTACC is not an output of .* it belongs to the energy bal"),
        ("OUTVAR OUT_LAKE_DEPTH", "it needs lakes"),
        ("OUTVAR OUT_RUNOF", "OUT_RUNOF is not an output of VIC; the nearest name is OUT_RUNOFF"),
        ("OUTVAR OUT_RUNOFF", "OUT_RUNOFF is twice in OUTFILE fluxes"),
        ("OUTVAR OUT_VP * OUT_TYPE_CHAR", "VIC's image driver cannot write OUT_TYPE_CHAR"),
        ("OUTVAR OUT_VP * OUT_TYPE_LONG", "type OUT_TYPE_LONG is not one of"),
        ("OUTVAR OUT_VP * * two", "the multiplier two is not a number"),
        ("OUTVAR OUT_VP * * 1 AGG_TYPE_MEDIAN", "aggregation AGG_TYPE_MEDIAN is not one of"),
        ("OUT_FORMAT ASCII", "OUT_FORMAT ASCII is not one of"),
        ("COMPRESS 11", "COMPRESS 11 is not TRUE, FALSE or 0 to 9"),
        ("AGGFREQ WEEKLY", "AGGFREQ WEEKLY is not one of NSTEPS"),
        ("AGGFREQ NDAYS 0", "AGGFREQ NDAYS 0 must count at least 1"),
        ("HISTFREQ DATE soon", "HISTFREQ DATE soon is not a date such as"),
        ("OUTFILE fluxes", "OUTFILE fluxes has no OUTVAR"),
        ("STATENAME state", "STATEYEAR, STATEMONTH, STATEDAY must be given"),
    ],
)
def test_a_line_that_cannot_be_heeded_is_refused_with_its_reason(prepared, line, message):
    folder = prepared(CASE)
    with open(folder / "global.txt", "a") as file:
        file.write(line + "\n")
    with pytest.raises(ValueError, match=message):
        read_global_file("global.txt")


@pytest.mark.parametrize("name", ["DOMAIN", "RESULT_DIR", "STARTDAY", "FORCING1"])
def test_options_that_vic_demands_must_be_given(prepared, name):
    folder = prepared(CASE)
    text = (folder / "global.txt").read_text()
    kept = [line for line in text.splitlines() if line.split()[:1] != [name]]
    (folder / "global.txt").write_text("\n".join(kept))
    with pytest.raises(GlobalFileError, match=f"{name} must be given|before its FORCING1"):
        read_global_file("global.txt")


@pytest.mark.parametrize(
    "line",
    ["NODES 5", "NO_FLUX FALSE", "BLOWING_FETCH TRUE", "LAKE_NODES 3", "FORCING2 FALSE",
     "FCAN_SRC FROM_VEGLIB", "FORCE_TYPE CATM co2", "# OUTVAR OUT_NOTHING", "  quick_flux true",
     "RC_MODE RC_PHOTO", "VEGLIB_PHOTO TRUE", "ROUT_PARAM rout.nc", "force_type wind wind"],
)  # fmt: skip
def test_options_without_effect_in_this_mode_are_taken(prepared, line):
    folder = prepared(CASE)
    with open(folder / "global.txt", "a") as file:
        file.write(line + "\n")
    if line.startswith("FORCE_TYPE"):
        text = (
            (folder / "global.txt")
            .read_text()
            .replace("FORCE_TYPE WIND", f"{line}\nFORCE_TYPE WIND")
        )
        (folder / "global.txt").write_text(text)
    read_global_file("global.txt")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"STATEYEAR": 2009, "STATEMONTH": 6, "STATEDAY": 1}, "at most 2009-01-01"),
        ({"STATEYEAR": 2008, "STATEMONTH": 1, "STATEDAY": 1}, "after 2008-01-01"),
        ({"STATEYEAR": 2008, "STATEMONTH": 2, "STATEDAY": 1, "STATESEC": 3600}, "end of a model"),
    ],
)
def test_a_state_is_refused_where_no_model_step_ends(prepared, options, message):
    prepared(CASE, STATENAME="state", **options)
    with pytest.raises(GlobalFileError, match=message):
        read_global_file("global.txt")


def test_a_state_file_is_not_written_over_the_one_that_starts_the_run(prepared):
    prepared(
        CASE, STATENAME="s", STATEYEAR=2008, STATEMONTH=3, STATEDAY=1,
        INIT_STATE="s.20080301_00000.nc",
    )  # fmt: skip
    with pytest.raises(GlobalFileError, match="would be overwritten by STATENAME"):
        read_global_file("global.txt")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"RESULT_DIR": "nowhere"}, "RESULT_DIR: the folder nowhere does not exist"),
        ({"LOG_DIR": "nowhere"}, "LOG_DIR: the folder nowhere does not exist"),
        ({"DOMAIN": "no.nc"}, "DOMAIN no.nc does not exist"),
        ({"CONSTANTS": "no.txt"}, "CONSTANTS no.txt does not exist"),
        ({"INIT_STATE": "no.nc"}, "INIT_STATE no.nc does not exist"),
        ({"ENDYEAR": 2009}, "forcing file forcing.2009.nc does not exist"),
    ],
)
def test_what_does_not_exist_is_named_before_anything_runs(prepared, options, message):
    folder = prepared(CASE, **options)
    with pytest.raises(FileNotFoundError, match=message):
        run_global("global.txt")
    assert not list(folder.glob("fluxes*"))


def test_names_of_the_domains_variables_and_dimensions_are_heeded(prepared):
    folder = prepared(CASE, ["OUTFILE f", "OUTVAR OUT_PREC"], ENDMONTH=1, ENDDAY=2)
    renamed = {"lat": "latitude", "lon": "longitude"}
    for name in ("domain.nc", "params.nc", "forcing.2008.nc"):
        with xr.open_dataset(folder / name, decode_times=False) as ds:
            changed = ds.load().rename(renamed | ({"mask": "land"} if "mask" in ds else {}))
        (folder / name).unlink()
        changed.to_netcdf(folder / name)
    text = (folder / "global.txt").read_text()
    for kind, name in (("LAT", "latitude"), ("LON", "longitude"), ("MASK", "land"),
                       ("YDIM", "latitude"), ("XDIM", "longitude")):  # fmt: skip
        text += f"DOMAIN_TYPE {kind} {name}\n"
    (folder / "global.txt").write_text(text)
    (written,) = run_global("global.txt")
    with xr.open_dataset(written) as history:
        assert history["OUT_PREC"].dims == ("time", "latitude", "longitude")


def test_coordinates_may_be_two_dimensional(prepared):
    lines = ["OUTFILE f", "OUTVAR OUT_EVAP * OUT_TYPE_DOUBLE"]
    saved = {"STATENAME": "s", "STATEYEAR": 2008, "STATEMONTH": 1, "STATEDAY": 3}
    folder = prepared(CASE, lines, ENDMONTH=1, ENDDAY=2, **saved)
    flat, _ = run_global("global.txt")
    with xr.open_dataset(flat) as history:
        wanted = history["OUT_EVAP"].values
    for name in ("domain.nc", "params.nc", "forcing.2008.nc"):
        with xr.open_dataset(folder / name, decode_times=False) as ds:
            y, x = np.meshgrid(ds["lat"], ds["lon"], indexing="ij")
            ds = ds.load().drop_vars(["lat", "lon"]).rename(lat="j", lon="i")
        (folder / name).unlink()
        ds.assign(lat=(("j", "i"), y), lon=(("j", "i"), x)).to_netcdf(folder / name)
    text = (folder / "global.txt").read_text()
    (folder / "global.txt").write_text(text + "DOMAIN_TYPE YDIM j\nDOMAIN_TYPE XDIM i\n")
    written, state = run_global("global.txt")
    with xr.open_dataset(written) as history:
        assert history["OUT_EVAP"].dims == ("time", "j", "i")
        np.testing.assert_array_equal(history["OUT_EVAP"], wanted)
    restart = {"STARTDAY": 3, "ENDDAY": 3, "INIT_STATE": state.name, "STATENAME": None}
    change_global(folder / "global.txt", [], **restart)
    assert [path.name for path in run_global("global.txt")] == ["f.2008-01-03.nc"]
