"""MPR's soil from attribute files: units, pixels, and what is derived."""

import logging

import numpy as np
import pytest
import torch
import xarray as xr

from paramscape.calibration.search.mpr import coefficients_of
from paramscape.calibration.search.soil_pixels import SoilPixels
from paramscape.grid.cells import Cells
from paramscape.parameters.transfer_functions import UNKNOWN_SLOPE
from paramscape.prepare.mpr_soil import MprSources, prepare_mpr_soil
from paramscape.prepare.native_soil import prepare_native_soil
from paramscape.products import ProductError
from paramscape.study import CfAttribute
from paramscape.study.parameters import GAN_PO_PARAMETERS

LIKE = torch.zeros((), dtype=torch.float64)


@pytest.fixture(scope="module")
def native(study, domain) -> xr.Dataset:
    """China's soil as the twin makes it, at 30 arc-seconds."""
    return prepare_native_soil(study.products.soil, study.products.elevation, domain)


@pytest.fixture
def write(tmp_path):
    """Write fields, each with its unit, into a file; give the attributes that read it."""

    def written(lat, lon, **fields) -> dict[str, CfAttribute]:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.nc"
        data = {
            name: (("lat", "lon"), np.broadcast_to(values, (len(lat), len(lon))), {"units": units})
            for name, (values, units) in fields.items()
        }
        axes = {
            "lat": ("lat", lat, {"units": "degrees_north"}),
            "lon": ("lon", lon, {"units": "degrees_east"}),
        }
        xr.Dataset(data, axes).to_netcdf(path)
        return {name: CfAttribute(path=path, variable=name) for name in fields}

    return written


@pytest.fixture
def on_cells(write, domain):
    """Write fields on the study's own grid."""
    return lambda **fields: write(domain.lat.values, domain.lon.values, **fields)


@pytest.fixture(scope="module")
def parameters(domain) -> xr.Dataset:
    """VIC parameters: porosity 0.5, layers of 0.1, 0.3 and 1.1 m."""
    ones = xr.ones_like(domain.elev).where(domain.mask > 0)
    layers = xr.DataArray([0.1, 0.3, 1.1], dims="nlayer")
    return xr.Dataset(
        {
            "depth": layers * ones,
            "bulk_density": 0 * layers * ones + 1300.0,
            "soil_density": 0 * layers * ones + 2600.0,
        }
    )


def soil_of(attributes, domain, parameters) -> xr.Dataset:
    return prepare_mpr_soil(MprSources(attributes, None, parameters), domain)


def inside(soil: xr.Dataset, name: str) -> np.ndarray:
    return soil[name].values[soil["cell"].values >= 0]


def test_files_of_chinas_pixels_give_what_chinas_soil_gives(native, write, domain, parameters):
    units = {
        "sand": "%", "silt": "%", "clay": "%", "porosity": "1", "soil_depth": "m",
        "slope": "1", "elevation": "m",
    }  # fmt: skip
    fields = {name: (native[name].values, unit) for name, unit in units.items()}
    soil = soil_of(write(native.lat.values, native.lon.values, **fields), domain, parameters)
    cells = Cells.of(domain)
    ours, theirs = (SoilPixels.of(s, cells, LIKE) for s in (soil, native))
    for name in ("cell", "weight", "sand", "clay", "depth", "slope", "relief"):
        torch.testing.assert_close(getattr(ours, name), getattr(theirs, name), rtol=1e-6, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "value", "unit", "ours"),
    [
        ("clay", 0.2, "1", 20.0),
        ("clay", 200.0, "g kg-1", 20.0),
        ("clay", 20.0, "percent", 20.0),
        ("bulk_density", 1.325, "g cm-3", 0.5),
        ("bulk_density", 1325.0, "kg m-3", 0.5),
        ("porosity", 45.0, "%", 0.45),
        ("porosity", 0.45, "m3/m3", 0.45),
        ("soil_depth", 150.0, "cm", 1.5),
        ("soil_depth", 1.5, "m", 1.5),
        ("slope", 45.0, "degrees", 1.0),
        ("slope", 10.0, "%", 0.1),
        ("slope", 0.1, "m m-1", 0.1),
    ],
)
def test_units_become_those_of_the_formulas(
    on_cells, domain, parameters, name, value, unit, ours
) -> None:
    fields = {"sand": (50.0, "%"), "clay": (20.0, "%"), name: (value, unit)}
    soil = soil_of(on_cells(**fields), domain, parameters)
    wanted = "porosity" if name == "bulk_density" else name
    np.testing.assert_allclose(inside(soil, wanted), ours, rtol=1e-6)


