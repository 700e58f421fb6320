"""The sphere of cell areas."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from paramscape.grid.sphere import EARTH_RADIUS, METRES_PER_DEGREE, cell_area

IUGG_MEAN_RADIUS = 6_371_008.77  # [m] (Moritz 2000, Journal of Geodesy 74)


def test_the_sphere_has_the_mean_radius_of_the_earth():
    assert pytest.approx(IUGG_MEAN_RADIUS, rel=1e-6) == EARTH_RADIUS


def test_a_degree_of_latitude_is_an_arc_of_the_sphere():
    assert pytest.approx(np.radians(1) * EARTH_RADIUS, rel=1e-15) == METRES_PER_DEGREE


def test_the_cells_of_the_globe_have_the_area_of_the_sphere():
    area = cell_area(np.linspace(-90, 90, 19), np.linspace(-180, 180, 37))
    assert area.sum() == pytest.approx(4 * np.pi * EARTH_RADIUS**2, rel=1e-12)


@given(
    st.floats(-80, 80), st.floats(0.01, 5), st.floats(0.01, 5), st.integers(2, 9), st.integers(2, 9)
)
def test_cells_cut_from_a_cell_have_its_area(south, height, width, rows, columns):
    lat, lon = np.linspace(south, south + height, rows), np.linspace(10, 10 + width, columns)
    assert cell_area(lat, lon).sum() == pytest.approx(
        cell_area(lat[[0, -1]], lon[[0, -1]]).item(), rel=1e-9
    )


def test_a_cell_of_vics_sample_domain_has_the_area_in_its_file(shared):
    path = shared / "cases" / "11-unsigned-bytes" / "domain.nc"
    if not path.is_file():
        pytest.skip(f"{path} is not there")
    with xr.open_dataset(path) as domain:
        lat, lon = domain["lat"].values, domain["lon"].values
        half = (lat[1] - lat[0]) / 2
        edges = [np.append(axis - half, axis[-1] + half) for axis in (lat, lon)]
        active = domain["mask"].values > 0
        found = cell_area(*edges)[active]
        np.testing.assert_allclose(found, domain["area"].values[active], rtol=1e-4)
