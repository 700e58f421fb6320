"""A missing or impossible parameter is an error that names it, where VIC uses it and only there."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from paramscape.vic import Options, Parameters, simulate
from paramscape.vic.image import driver, run_global
from paramscape.vic.parameter_layout import parameter_layout
from paramscape.vic.parameters import SOIL_OF_CELL, SOIL_OF_LAYER
from paramscape.vic.read_parameters import VEGETATION

BANDS = "stehekin-hourly-bands"
PLAIN = "walnut-gulch-daily"
FILLS = (np.nan, -9999.0, 1e20, -99.0)
USED = [name for name in (*SOIL_OF_CELL, *SOIL_OF_LAYER, *VEGETATION) if name != "Cv"]


def changed(folder: Path, **changes) -> None:
    """Write numbers into variables of the parameter file: {name: (where, number)}."""
    with xr.open_dataset(folder / "params.nc", decode_times=False, mask_and_scale=False) as ds:
        params = ds.load()
    for name, (where, number) in changes.items():
        values = params[name].values.astype(float)
        values[where] = number
        params[name] = (params[name].dims, values, params[name].attrs)
    params.to_netcdf(folder / "new.nc")
    (folder / "new.nc").replace(folder / "params.nc")


@pytest.fixture(scope="module")
def plain(shared) -> tuple[xr.Dataset, np.ndarray]:
    """Parameters without bands, and the mask."""
    folder = shared / "vic-reference" / PLAIN
    with xr.open_dataset(folder / "domain.nc") as domain:
        mask = domain["mask"].values > 0
    return xr.open_dataset(folder / "params.nc", decode_times=False).load(), mask


@pytest.mark.parametrize("fill", FILLS)
@pytest.mark.parametrize("name", [n for n in USED if n not in ("resid_moist", "bubble")])
def test_every_parameter_of_an_active_cell_is_judged(plain, name, fill):
    params, mask = plain
    broken = params.copy(deep=True)
    cell = (1, 2)
    kind = int((params["Cv"].values[:, 1, 2] > 0).argmax())
    leading = {"veg_class": kind}
    where = tuple(leading.get(d, -1) for d in params[name].dims[:-2])
    values = broken[name].values.astype(float)
    values[(*where, *cell)] = fill
    broken[name] = (params[name].dims, values)
    possible = parameter_layout()[name]
    if possible.low <= fill <= possible.high:
        Parameters.from_dataset(broken, mask)
        return
    with pytest.raises(ValueError, match=rf"{name} must not be missing .* got {name}=") as error:
        Parameters.from_dataset(broken, mask)
    assert "latitude 31.7188, longitude -110.031" in str(error.value)
    assert "1 of 15 cells break this rule" in str(error.value)


@pytest.mark.parametrize("month", [1, 7, 12])
def test_every_month_is_judged_and_named(plain, month):
    params, mask = plain
    broken = params.copy(deep=True)
    kind = int((params["Cv"].values[:, 0, 0] > 0).argmax())
    broken["LAI"].values[kind, month - 1, 0, 0] = -9999.0
    with pytest.raises(ValueError, match=f"got LAI=-9999 .*veg_class {kind + 1}, month {month}"):
        Parameters.from_dataset(broken, mask)


def test_all_variables_that_are_wrong_are_named_at_once(plain):
    params, mask = plain
    broken = params.copy(deep=True)
    broken["Ws"].values[2, 4] = 0.0
    broken["Ksat"].values[1, 0, 0] = -9999.0
    with pytest.raises(ValueError, match="Ws=0 in cell 14") as error:
        Parameters.from_dataset(broken, mask)
    assert "Ksat=-9999 in cell 0" in str(error.value) and "nlayer 2" in str(error.value)


def test_residual_moisture_is_0_at_vics_own_mark_and_else_an_error(plain):
    params, mask = plain
    marked = params.copy(deep=True)
    marked["resid_moist"].values[0, 1, 1] = -99999.0
    assert Parameters.from_dataset(marked, mask).soil["resid_moist"][6, 0] == 0
    marked["resid_moist"].values[0, 1, 1] = np.nan
    with pytest.raises(ValueError, match="resid_moist must not be missing"):
        Parameters.from_dataset(marked, mask)
    marked["resid_moist"].encoding["_FillValue"] = -99999.0
    assert Parameters.from_dataset(marked, mask).soil["resid_moist"][6, 0] == 0


def test_fractions_of_baseflow_end_at_1_with_arno_and_not_with_nijssen(plain):
    params, mask = plain
    high = params.assign(Ws=params["Ws"] * 0 + 30.0)
    Parameters.from_dataset(high, mask, Options(baseflow="NIJSSEN2001"))
    with pytest.raises(ValueError, match=r"Ws must not be .* 1e-09 to 1; got Ws=30"):
        Parameters.from_dataset(high, mask, Options())


def totals(path: Path) -> tuple[float, float]:
    with xr.open_dataset(path) as ds:
        return float(ds["OUT_RAINF"].sum()), float(ds["OUT_SWE"][-1].mean())


@pytest.fixture
def totals_with(prepared):
    """Runs ten days in daily steps with changed parameters: rainfall and last snow [mm]."""

    def of(**changes) -> tuple[float, float]:
        lines = ["OUTFILE f", *(f"OUTVAR OUT_{n} * OUT_TYPE_DOUBLE" for n in ("RAINF", "SWE"))]
        folder = prepared(BANDS, lines, MODEL_STEPS_PER_DAY=1)
        changed(folder, **changes)
        (path,) = run_global("global.txt")
        return totals(path)

    return of


# Of VIC 5.1's own program, with daily steps and 0 m for that band.
RAIN, SNOW = 4.55749558, 25.6286115


@pytest.mark.parametrize("fill", [*FILLS, 0.0])
def test_the_elevation_of_a_band_without_area_is_not_looked_at(totals_with, fill):
    none = (4, 0.0)
    rain, snow = totals_with(elevation=(4, fill), AreaFract=none, Pfactor=none)
    assert (rain, snow) == pytest.approx((RAIN, SNOW), rel=1e-5)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"elevation": ((0, 1, 1), -9999.0)},
            "elevation must not be .* where AreaFract > 0",
        ),
        ({"AreaFract": ((4, 1, 1), -9999.0)}, "AreaFract must not be missing or negative"),
        ({"AreaFract": ((4, 1, 1), np.nan)}, "AreaFract must not be missing or negative"),
        ({"Pfactor": ((4, 1, 1), -9999.0)}, "Pfactor must not be missing or negative"),
        ({"Pfactor": ((slice(None), 1, 1), 0.0)}, "Pfactor must sum to more than 0"),
    ],
)
def test_bands_that_vic_refuses_or_turns_into_nan_are_refused(totals_with, changes, message):
    with pytest.raises(ValueError, match=f"params.nc: {message}"):
        totals_with(**changes)


@pytest.mark.parametrize("fill", FILLS)
def test_parameters_of_a_class_without_area_are_not_looked_at(prepared, fill):
    folder = prepared(BANDS, ["OUTFILE f", "OUTVAR OUT_EVAP * OUT_TYPE_DOUBLE"], ENDDAY=2)
    (path,) = run_global("global.txt")
    with xr.open_dataset(path) as ds:
        wanted = ds["OUT_EVAP"].values
    with xr.open_dataset(folder / "params.nc", decode_times=False, mask_and_scale=False) as ds:
        absent = ~(ds["Cv"].values > 0)
    wide = np.broadcast_to(absent[:, None], (len(absent), 12, *absent.shape[1:]))
    changes = {name: (absent, fill) for name in ("rmin", "wind_h", "overstory")}
    changes |= {name: (wide, fill) for name in ("LAI", "albedo", "displacement")}
    share = 0.0 if fill == 1e20 else fill
    changed(folder, Cv=(absent, share), **changes)
    (path,) = run_global("global.txt")
    with xr.open_dataset(path) as ds:
        np.testing.assert_array_equal(ds["OUT_EVAP"].values, wanted)


def test_fractions_that_do_not_sum_to_1_are_divided_by_their_sum_with_a_notice(prepared, caplog):
    folder = prepared(BANDS, ["OUTFILE f", "OUTVAR OUT_EVAP * OUT_TYPE_DOUBLE"], ENDDAY=2)
    (path,) = run_global("global.txt")
    with xr.open_dataset(path) as ds:
        wanted = ds["OUT_EVAP"].values
    with xr.open_dataset(folder / "params.nc", decode_times=False) as ds:
        fractions = {n: (slice(None), 0.8 * ds[n].values) for n in ("Cv", "AreaFract", "Pfactor")}
    changed(folder, **fractions)
    (path,) = run_global("global.txt")
    with xr.open_dataset(path) as ds:
        np.testing.assert_allclose(ds["OUT_EVAP"].values, wanted, rtol=0, atol=1e-12)
    for name in fractions:
        assert f"params.nc: {name} sums to 0.8 to 0.8 in 16 of 16 cells" in caplog.text


def test_a_state_that_is_no_number_ends_the_run_with_the_cell(prepared, monkeypatch):
    prepared(PLAIN, ["OUTFILE f", "OUTVAR OUT_EVAP"], ENDMONTH=1, ENDDAY=2)

    def broken(*arguments):
        run = simulate(*arguments)
        run.state["snow_water"][0] = np.nan
        return run

    monkeypatch.setattr(driver, "simulate", broken)
    with pytest.raises(ValueError, match=r"snow_water became nan before 2008-01-03 .*cell 0 \("):
        run_global("global.txt")