def test_silt_porosity_and_depth_are_derived(on_cells, domain, parameters) -> None:
    soil = soil_of(on_cells(sand=(50.0, "%"), clay=(0.2, "1")), domain, parameters)
    np.testing.assert_allclose(inside(soil, "silt"), 30.0, rtol=1e-6)
    np.testing.assert_allclose(inside(soil, "porosity"), 0.5, rtol=1e-6)
    np.testing.assert_allclose(inside(soil, "soil_depth"), 1.5, rtol=1e-6)


def test_on_the_cells_own_grid_a_notice_says_what_is_missing(
    on_cells, domain, parameters, caplog
) -> None:
    with caplog.at_level(logging.WARNING):
        soil = soil_of(on_cells(sand=(50.0, "%"), clay=(20.0, "%")), domain, parameters)
    assert "sub-grid upscaling of the papers" in caplog.text
    assert "no elevation finer than the study's cells" in caplog.text
    pixels = SoilPixels.of(soil, Cells.of(domain), LIKE)
    assert pixels.cell.tolist() == list(range(int(domain.mask.sum())))
    assert pixels.relief is None
    np.testing.assert_allclose(pixels.slope, UNKNOWN_SLOPE, rtol=1e-6)
    assert coefficients_of(pixels, GAN_PO_PARAMETERS)[1].name == "infilt_texture"


def test_a_fine_elevation_gives_slope_and_relief_and_is_the_grid_of_the_pixels(
    on_cells, write, domain, parameters
) -> None:
    lat, lon = np.arange(31.9125, 32.85, 0.025), np.arange(113.9125, 115.1, 0.025)
    rise = 1000.0 * (lat[:, None] - 32.0)
    attributes = on_cells(sand=(50.0, "%"), clay=(20.0, "%"))
    attributes |= write(lat, lon, elevation=(rise, "m"))
    soil = soil_of(attributes, domain, parameters)
    np.testing.assert_allclose(np.diff(soil["lat"]), 0.025)
    np.testing.assert_allclose(inside(soil, "slope"), 1000 / 111_195, rtol=1e-4)
    pixels = SoilPixels.of(soil, Cells.of(domain), LIKE)
    # Ten rows, each 25 m above the one before.
    np.testing.assert_allclose(pixels.relief.exp().numpy(), 25 * np.sqrt(99 / 12), rtol=1e-3)


def test_an_elevation_no_finer_than_the_cells_is_not_taken_for_relief(
    on_cells, domain, parameters
) -> None:
    fields = {"sand": (50.0, "%"), "clay": (20.0, "%"), "elevation": (100.0, "m")}
    assert "elevation" not in soil_of(on_cells(**fields), domain, parameters)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"sand": (50.0, "%"), "clay": (20.0, "1")}, "clay is 2000 %, outside 0 to 100"),
        ({"sand": (0.5, "%"), "clay": (0.2, "%")}, "fractions that are labelled as percent"),
        ({"sand": (50.0, "m"), "clay": (20.0, "%")}, "no known way"),
        ({"sand": (50.0, "%"), "clay": (20.0, "%"), "silt": (60.0, "%")}, "sum to 130 %"),
        (
            {"sand": (50.0, "%"), "clay": (20.0, "%"), "soil_depth": (1500.0, "m")},
            "soil_depth is 1500 m, outside",
        ),
        (
            {"sand": (50.0, "%"), "clay": (20.0, "%"), "slope": (30.0, "1")},
            "slope is 30 1, outside 0 to 10",
        ),
    ],
)
def test_impossible_soil_is_refused_with_its_place(
    on_cells, domain, parameters, fields, message
) -> None:
    with pytest.raises(ProductError, match=r"variable: (sand|clay|soil_depth|slope)") as error:
        soil_of(on_cells(**fields), domain, parameters)
    assert message in str(error.value)


def test_a_cell_without_soil_is_named(on_cells, domain, parameters) -> None:
    sand = np.full(domain.mask.shape, 50.0)
    row, column = np.argwhere(domain.mask.values > 0)[2]
    sand[row, column] = np.nan
    with pytest.raises(ProductError, match=r"1 of \d+ active cells(.|\n)*sand") as error:
        soil_of(on_cells(sand=(sand, "%"), clay=(20.0, "%")), domain, parameters)
    assert f"lat {float(domain.lat[row]):.6g}" in str(error.value)
