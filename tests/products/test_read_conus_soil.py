"""CONUS-SOIL: flat files, bytes, layers, weights, sampled cells; what is refused."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from paramscape.grid.sphere import cell_area
from paramscape.prepare.attributes import soil_attributes
from paramscape.prepare.native_soil import prepare_native_soil
from paramscape.products import ProductError
from paramscape.products.bounding_box import Box
from paramscape.products.conus_soil.read import read_soil
from paramscape.study import ConusSoil, Elevation

SHAPE = (11, 2984, 6936)
BOX = Box(-104.5, 38.25, -104.375, 38.375)
ROW, COLUMN = round((49.4 - 38.375) * 120), round((124.75 - 104.5) * 120)
LAYERS = np.arange(11)[:, None, None]
VALUES = {"sand": 40 + LAYERS, "silt": 40 - LAYERS, "clay": 20 + 0 * LAYERS, "bd": 130 + LAYERS}


@pytest.fixture
def soil(tmp_path) -> ConusSoil:
    """Files with soil in 60 x 90 pixels around the box, and nothing elsewhere."""
    for name, values in VALUES.items():
        flat = memory(tmp_path / f"{name}.bsq", name, "w+")
        flat[:, ROW - 30 : ROW + 30, COLUMN - 30 : COLUMN + 60] = values
        flat.flush()
    return ConusSoil(product="conus-soil", folder=tmp_path)


def memory(path: Path, name: str, mode: str) -> np.memmap:
    return np.memmap(path, ">u2" if name == "bd" else "u1", mode, shape=SHAPE)


def change(soil: ConusSoil, name: str, values: object, *, row: int = ROW) -> None:
    """Change the pixel of a row at the box's western edge."""
    flat = memory(soil.folder / f"{name}.bsq", name, "r+")
    flat[:, row, COLUMN] = values
    flat.flush()


def test_layers_end_at_one_metre_and_their_numbers_are_those_of_the_files(soil):
    found = read_soil(soil, BOX)
    assert list(found["depth"].values) == [5, 10, 20, 30, 40, 60, 80, 100]
    np.testing.assert_allclose(found["SA"][:, 3, 3], 40 + np.arange(8))
    np.testing.assert_allclose(found["BD"][:, 3, 3], 1.30 + 0.01 * np.arange(8))
    np.testing.assert_allclose(found["POR"][0, 3, 3], 1 - 1.3 / 2.65, rtol=1e-6)
    assert (found["PDEP"] == 250).all() and found.sizes["lat"] == 17


def test_bulk_density_is_stored_with_the_most_significant_byte_first(soil):
    raw = (soil.folder / "bd.bsq").read_bytes()
    at = 2 * (ROW * SHAPE[2] + COLUMN)
    assert raw[at : at + 2] == b"\x00\x82"  # 130
    flat = np.memmap(soil.folder / "bd.bsq", "<u2", "r+", shape=SHAPE)
    flat[:, ROW, COLUMN] = 130
    flat.flush()
    with pytest.raises(ProductError, match=r"bulk density is 332\.8 g cm-3[\s\S]*most significant"):
        read_soil(soil, BOX)


def test_rows_start_in_the_north(soil):
    change(soil, "sand", 60)
    change(soil, "silt", 20)
    found = read_soil(soil, BOX)["SA"][0]
    north_west = found.sel(lat=38.375 - 0.5 / 120, lon=-104.5 + 0.5 / 120, method="nearest")
    assert float(north_west) == 60 and int((found == 60).sum()) == 1


def test_a_pixel_without_bulk_density_has_no_soil_and_a_thin_soil_its_own_depth(soil):
    change(soil, "bd", 0)
    change(soil, "bd", np.where(np.arange(11) < 6, 130, 0), row=ROW + 1)
    found = read_soil(soil, BOX).sel(lon=-104.5 + 0.5 / 120, method="nearest")
    water, thin = (found.sel(lat=38.375 - (row + 0.5) / 120, method="nearest") for row in (0, 1))
    assert np.isnan(water["SA"]).all() and np.isnan(water["PDEP"])
    assert float(thin["PDEP"]) == 60 and int(np.isfinite(thin["SA"]).sum()) == 6


