"""Which files of SMAP and MOD16 a study's twin writes, and their dispatch."""

from datetime import date

import numpy as np
import pytest
import xarray as xr
import yaml

from paramscape.products.rule_files import twin_pixels
from paramscape.study import Mod16Checks, SmapObservations, Twin, validate
from paramscape.twin.pixel_files import write_pixels


@pytest.fixture
def study(repository):
    """The demo's periods with SMAP and MOD16 in place of GLEAM."""
    settings = yaml.safe_load((repository / "config/demo.yaml").read_text())
    settings["twin"] = {"kind": "conus"}
    products = settings["products"]
    products["forcing"] = {"product": "nldas-2", "folder": "raw/nldas"}
    products["observations"] = {
        "soil_moisture": {"product": "smap-l3-e", "folder": "raw/smap"},
    }
    products["checks"] = {"et": {"product": "mod16a2", "folder": "raw/mod16"}}
    del products["soil"]
    settings["vic"]["parameters"] = "params.nc"
    runs = [{"method": "default", "simulator": "vic"}]
    settings["calibration"] = {"target": "soil_moisture", "runs": runs}
    return validate(settings)


def test_files_before_the_test_year_need_nothing_of_the_test_period(study):
    pixels = {p.name: p for p in twin_pixels(study)}
    assert set(pixels) == {"learning_pixels_soil_moisture", "pixels_soil_moisture", "check_et"}
    early = pixels["learning_pixels_soil_moisture"]
    assert early.learning and early.paths[0].endswith("SMAP_L3_SM_P_E_20090401_R19240_001.h5")
    late = pixels["pixels_soil_moisture"]
    assert not set(early.paths) & set(late.paths)
    assert late.paths[-1].endswith("_20111031_R19240_001.h5")
    assert all(path.endswith(".hdf") for path in pixels["check_et"].paths)


def test_each_product_gets_its_own_files(tmp_path):
    lat, lon = np.array([38.0625, 38.1875]), np.array([-103.9375, -103.8125])
    axes = {"lat": lat, "lon": lon}
    fields = {"mask": (("lat", "lon"), np.ones((2, 2), int))}
    fields["area"] = (("lat", "lon"), np.full((2, 2), 1.5e8))
    domain = xr.Dataset(fields, axes)
    days = np.arange("2016-07-03", "2016-07-11", dtype="M8[D]").astype("M8[ns]")
    truth = xr.DataArray(np.full((8, 2, 2), 0.2), {"time": days, **axes}, ("time", "lat", "lon"))
    smap = SmapObservations(product="smap-l3-e", folder=tmp_path)
    mod16 = Mod16Checks(product="mod16a2", folder=tmp_path)
    day = tmp_path / "SMAP_L3_SM_P_E_20160704_R19240_001.h5"
    tile = tmp_path / f"MOD16A2GF.A{date(2016, 7, 3):%Y%j}.h09v05.061.2000001000000.hdf"
    write_pixels(smap, [day], truth, domain, Twin(kind="conus"))
    write_pixels(mod16, [tile], truth, domain, Twin(kind="conus"))
    assert day.read_bytes()[:4] == b"\x89HDF" and tile.read_bytes()[:4] == b"\x0e\x03\x13\x01"
