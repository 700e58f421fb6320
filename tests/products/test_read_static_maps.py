"""Soil, land cover and elevation."""

import numpy as np
import pytest

from paramscape.products import ProductError
from paramscape.products.bounding_box import Box
from paramscape.products.china_soil.files import HYDRAULIC, PROPERTIES
from paramscape.products.china_soil.read import read_hydraulic, read_properties, read_soil
from paramscape.products.elevation.read import read_elevation
from paramscape.products.land_cover.read import read_land_cover
from paramscape.study import ChinaSoil, Elevation, LandCover

BOX = Box(113.5, 31.5, 113.75, 31.75)
SECONDS = 30 / 3600
LAT = 32.0 - SECONDS * (np.arange(120) + 0.5)
LON = 113.25 + SECONDS * (np.arange(120) + 0.5)
BOTTOMS = np.array([4.5, 9.1, 16.6, 28.9, 49.3, 82.9, 138.3, 229.6], "f4")
TYPICAL = {
    "THSCH": (0.45, "cm3/cm3"), "PSI_S": (-25.0, "cm"), "LAMBDA": (0.2, "unitless"),
    "K_SCH": (12.0, "cm/day"), "TH33": (0.3, "cm3/cm3"), "TH1500": (0.15, "cm3/cm3"),
    "SA": (40.0, "% of weight"), "SI": (35.0, "% of weight"), "CL": (25.0, "% of weight"),
    "BD": (1.4, "g/cm3"), "POR": (0.47, "cm3/cm3"), "PDEP": (120.0, "cm"),
}  # fmt: skip


@pytest.fixture
def soil(tmp_path, write_cf):
    """A writer of all soil files, values and units replaced by name, and their settings."""

    def write(changes=None, **units) -> ChinaSoil:
        for name, (typical, unit) in TYPICAL.items():
            folder = "hydraulic" if name in HYDRAULIC else "properties"
            layers = BOTTOMS[:7] if folder == "hydraulic" else BOTTOMS
            axes = {"lat": (LAT, "degrees_north"), "lon": (LON, "degrees_east")}
            dims = ("lat", "lon") if name == "PDEP" else ("depth", "lat", "lon")
            if name != "PDEP":
                axes["depth"] = (layers, "cm")
            values = np.full([len(axes[d][0]) for d in dims], typical, "f4")
            values[..., 0, 0] = -999
            if changes and name in changes:
                values = changes[name](values)
            attrs = {"units": units.get(name, unit)}
            write_cf(f"{folder}/{name}.nc", axes, **{name: (dims, values, attrs)})
        return ChinaSoil(
            product="china-soil",
            hydraulic_folder=tmp_path / "hydraulic",
            properties_folder=tmp_path / "properties",
        )

    return write


def _place(values, number, layer=2):
    """`number` in one layer of the cell at lat 31.6292, lon 113.629."""
    values[layer, 44, 45] = number
    return values


def test_hydraulic_parameters_keep_the_units_of_their_documentation(soil):
    found = read_hydraulic(soil(), BOX)
    assert set(found) == set(HYDRAULIC) and found.THSCH.dims == ("depth", "lat", "lon")
    np.testing.assert_allclose(found.depth, BOTTOMS[:7], atol=1e-3)
    assert found.K_SCH.units == "cm d-1" and float(found.K_SCH[0, 3, 3]) == pytest.approx(12.0)
    assert float(found.PSI_S[0, 3, 3]) == 25.0  # the sign is not settled: absolute value
    assert (np.diff(found.lat) > 0).all()


def test_properties_have_their_own_layers_and_a_profile_depth(soil):
    found = read_properties(soil(), BOX)
    assert set(found) == set(PROPERTIES) and found.sizes["depth"] == 8
    assert found.PDEP.dims == ("lat", "lon") and float(found.PDEP[3, 3]) == 120.0


def test_both_together_share_layers_and_grid(soil):
    found = read_soil(soil(), BOX)
    assert found.sizes == {"depth": 7, "lat": 32, "lon": 32}
    assert set(found) == {*HYDRAULIC, *PROPERTIES}


def test_the_code_of_missing_land_is_nan(soil):
    found = read_hydraulic(soil(), Box(113.25, 31.75, 113.5, 32.0))
    assert found.THSCH.isel(lat=-1, lon=0).isnull().all()
    assert int(found.THSCH.isnull().sum()) == 7


