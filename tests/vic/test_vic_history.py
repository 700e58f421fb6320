"""History files: intervals, files, types and attributes are those of VIC's image driver."""

from datetime import timedelta

import cftime
import netCDF4
import numpy as np
import pytest
import xarray as xr

from paramscape.vic.image import forcing_files, run_global
from paramscape.vic.image.clock import Alarm, Frequency, time_number

CASE = "stehekin-hourly-bands"


@pytest.fixture
def simulated(prepared):
    """Runs a short case with some output lines: the files by name, and the folder."""

    def of(lines: list[str], name: str = CASE, **options):
        folder = prepared(name, lines, **options)
        return {path.name: path for path in run_global("global.txt")}, folder

    return of


def values(path, name):
    with xr.open_dataset(path, decode_times=False, mask_and_scale=False) as ds:
        return ds[name].values


def test_daily_history_is_that_of_vic(simulated, shared):
    vic = shared / "vic-reference" / CASE / "fluxes.nc"
    with netCDF4.Dataset(vic) as ds:
        names = [name for name in ds.variables if name.startswith("OUT_")]
        lines = [f"OUTVAR {name} * OUT_TYPE_DOUBLE" for name in names]
    files, _ = simulated(["OUTFILE fluxes", "OUT_FORMAT NETCDF4", "COMPRESS 5", *lines])
    with netCDF4.Dataset(files["fluxes.1949-01-01.nc"]) as ours, netCDF4.Dataset(vic) as theirs:
        assert [(d.name, len(d)) for d in ours.dimensions.values()] == [
            (d.name, len(d)) for d in theirs.dimensions.values()
        ]
        assert list(ours.variables) == list(theirs.variables)
        for name, variable in theirs.variables.items():
            same = ours[name]
            assert (same.dtype, same.dimensions) == (variable.dtype, variable.dimensions)
            assert same.__dict__ == variable.__dict__, name
            np.testing.assert_array_equal(np.ma.getmask(same[:]), np.ma.getmask(variable[:]))
            np.testing.assert_allclose(same[:], variable[:], rtol=0, atol=1e-7, err_msg=name)
        for name in ("title", "source", "references", "comment", "Conventions", "VIC_Driver"):
            assert ours.getncattr(name) == theirs.getncattr(name)


def test_aggregation_goes_by_the_line_or_else_by_the_variable(simulated):
    names = ("OUT_EVAP", "OUT_SWE", "OUT_AIR_TEMP")
    lines = ["AGGFREQ NSTEPS 1", *(f"OUTVAR {name} * OUT_TYPE_DOUBLE" for name in names)]
    kinds = ("AVG", "BEG", "END", "MAX", "MIN", "SUM")
    streams = [
        f"OUTFILE {kind}\nAGGFREQ NHOURS 7\nOUTVAR OUT_AIR_TEMP * OUT_TYPE_DOUBLE * AGG_TYPE_{kind}"
        for kind in kinds
    ]
    six = ["OUTFILE six", *lines]
    six[1] = "AGGFREQ NHOURS 6"
    files, _ = simulated(["OUTFILE step", *lines, *six, *streams], ENDDAY=2)
    step = files["step.1949-01-01-00000.nc"]
    active = values(step, "OUT_SWE")[0] < 1e30
    for name, reduce in (("OUT_EVAP", "sum"), ("OUT_AIR_TEMP", "mean")):
        wanted = getattr(values(step, name).reshape(8, 6, 4, 5), reduce)(1)[:, active]
        ours = values(files["six.1949-01-01-00000.nc"], name)[:, active]
        np.testing.assert_allclose(ours, wanted, rtol=0, atol=1e-13)
    swe = values(step, "OUT_SWE")[5::6]
    np.testing.assert_array_equal(values(files["six.1949-01-01-00000.nc"], "OUT_SWE"), swe)
    air = values(step, "OUT_AIR_TEMP")[: 6 * 7].reshape(6, 7, 4, 5)
    zero = np.zeros_like(air[:, 0])
    wanted = {
        "AVG": air.mean(1), "BEG": air[:, 0], "END": air[:, -1], "SUM": air.sum(1),
        "MAX": np.maximum(air.max(1), zero), "MIN": np.minimum(air.min(1), zero),
    }  # fmt: skip
    for kind in kinds:
        ours = values(files[f"{kind}.1949-01-01-00000.nc"], "OUT_AIR_TEMP")
        np.testing.assert_allclose(ours[:, active], wanted[kind][:, active], err_msg=kind)


