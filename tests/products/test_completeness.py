"""Missing values in active cells."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from paramscape.products import ProductError
from paramscape.products.checks import require_complete
from paramscape.products.humidity import saturation_pascals, vapour_pressure

COORDS = {
    "time": np.arange("2009-01-01", "2009-01-04", dtype="M8[D]").astype("M8[ns]"),
    "lat": [31.0, 32.0],
    "lon": [113.0, 114.0, 115.0],
}
MASK = xr.DataArray([[1, 1, 0], [1, 1, 0]], dims=("lat", "lon"))


def _forcing() -> xr.Dataset:
    tas = xr.DataArray(np.ones((3, 2, 3)), dims=("time", "lat", "lon"), coords=COORDS)
    return xr.Dataset({"tas": tas, "wind": tas.copy()})


def test_missing_values_outside_the_domain_do_not_matter():
    forcing = _forcing()
    forcing["tas"][:, :, 2] = np.nan
    require_complete(forcing, MASK, "forcing.nc")


def test_a_missing_value_inside_is_named_with_file_time_and_cell():
    forcing = _forcing()
    forcing["wind"][1, 1, 0] = np.nan

    def file(name: str, time: np.datetime64 | None) -> Path:
        return Path(f"{name}-{np.datetime64(time, 'M')}.nc")

    with pytest.raises(ProductError) as error:
        require_complete(forcing, MASK, file)
    place = "time 2009-01-02 00:00, cell (lat 32, lon 113)"
    for part in ("1 of 4 active cells", "wind-2009-01.nc", "variable: wind", place):
        assert part in str(error.value)


def test_static_fields_and_single_variables_are_checked_too():
    clay = _forcing()["tas"].isel(time=0, drop=True).rename("clay")
    clay[0, 1] = np.nan
    with pytest.raises(ProductError, match=r"clay\.nc[\s\S]*cell \(lat 31, lon 114\)"):
        require_complete(clay, MASK, "clay.nc")


def test_vapour_pressure_inverts_specific_humidity():
    pressure, vapour = np.array([60.0, 99.0]), np.array([0.3, 2.9])
    humidity = 0.622 * vapour / (pressure - 0.378 * vapour)
    np.testing.assert_allclose(vapour_pressure(humidity, pressure), vapour, rtol=1e-12)


def test_saturation_pressure_has_the_textbook_values():
    np.testing.assert_allclose(
        saturation_pascals(np.array([0.0, 20.0, 30.0])), [611, 2339, 4243], rtol=2e-3
    )