@pytest.mark.parametrize(("name", "stored"), [("THSCH", 450.0), ("LAMBDA", 200.0)])
def test_a_scale_that_was_not_applied_is_refused(soil, name, stored):
    with pytest.raises(ProductError) as error:
        read_hydraulic(soil({name: lambda v: _place(v, stored)}), BOX)
    for part in ("scale (such as 0.001) was not applied", f"{name}.nc", name, "layer 2"):
        assert part in str(error.value)
    assert "cell (lat 31.6292, lon 113.629)" in str(error.value)


def test_porosity_in_percent_becomes_a_share(soil):
    found = read_properties(soil({"POR": lambda v: v * 100}, POR="%"), BOX)
    assert float(found.POR[0, 3, 3]) == pytest.approx(0.47, rel=1e-5)


def test_an_unknown_unit_of_soil_stops(soil):
    with pytest.raises(ProductError, match=r"'darcy'[\s\S]*K_SCH"):
        read_hydraulic(soil(K_SCH="darcy"), BOX)


def test_a_missing_soil_file_is_named(soil):
    settings = soil()
    (settings.properties_folder / "BD.nc").unlink()
    with pytest.raises(ProductError, match=r"does not exist[\s\S]*BD\.nc"):
        read_soil(settings, BOX)


@pytest.fixture
def classes(write_cf, tmp_path):
    """A writer of a byte map of classes, and its settings."""

    def write(change=None, scheme="umd") -> LandCover:
        codes = np.tile(np.arange(12, dtype="i1"), 100).reshape(-1, 120)[:10].repeat(12, 0)
        if change is not None:
            change(codes)
        axes = {"lat": (LAT, "degrees_north"), "lon": (LON, "degrees_east")}
        write_cf("cover.nc", axes, land_cover=(("lat", "lon"), codes, {"_FillValue": np.int8(-1)}))
        return LandCover(path=tmp_path / "cover.nc", scheme=scheme)

    return write


def test_class_codes_stay_whole_numbers_and_missing_ones_are_minus_one(classes):
    codes = read_land_cover(classes(lambda c: c[44].fill(-1)), BOX)
    assert codes.dtype == np.int16 and codes.dims == ("lat", "lon")
    assert set(np.unique(codes)) == set(range(-1, 12))
    assert (codes.sel(lat=LAT[44], method="nearest") == -1).all()


def test_a_code_beyond_the_scheme_is_named_with_its_cell(classes):
    def spoil(codes):
        codes[44, 45] = 16

    with pytest.raises(ProductError) as error:
        read_land_cover(classes(spoil), BOX)
    for part in ("16 is no class", "'umd'", "cover.nc", "cell (lat 31.6292, lon 113.629)"):
        assert part in str(error.value)
    assert 16 in read_land_cover(classes(spoil, "igbp"), BOX)


def test_elevation_sheds_its_single_time(write_cf, tmp_path):
    axes = {
        "time": (np.array([0.0]), "hours since 1900-01-01 00:00:0.0"),
        "lat": (LAT, "degrees_north"),
        "lon": (LON, "degrees_east"),
    }
    values = np.full((1, 120, 120), 230.0, "f4")
    write_cf("elev.nc", axes, elev=(("time", "lat", "lon"), values, {"units": "m"}))
    elev = read_elevation(Elevation(path=tmp_path / "elev.nc"), BOX)
    assert elev.dims == ("lat", "lon") and elev.units == "m" and float(elev[0, 0]) == 230


def test_an_elevation_off_the_earth_is_named_with_its_cell(write_cf, tmp_path):
    axes = {"lat": (LAT, "degrees_north"), "lon": (LON, "degrees_east")}
    values = np.full((120, 120), 230.0, "f4")
    values[44, 45] = -9999
    write_cf("elev.nc", axes, elev=(("lat", "lon"), values, {"units": "m"}))
    with pytest.raises(
        ProductError, match=r"-9999 m[\s\S]*elev\.nc[\s\S]*lat 31\.6292, lon 113\.629"
    ):
        read_elevation(Elevation(path=tmp_path / "elev.nc"), BOX)