ALARMS = [
    ("NDAYS 1", "NEVER", {"1949-01-01": 4}),
    ("NDAYS 1", "NDAYS 2", {"1949-01-01": 2, "1949-01-03": 2}),
    ("NDAYS 1", "NSTEPS 3", {"1949-01-01": 3, "1949-01-04": 1}),
    ("NHOURS 36", "NDAYS 2", {"1949-01-01-00000": 2}),
    ("NMINUTES 720", "DATE 1949-01-02", {"1949-01-01-00000": 8}),
    ("NSTEPS 24", "NMONTHS 1", {"1949-01-01-00000": 4}),
    ("NSECONDS 86400", "END", {"1949-01-01-00000": 4}),
    ("DATE 1949-01-03", "NEVER", {"1949-01-01-00000": 1}),
    ("NDAYS 3", "NEVER", {"1949-01-01": 1}),
    ("END", "NEVER", {}),
    ("NEVER", "NEVER", {}),
]


def test_intervals_and_files_follow_vics_alarms(simulated):
    lines = []
    for number, (aggregation, period, _) in enumerate(ALARMS):
        lines += [f"OUTFILE {number}", f"AGGFREQ {aggregation}", f"HISTFREQ {period}"]
        lines += ["OUTVAR OUT_PREC"]
    written, folder = simulated(lines, ENDDAY=4)
    found = {name[:-3]: values(path, "time").size for name, path in written.items()}
    assert found == {
        f"{number}.{stamp}": count
        for number, (_, _, files) in enumerate(ALARMS)
        for stamp, count in files.items()
    }
    assert {path.name for path in folder.glob("*.1949-01-*")} == set(written)


def test_months_and_years_of_any_length_end_on_their_last_step():
    step = timedelta(hours=3)
    now = cftime.datetime(2011, 1, 1, calendar="standard")
    month, year = (Alarm(Frequency(kind), now, step) for kind in ("NMONTHS", "NYEARS"))
    ends = {"month": [], "year": []}
    for _ in range(8 * (365 + 60)):
        for name, alarm in (("month", month), ("year", year)):
            if alarm.rings(now):
                ends[name].append((now + step).strftime("%m-%d"))
                alarm.reset(now)
        now = now + step
    assert ends["month"][:3] == ["02-01", "03-01", "04-01"] and len(ends["month"]) == 14
    assert ends["year"] == ["01-01"]


def test_a_month_from_a_day_that_the_next_one_lacks_is_refused():
    start = cftime.datetime(2011, 1, 31, calendar="standard")
    with pytest.raises(ValueError, match="there is no such day; start the run on another day"):
        Alarm(Frequency("NMONTHS"), start, timedelta(days=1))


def test_times_have_the_digits_of_vics_julian_days():
    hours = [cftime.datetime(1949, 1, 1, h, calendar="proleptic_gregorian") for h in range(4)]
    assert [time_number(hour, "days") for hour in hours] == [
        711492.0, 711492.0416666665, 711492.0833333335, 711492.125,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "calendar",
    ["standard", "proleptic_gregorian", "julian", "noleap", "all_leap", "360_day"],
)
def test_times_of_every_calendar_count_its_days(calendar):
    for date in ((1850, 2, 28), (1999, 12, 30), (2000, 3, 1)):
        when = cftime.datetime(*date, 18, calendar=calendar)
        exact = cftime.date2num(when, "days since 0001-01-01", calendar=calendar)
        assert time_number(when, "days") == pytest.approx(exact, abs=1e-9)
        assert time_number(when, "hours") == pytest.approx(24 * exact, abs=1e-7)


