"""Forcing in any unit of its quantity becomes VIC's; another quantity is refused by name."""

import numpy as np
import pytest
import xarray as xr

from paramscape.vic.check_forcing import WEATHER, implausible, without_rounding
from paramscape.vic.forcing_units import conversion
from paramscape.vic.image import run_global

CASE = "walnut-gulch-daily"
SECONDS = 10800.0  # of the records of this case


@pytest.mark.parametrize(
    ("field", "units", "given", "wanted"),
    [
        ("air_temp", "K", 290.0, 16.85),
        ("air_temp", "degF", 50.0, 10.0),
        ("air_temp", "degrees_Celsius", 16.0, 16.0),
        ("prec", "mm timestep-1", 3.0, 3.0),
        ("prec", "mm/step", 3.0, 3.0),
        ("prec", "kg m-2", 3.0, 3.0),
        ("prec", "m", 0.003, 3.0),
        ("prec", "mm/day", 24.0, 3.0),
        ("prec", "mm h-1", 1.0, 3.0),
        ("prec", "kg m**-2 s**-1", 0.001, 10.8),
        ("prec", "kg m-2 day-1", 24.0, 3.0),
        ("prec", "mm/3h", 3.0, 3.0),
        ("pressure", "Pa", 98000.0, 98.0),
        ("pressure", "hPa", 980.0, 98.0),
        ("pressure", "kPa", 98.0, 98.0),
        ("vp", "mbar", 12.0, 1.2),
        ("swdown", "W/m2", 300.0, 300.0),
        ("swdown", "J m-2", 3.24e6, 300.0),
        ("lwdown", "W m**-2", 300.0, 300.0),
        ("wind", "km/h", 36.0, 10.0),
        ("wind", "m s**-1", 10.0, 10.0),
        ("wind", "mm s-1", 10.0, 10.0),
    ],
)
def test_a_unit_of_the_quantity_becomes_vics(field, units, given, wanted):
    factor, offset = conversion(field, units, SECONDS)
    assert given * factor + offset == pytest.approx(wanted, rel=1e-13)


@pytest.mark.parametrize("units", [None, "", "1", "-", "unitless"])
def test_numbers_without_a_unit_are_taken_for_vics(units):
    assert not any(conversion(field, units, SECONDS).changes for field in WEATHER)


@pytest.mark.parametrize(
    ("field", "units"),
    [("air_temp", "Pa"), ("prec", "inches of rain"), ("prec", "W m-2"), ("pressure", "m"),
     ("vp", "kg kg-1"), ("vp", "%"), ("swdown", "umol m-2 s-1"), ("lwdown", "K"), ("wind", "m")],
)  # fmt: skip
def test_another_quantity_is_refused_by_name(field, units):
    with pytest.raises(ValueError, match=f"has the units '{units}', from which there is no known"):
        conversion(field, units, SECONDS)


def changed(tmp, change, **attributes):
    """Ten days of the case's forcing, changed."""
    with xr.open_dataset("forcing.2008.nc") as ds:
        part = change(ds.isel(time=slice(0, 80)).load())
    for name, units in attributes.items():
        part[name].attrs = {} if units is None else {"units": units}
    part.to_netcdf(tmp / "new.nc")
    (tmp / "new.nc").replace(tmp / "forcing.2008.nc")


@pytest.fixture
def evaporated(prepared):
    """Runs ten days with a change of the forcing: the evaporation."""

    def of(change, **attributes) -> np.ndarray:
        lines = ["OUTFILE f", "OUTVAR OUT_EVAP * OUT_TYPE_DOUBLE"]
        folder = prepared(CASE, lines, ENDMONTH=1, ENDDAY=10)
        changed(folder, change, **attributes)
        (path,) = run_global("global.txt")
        with xr.open_dataset(path) as history:
            return history["OUT_EVAP"].values

    return of


def test_forcing_in_the_units_of_cds_gives_what_vics_own_units_give(evaporated):
    def like_cds(ds):
        return ds.assign(
            tas=ds.tas.astype("f8") + 273.15, prcp=ds.prcp.astype("f8") / SECONDS,
            pres=ds.pres.astype("f8") * 1000, vp=ds.vp.astype("f8") * 10,
            dswrf=ds.dswrf.astype("f8") * SECONDS,
        )  # fmt: skip

    units = {"tas": "K", "prcp": "kg m**-2 s**-1", "pres": "Pa", "vp": "hPa", "dswrf": "J m**-2"}
    own, cds = evaporated(lambda ds: ds), evaporated(like_cds, **units)
    np.testing.assert_allclose(cds, own, rtol=0, atol=1e-9)


