"""GeoTIFF attributes, written by tifffile; maps of classes; what is refused."""

from pathlib import Path

import numpy as np
import pytest
import tifffile
from pydantic import ValidationError

from paramscape.prepare.attributes import further_attributes
from paramscape.products import ProductError
from paramscape.products.bounding_box import Box
from paramscape.products.land import read_attribute
from paramscape.study import CfAttribute

BOX = Box(-104.0, 38.0, -103.5, 38.5)
GEOGRAPHIC = (1, 1, 0, 2, 1024, 0, 1, 2, 1025, 0, 1, 1)
PROJECTED = (1, 1, 0, 2, 1024, 0, 1, 1, 1025, 0, 1, 1)
STEP = 0.05


def write(path: Path, values: np.ndarray, *, keys=GEOGRAPHIC, more=(), **how) -> CfAttribute:
    """An image whose upper left corner is 105 W 39 N, with pixels of 0.05 degree."""
    tags = [
        (33550, "d", 3, (STEP, STEP, 0.0), True),
        (33922, "d", 6, (0.0, 0.0, 0.0, -105.0, 39.0, 0.0), True),
        (34735, "H", len(keys), keys, True),
        *more,
    ]
    tifffile.imwrite(path, values, extratags=tags, **how)
    return CfAttribute(path=path)


def values(kind: str) -> np.ndarray:
    """Numbers (row, column) that tell their place: 40 rows from the north, 60 columns."""
    return (np.arange(40)[:, None] * 3 + np.arange(60)).astype(kind)


@pytest.mark.parametrize("kind", ["u1", "u2", "i2", "i4", "f4"])
@pytest.mark.parametrize("how", [{}, {"compression": "zlib", "tile": (16, 16)}])
def test_rows_run_from_the_north_and_columns_from_the_west(tmp_path, kind, how):
    settings = write(tmp_path / "map.tif", values(kind), **how)
    found = read_attribute(settings, "lai", BOX)
    assert list(found.dims) == ["lat", "lon"] and found.name == "lai"
    assert (np.diff(found["lat"]) > 0).all() and (np.diff(found["lon"]) > 0).all()
    row, column = 12, 25  # centre 38.375 N, 103.725 W
    place = found.sel(lat=39 - 12.5 * STEP, lon=-105 + 25.5 * STEP, method="nearest")
    assert float(place) == 3 * row + column
    assert float(place["lat"]) == pytest.approx(38.375)


def test_points_have_their_centre_at_the_tie_point(tmp_path):
    point = (1, 1, 0, 2, 1024, 0, 1, 2, 1025, 0, 1, 2)
    found = read_attribute(write(tmp_path / "map.tif", values("f4"), keys=point), "lai", BOX)
    assert np.isclose(found["lat"], 39 - 12 * STEP).any()


def test_no_data_is_missing_and_the_unit_is_the_settings(tmp_path):
    nodata = [(42113, "s", 0, "-32768", True)]
    stored = values("i2")
    stored[12, 25] = -32768
    settings = write(tmp_path / "map.tif", stored, more=nodata)
    found = read_attribute(settings.model_copy(update={"units": "m2 m-2"}), "lai", BOX)
    assert int(np.isnan(found).sum()) == 1 and found.attrs["units"] == "m2 m-2"


def test_an_undeclared_code_is_refused(tmp_path):
    stored = values("i2")
    stored[12, 25] = -9999
    with pytest.raises(ProductError, match="does not declare"):
        read_attribute(write(tmp_path / "map.tif", stored), "lai", BOX)


def test_one_of_several_bands_is_chosen(tmp_path):
    bands = np.stack([values("u1"), values("u1") // 2, values("u1") * 0], axis=-1)
    settings = write(tmp_path / "map.tif", bands, photometric="rgb")
    with pytest.raises(ProductError, match=r"3 band\(s\), and layer is None"):
        read_attribute(settings, "lai", BOX)
    second = read_attribute(settings.model_copy(update={"layer": 1}), "lai", BOX)
    assert float(second.max()) == bands[10:21, 20:31, 1].max()


def test_a_projected_file_is_refused_with_the_command_that_warps_it(tmp_path):
    with pytest.raises(ProductError, match=r"not on a grid of latitude[\s\S]*gdalwarp"):
        read_attribute(write(tmp_path / "map.tif", values("f4"), keys=PROJECTED), "lai", BOX)


def test_packed_values_are_refused(tmp_path):
    text = '<GDALMetadata><Item name="SCALE" sample="0" role="scale">0.1</Item></GDALMetadata>'
    settings = write(tmp_path / "map.tif", values("i2"), more=[(42112, "s", 0, text, True)])
    with pytest.raises(ProductError, match=r"packed with a scale[\s\S]*-unscale"):
        read_attribute(settings, "lai", BOX)


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.9])
def test_a_truncated_file_is_refused(tmp_path, share):
    noise = np.random.default_rng(0).integers(0, 3000, (40, 60)).astype("i2")
    settings = write(tmp_path / "map.tif", noise, compression="zlib")
    whole = settings.path.read_bytes()
    settings.path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(ProductError, match=r"cannot be read as TIFF[\s\S]*fetch the file again"):
        read_attribute(settings, "lai", BOX)


def test_a_file_beside_the_domain_is_refused(tmp_path):
    with pytest.raises(ProductError, match="the grid covers lon -105"):
        read_attribute(write(tmp_path / "map.tif", values("f4")), "lai", Box(-90, 38, -89, 38.5))


def test_a_share_of_classes_is_that_of_the_cells_area(tmp_path):
    from test_read_conus_soil import domain_of

    codes = np.where(np.arange(60) % 5 < 2, 1, 11) * np.ones((40, 1), int)
    settings = write(tmp_path / "cover.tif", codes.astype("u1"))
    forest = settings.model_copy(update={"classes": [1, 2, 3, 4, 5]})
    domain = domain_of([38.25], [-103.75]).assign_attrs(resolution=0.25)
    found = further_attributes({"forest": forest}, domain)["forest"]
    assert float(found[0, 0]) == pytest.approx(2 / 5)
    assert found.attrs["units"] == "1"


def test_a_map_of_other_numbers_has_no_classes(tmp_path):
    settings = write(tmp_path / "map.tif", values("f4") / 7)
    with pytest.raises(ProductError, match="are no codes of classes"):
        read_attribute(settings.model_copy(update={"classes": [1]}), "forest", BOX)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"path": "a.nc"}, "name its variable"),
        ({"path": "a.tif", "variable": "v"}, "choose one by layer"),
        ({"path": "a.tif", "classes": [1], "units": "m"}, "classes"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(given, said):
    with pytest.raises(ValidationError, match=said):
        CfAttribute(**given)