def test_types_and_formats_are_those_asked_for(simulated):
    lines = ["OUTFILE a", "OUT_FORMAT NETCDF3_64BIT_OFFSET", "OUTVAR OUT_SWDOWN * OUT_TYPE_INT",
             "OUTVAR OUT_PREC", "OUTVAR OUT_EVAP * OUT_TYPE_DOUBLE 5.0"]  # fmt: skip
    files, _ = simulated([*lines, "OUTFILE b", *lines[2:]], ENDDAY=1)
    with (
        netCDF4.Dataset(files["a.1949-01-01.nc"]) as a,
        netCDF4.Dataset(files["b.1949-01-01.nc"]) as b,
    ):
        assert (a.data_model, b.data_model) == ("NETCDF3_64BIT_OFFSET", "NETCDF4_CLASSIC")
        assert [a[n].dtype.str[1:] for n in ("OUT_SWDOWN", "OUT_PREC", "OUT_EVAP")] == [
            "i4", "f4", "f8",
        ]  # fmt: skip
        assert a["OUT_SWDOWN"]._FillValue == -2147483647 and a["OUT_SWDOWN"][:].min() >= 0


def test_the_multiplier_has_no_effect_as_in_vic_and_a_notice_says_so(simulated, caplog):
    files, _ = simulated(
        ["OUTFILE a", "OUTVAR OUT_PREC * OUT_TYPE_DOUBLE 100",
         "OUTFILE b", "OUTVAR OUT_PREC * OUT_TYPE_DOUBLE"], ENDDAY=1,
    )  # fmt: skip
    a, b = (values(files[f"{name}.1949-01-01.nc"], "OUT_PREC") for name in "ab")
    np.testing.assert_array_equal(a, b)
    assert "the multiplier of OUT_PREC has no effect, as in VIC" in caplog.text


def test_the_same_run_in_small_windows_gives_the_same_bytes(simulated, monkeypatch):
    lines = ["OUTFILE a", "AGGFREQ NHOURS 36", "OUTVAR OUT_EVAP * OUT_TYPE_DOUBLE",
             "OUTVAR OUT_SOIL_MOIST * OUT_TYPE_DOUBLE * AGG_TYPE_AVG"]  # fmt: skip
    (path,) = simulated(lines, ENDDAY=3)[0].values()
    whole = path.read_bytes()
    monkeypatch.setattr(forcing_files, "WINDOW_BYTES", 1)
    windows = []
    read = forcing_files._window
    monkeypatch.setattr(forcing_files, "_window", lambda *a: windows.append(a[2]) or read(*a))
    (path,) = simulated(lines, ENDDAY=3)[0].values()
    assert len(windows) == 3
    assert path.read_bytes() == whole


def test_a_run_that_fails_leaves_no_unfinished_history(prepared):
    folder = prepared(CASE, ["OUTFILE a", "OUTVAR OUT_PREC"])
    with xr.open_dataset("forcing.1949.nc") as ds:
        broken = ds.load()
    broken["wind"].values[30] = np.nan
    broken.to_netcdf("forcing.1949.nc")
    with pytest.raises(ValueError, match="forcing wind is missing"):
        run_global("global.txt")
    assert not list(folder.glob("a.*"))


def test_the_log_goes_to_log_dir_and_ends_with_the_error(prepared):
    folder = prepared(CASE, ["OUTFILE a", "OUTVAR OUT_PREC"], LOG_DIR="logs", ENDDAY=1)
    (folder / "logs").mkdir()
    run_global("global.txt")
    (path,) = (folder / "logs").glob("vic.log.*.txt")
    assert "simulated until 1949-01-02 00:00:00" in path.read_text()
    path.unlink()
    (folder / "params.nc").unlink()
    with pytest.raises(FileNotFoundError):
        run_global("global.txt")
    (path,) = (folder / "logs").glob("vic.log.*.txt")
    assert path.read_text().endswith("[ERROR] PARAMETERS params.nc does not exist\n")