def test_packed_forcing_is_unpacked(evaporated):
    def packed(ds):
        for name in ds.data_vars:
            low, high = float(ds[name].min()), float(ds[name].max())
            scale = max(high - low, 1e-6) / 60000
            packing = {"scale_factor": scale, "add_offset": low + 30000 * scale}
            ds[name].encoding = {"dtype": "i2", "_FillValue": -32767, **packing}
        return ds

    np.testing.assert_allclose(evaporated(packed), evaporated(lambda ds: ds), rtol=0, atol=0.02)


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("vp", lambda ds: ds.assign(vp=ds.vp * 10), "forcing vp is more than 4 times .* hPa look"),
        ("vp", lambda ds: ds.assign(vp=ds.vp * 0.622 / ds.pres), "humidity in kg kg-1 looks like"),
        ("dlwrf", lambda ds: ds.assign(dlwrf=ds.dlwrf * 0.0864), "lwdown has a median of"),
        ("prcp", lambda ds: ds.assign(prcp=ds.prcp + 1500), "prec reaches .* mm/h, beyond any"),
        ("pres", lambda ds: ds.assign(pres=ds.pres * 10), "VIC needs kPa, within 20 to 120"),
    ],
)
def test_numbers_that_no_weather_has_are_refused_without_a_unit(evaporated, name, change, message):
    with pytest.raises(ValueError, match=message):
        evaporated(change, **{name: None})


def test_a_year_without_rain_worth_the_name_looks_like_a_rate():
    records = 365 * 8
    fields = {name: np.ones((records, 2)) for name in WEATHER}
    fields |= {"swdown": np.full((records, 2), 300.0), "lwdown": np.full((records, 2), 300.0)}
    fields["prec"] = np.full((records, 2), 1e-4)
    field, why = implausible(fields, np.ones((records, 2)), 8)
    assert field == "prec" and "kg m-2 s-1" in why
    fields["prec"][7] = 2.0
    assert implausible(fields, np.ones((records, 2)), 8) is None


@pytest.mark.parametrize(
    ("field", "tiny", "negative"),
    [("prec", -1e-10, -0.01), ("swdown", -0.02, -3.0), ("lwdown", -0.3, -5.0), ("vp", -5e-4, -0.1),
     ("wind", -1e-3, -0.5)],
)  # fmt: skip
def test_only_what_rounding_leaves_below_zero_counts_as_zero(field, tiny, negative):
    values = np.array([tiny, negative, 0.0, 1.0, np.nan])
    np.testing.assert_array_equal(without_rounding(field, values), [0, negative, 0, 1, np.nan])


def test_temperatures_below_zero_stay():
    np.testing.assert_array_equal(without_rounding("air_temp", np.array([-1e-5])), [-1e-5])


def test_a_record_of_tiny_negative_rain_runs_and_a_negative_one_does_not(evaporated):
    def with_rain(value):
        def change(ds):
            ds["prcp"].values[5] = value
            return ds

        return change

    np.testing.assert_array_equal(evaporated(with_rain(-1e-10)), evaporated(with_rain(0.0)))
    with pytest.raises(ValueError, match=r"It is -0\.5 at 2008-01-01 15:00:00 in cell 0"):
        evaporated(with_rain(-0.5))


@pytest.mark.parametrize("order", [("time", "y", "x"), ("x", "time", "y")])
def test_axes_of_the_forcing_may_have_any_names_and_order(evaporated, order):
    def renamed(ds):
        north = {"units": "degrees_north", "axis": "Y"}
        ds = ds.rename(lat="y", lon="x").transpose(*order)
        return ds.assign_coords(y=("y", ds.y.values, north))

    np.testing.assert_array_equal(evaporated(renamed), evaporated(lambda ds: ds))


def test_forcing_without_coordinates_is_taken_by_position_as_vic_does(evaporated, caplog):
    bare = evaporated(lambda ds: ds.drop_vars(["lat", "lon"]).rename(lat="a", lon="b"))
    np.testing.assert_array_equal(bare, evaporated(lambda ds: ds))
    assert "its cells are taken by position" in caplog.text


def test_forcing_under_other_names_on_another_grid_is_refused(evaporated):
    with pytest.raises(ValueError, match=r"its lat differs from the domain's by up to 0\.25"):
        evaporated(
            lambda ds: ds.assign_coords(lat=ds.lat + 0.25).rename(lat="latitude", lon="longitude")
        )
    with pytest.raises(ValueError, match="in the opposite order: reverse lat"):
        evaporated(lambda ds: ds.isel(lat=slice(None, None, -1)).rename(lat="latitude"))
