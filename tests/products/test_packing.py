"""Stored numbers become values as CF and the NetCDF Users' Guide say, whatever types they have."""

import netCDF4
import numpy as np
import pytest

from paramscape.products import ProductError
from paramscape.products.netcdf_reader import open_product

PACKED = np.array([-128, -1, 0, 5, 100, 127], "i1")


@pytest.fixture
def stored(tmp_path):
    """A reader of numbers that a file stores with some attributes."""

    def read(numbers, format="NETCDF4", **attributes):
        path = tmp_path / "stored.nc"
        with netCDF4.Dataset(path, "w", format=format) as file:
            file.createDimension("n", numbers.size)
            fill = attributes.pop("_FillValue", None)
            out = file.createVariable("v", numbers.dtype, ("n",), fill_value=fill)
            out.set_auto_maskandscale(False)
            out[:] = numbers
            out.setncatts(attributes)
        with open_product(path) as raw:
            return raw.raw("v")

    return read


def netcdf4_reads(path):
    with netCDF4.Dataset(path) as file:
        return np.ma.filled(file["v"][:].astype("f8"), np.nan)


@pytest.mark.parametrize(
    ("numbers", "attributes"),
    [
        (PACKED, {"_Unsigned": "true", "scale_factor": 0.05, "_FillValue": np.int8(-1)}),
        (PACKED, {"_Unsigned": "false", "scale_factor": 0.5}),
        (PACKED, {"scale_factor": np.float32(0.5), "add_offset": np.float32(-3)}),
        (PACKED, {"valid_range": np.array([-1, 100], "i1"), "scale_factor": 0.1}),
        (PACKED, {"valid_min": np.int8(0)}),
        (np.array([-32767, 0, 9, 40], "i2"), {"scale_factor": 0.1, "add_offset": 4}),
        (np.array([-5, 0, 9, 40], "i2"), {"missing_value": np.array([-5, 9], "i2")}),
        (np.array([-9999, 1.5, 1e20], "f4"), {"missing_value": np.float64(-9999)}),
        (np.array([-9999.9, 1.5, 1e20], "f4"), {"missing_value": np.float32(1e20)}),
        (np.array([0.1, 0.3, 0.7], "f4"), {"valid_range": np.array([0.1, 0.5], "f4")}),
        (np.array([1.0, 9.969209968386869e36], "f8"), {}),
        (np.array([1.0, np.nan, 3.0], "f4"), {"_FillValue": np.float32(3)}),
        (np.array([1, -2147483647], "i4"), {}),
        (np.array([1, 254], "u1"), {"scale_factor": 2.0}),
    ],
)
def test_numbers_are_those_that_netcdf4_reads(stored, tmp_path, numbers, attributes):
    found = stored(numbers, **dict(attributes))
    expected = netcdf4_reads(tmp_path / "stored.nc")
    np.testing.assert_allclose(found, expected, rtol=2e-7, equal_nan=True)


def test_bytes_of_netcdf_3_are_unsigned_where_the_file_says_so(stored):
    code = {"_FillValue": np.int8(-1), "scale_factor": 0.05}
    for said in ("true", "True", "TRUE"):
        found = stored(np.array([-17, -1, 20], "i1"), "NETCDF3_CLASSIC", _Unsigned=said, **code)
        np.testing.assert_allclose(found, [11.95, np.nan, 1.0], rtol=1e-6)


def test_shorts_of_netcdf_3_are_unsigned_where_the_file_says_so(stored):
    numbers = np.array([-1, -2, 7], "i2")
    found = stored(numbers, "NETCDF3_CLASSIC", _Unsigned="true", _FillValue=np.int16(-1))
    np.testing.assert_array_equal(found, [np.nan, 65534, 7])


def test_bytes_with_a_valid_range_beyond_127_are_unsigned(stored):
    numbers = np.array([-17, -1, 20], "i1")
    found = stored(numbers, valid_range=np.array([0, 254], "i2"))
    np.testing.assert_array_equal(found, [239, np.nan, 20])


def test_a_code_of_an_unsigned_number_may_be_written_with_either_sign(stored):
    numbers = np.array([1, -1, -2], "i2")
    for code in (np.int16(-1), np.int32(65535), np.uint16(65535), np.float64(65535)):
        found = stored(numbers, _Unsigned="true", missing_value=code)
        np.testing.assert_array_equal(found, [1, np.nan, 65534])


@pytest.mark.parametrize(
    "code",
    ["-9999", "-9999.", "-9999.0f", np.float64(-9999), np.int32(-9999), np.array([-9999, -1.0])],
)
@pytest.mark.parametrize("kind", ["f4", "f8", "i2", "i4"])
def test_a_missing_code_counts_whatever_its_type(stored, code, kind):
    found = stored(np.array([-9999, 3], kind), missing_value=code)
    np.testing.assert_array_equal(found, [np.nan, 3])


def test_a_code_rounded_to_32_bits_is_the_same_code(stored):
    assert np.isnan(stored(np.array([-9999.9], "f4"), missing_value=-9999.9)[0])
    assert np.isnan(stored(np.array([-9999.9], "f8"), missing_value=np.float32(-9999.9))[0])


def test_a_code_that_the_type_cannot_hold_marks_nothing(stored):
    np.testing.assert_array_equal(stored(np.array([-1, 3], "i2"), missing_value=1e20), [-1, 3])
    np.testing.assert_array_equal(stored(np.array([0, 3], "i2"), missing_value=np.nan), [0, 3])


def test_a_valid_range_of_the_scales_type_is_one_of_unpacked_values(stored):
    packing = {"scale_factor": np.float32(0.01), "add_offset": np.float32(0)}
    packed = stored(
        np.array([-200, 100, 6000], "i2"), valid_range=np.array([0, 5000], "i2"), **packing
    )
    unpacked = stored(
        np.array([-200, 100, 6000], "i2"), valid_range=np.array([0, 50], "f4"), **packing
    )
    np.testing.assert_allclose(packed, [np.nan, 1, np.nan])
    np.testing.assert_allclose(unpacked, packed)


def test_a_limit_in_64_bits_keeps_the_32_bit_value_on_it(stored):
    np.testing.assert_array_equal(
        stored(np.array([0.1, 0.2], "f4"), valid_max=np.float64(0.1)), [np.float32(0.1), np.nan]
    )


@pytest.mark.parametrize(
    ("attributes", "said"),
    [
        ({"scale_factor": "a tenth"}, "scale_factor is 'a tenth', not a number"),
        ({"scale_factor": np.nan}, "not one finite number"),
        ({"scale_factor": 0.0}, "scale_factor is 0"),
        ({"missing_value": "none"}, "missing_value is 'none', not a number"),
        ({"valid_range": 3.0}, r"valid_range has 1 number\(s\)"),
    ],
)
def test_an_attribute_that_is_not_what_cf_asks_for_is_refused(stored, attributes, said):
    with pytest.raises(ProductError, match=rf"{said}[\s\S]*stored\.nc[\s\S]*variable: v"):
        stored(np.array([1, 2], "i2"), **attributes)


def test_a_scale_written_as_text_is_a_number(stored):
    np.testing.assert_allclose(stored(np.array([10, 20], "i2"), scale_factor="0.1"), [1, 2])


def test_text_is_refused(stored):
    with pytest.raises(ProductError, match="not numbers"):
        stored(np.array([b"a", b"b"], "S1"))
