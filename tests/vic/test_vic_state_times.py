"""A state may be asked for at the end of any model step, and the run goes on after it."""

import numpy as np
import pytest
import xarray as xr
from global_lines import change_global

from paramscape.vic.image import run_global

HOURLY, DAILY = "stehekin-hourly-bands", "walnut-gulch-daily"
OUTPUT = ["OUTFILE f", "AGGFREQ NSTEPS 1", "OUTVAR OUT_EVAP * OUT_TYPE_DOUBLE",
          "OUTVAR OUT_SWE * OUT_TYPE_DOUBLE"]  # fmt: skip


def read(path) -> dict[str, np.ndarray]:
    with xr.open_dataset(path, decode_times=False) as ds:
        return {name: ds[name].values for name in ("time", "OUT_EVAP", "OUT_SWE")}


@pytest.mark.parametrize(
    ("day", "second", "name"),
    [
        (1, 3600, "s.19490101_03600.nc"),
        (2, 0, "s.19490102_00000.nc"),
        (2, 43200, "s.19490102_43200.nc"),
        (3, 82800, "s.19490103_82800.nc"),
        (3, 86400, "s.19490104_00000.nc"),
        (4, 0, "s.19490104_00000.nc"),
    ],
)
def test_a_state_of_any_hour_is_written_and_changes_nothing(prepared, day, second, name):
    folder = prepared(HOURLY, OUTPUT, ENDDAY=3)
    (path,) = run_global("global.txt")
    whole = path.read_bytes()
    saved = {"STATEYEAR": 1949, "STATEMONTH": 1, "STATEDAY": day, "STATESEC": second}
    change_global(folder / "global.txt", STATENAME="s", **saved)
    history, state = run_global("global.txt")
    assert state.name == name
    assert history.read_bytes() == whole


def test_a_run_from_its_last_hour_on_is_one_step(prepared):
    saved = {"STATEYEAR": 1949, "STATEMONTH": 1, "STATEDAY": 3, "STATESEC": 82800}
    folder = prepared(HOURLY, OUTPUT, ENDDAY=3, STATENAME="s", **saved)
    path, state = run_global("global.txt")
    whole = read(path)
    change_global(
        folder / "global.txt", STARTDAY=3, STARTSEC=82800, INIT_STATE=state.name, STATENAME=None
    )
    (path,) = run_global("global.txt")
    last = read(path)
    assert last["time"].shape == (1,)
    for name, values in last.items():
        np.testing.assert_array_equal(values[-1], whole[name][-1], err_msg=name)


def test_a_state_one_step_before_the_year_ends_does_not_stop_the_run(prepared, tmp_path):
    folder = prepared(HOURLY, OUTPUT)
    with xr.open_dataset(folder / "forcing.1949.nc", decode_times=False) as ds:
        days = ds.isel(time=slice(0, 48)).load()
    for year, part in ((1948, slice(0, 24)), (1949, slice(24, 48))):
        some = days.isel(time=part)
        since = {"units": "hours since 1948-12-31", "calendar": "proleptic_gregorian"}
        some = some.assign_coords(time=("time", np.arange(48.0)[part], since))
        some.to_netcdf(tmp_path / "new.nc")
        (tmp_path / "new.nc").replace(folder / f"forcing.{year}.nc")
    period = {"STARTYEAR": 1948, "STARTMONTH": 12, "STARTDAY": 31, "ENDYEAR": 1949, "ENDMONTH": 1,
              "ENDDAY": 1}  # fmt: skip
    saved = {"STATEYEAR": 1948, "STATEMONTH": 12, "STATEDAY": 31, "STATESEC": 82800}
    change_global(folder / "global.txt", STATENAME="s", **period, **saved)
    history, state = run_global("global.txt")
    assert state.name == "s.19481231_82800.nc"
    assert read(history)["time"].shape == (48,)


def test_a_state_of_daily_steps_is_that_of_midnight(prepared):
    saved = {"STATEYEAR": 2008, "STATEMONTH": 1, "STATEDAY": 4}
    prepared(DAILY, OUTPUT, ENDMONTH=1, ENDDAY=4, STATENAME="s", **saved)
    assert [path.name for path in run_global("global.txt")][1] == "s.20080104_00000.nc"


@pytest.mark.parametrize(
    ("name", "value"),
    [("STATE_SOIL_NODE_TEMP", -9999.0), ("STATE_SNOW_WATER_EQUIVALENT", -9999.0),
     ("STATE_SNOW_DENSITY", 1e20), ("STATE_CANOPY_WATER", -9999.0)],
)  # fmt: skip
def test_an_initial_state_of_fill_values_is_refused(prepared, name, value):
    saved = {"STATEYEAR": 1949, "STATEMONTH": 1, "STATEDAY": 2}
    folder = prepared(HOURLY, OUTPUT, ENDDAY=1, STATENAME="s", **saved)
    _, state = run_global("global.txt")
    with xr.open_dataset(state, decode_times=False) as ds:
        broken = ds.load()
    broken[name] = broken[name].where(broken[name].isnull(), value)
    broken.to_netcdf(folder / "broken.nc")
    change_global(
        folder / "global.txt", STARTDAY=2, ENDDAY=2, INIT_STATE="broken.nc", STATENAME=None
    )
    with pytest.raises(
        ValueError, match=f"broken.nc: {name} is .* a missing value looks like this"
    ):
        run_global("global.txt")