def test_hydraulic_properties_are_in_the_order_of_suction(soil):
    found = read_soil(soil, BOX)
    assert (found["TH1500"] > 0).all()
    assert (found["TH1500"] < found["TH33"]).all() and (found["TH33"] < found["THSCH"]).all()
    sand, clay = found["SA"], found["CL"]
    cosby = 10 ** (-0.6 + 0.0126 * sand - 0.0064 * clay) * 2.54 * 24  # inch/h to cm/d
    np.testing.assert_allclose(found["K_SCH"], cosby, rtol=1e-5)


def domain_of(lat: list[float], lon: list[float]) -> xr.Dataset:
    """Sampled cells of 0.125 degree."""
    bounds = [np.stack([np.array(a) - 0.0625, np.array(a) + 0.0625], 1) for a in (lat, lon)]
    area = [[float(cell_area(y, x)[0, 0]) for x in bounds[1]] for y in bounds[0]]
    fields = {"mask": np.ones((len(lat), len(lon)), "i4"), "area": np.array(area)}
    fields["elev"] = np.full((len(lat), len(lon)), 1500.0)
    named = {name: (("lat", "lon"), values) for name, values in fields.items()}
    return xr.Dataset(named, {"lat": lat, "lon": lon}, {"resolution": 0.125})


def test_attributes_of_sampled_cells_are_depth_weighted_means(soil, write_cf):
    axes = {
        "lat": (np.arange(37.5, 39, 0.05), "degrees_north"),
        "lon": (np.arange(-105.0, -103.5, 0.05), "degrees_east"),
    }
    height = 1500 + np.zeros((30, 30))
    path = write_cf("elev.nc", axes, elev=(("lat", "lon"), height, {"units": "m"}))
    domain = domain_of([38.3125, 38.5625], [-104.4375, -104.1875])
    elevation = Elevation(path=path, variable="elev")
    native = prepare_native_soil(soil, elevation, domain)
    assert native.sizes["lat"] < 40  # of two rows of cells, not of all between them
    counts = np.bincount(native["cell"].values[native["cell"].values >= 0], minlength=4)
    assert list(counts) == [225, 225, 225, 225]
    found = soil_attributes(native, domain)
    weights = np.array([5, 5, 10, 10, 10, 20, 20, 20])
    expected = (weights * (40 + np.arange(8))).sum() / 100
    np.testing.assert_allclose(found["sand"], expected, rtol=1e-6)
    np.testing.assert_allclose(found["bulk_density"], 10 * (expected + 90), rtol=1e-6)
    assert found["sand"].attrs["source"] == "CONUS-SOIL (Miller and White 1998)"


def test_a_truncated_or_compressed_file_is_refused(soil):
    path = soil.folder / "clay.bsq"
    with path.open("r+b") as file:
        file.truncate(1000)
    with pytest.raises(ProductError, match=r"has 1000 of 227667264 bytes[\s\S]*clay\.bsq"):
        read_soil(soil, BOX)
    path.unlink()
    with pytest.raises(ProductError, match="does not exist"):
        read_soil(soil, BOX)


def test_shares_that_do_not_sum_to_100_are_refused(soil):
    change(soil, "sand", 90)
    with pytest.raises(ProductError, match=r"sum to 150 %[\s\S]*layer 1, cell \(lat 38\.3708"):
        read_soil(soil, BOX)


def test_a_domain_outside_the_product_is_refused(soil):
    with pytest.raises(ProductError, match="the grid covers lat 24"):
        read_soil(soil, Box(-104.5, 49.3, -104.0, 50.0))
