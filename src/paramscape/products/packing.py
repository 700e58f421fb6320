"""Unpacking of stored numbers: packed, unsigned and missing values of a NetCDF variable.

The rules are those of CF 1.11 (sections 2.5.1 and 8.1) and of the NetCDF Users' Guide (attribute
conventions). netCDF4's own masking follows them where an attribute has the type of its variable;
it warns and goes on where the type differs, so the decoding stands here.
"""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np

from paramscape.products.errors import ProductError

Place = tuple[Path | str, str]
"""File and variable, for messages."""

_ATTRIBUTES = (
    "_Unsigned", "_FillValue", "missing_value", "valid_range", "valid_min", "valid_max",
    "scale_factor", "add_offset",
)  # fmt: skip
_NUMBER_SUFFIXES = "fFdDsSbBlLuU"


def unpack(raw: np.ndarray, variable: netCDF4.Variable) -> np.ndarray:
    """Floating values of stored numbers, scale and offset applied; missing values are NaN.

    Missing are NaN, `_FillValue`, each `missing_value`, values outside `valid_min`, `valid_max` or
    `valid_range`, and NetCDF's default fill value where there is no `_FillValue`.

    Args:
        raw: numbers as they are stored.
        variable: where they come from, for its attributes.

    Returns:
        64-bit floats where the stored numbers have more than 24 bits, else 32-bit.

    Raises:
        ProductError: if the values are not numbers, or an attribute is not what CF asks for.
    """
    place = (variable.group().filepath(), variable.name)
    if raw.dtype.kind not in "iuf":
        raise ProductError(
            f"the values are of type {raw.dtype}, not numbers",
            *place,
            cure="name a variable of numbers",
        )
    names = set(variable.ncattrs())
    attributes = {n: variable.getncattr(n) for n in _ATTRIBUTES if n in names}
    raw = _signed(raw, attributes, place)
    limits = _limits(raw.dtype, attributes, place)
    missing = np.isnan(raw) if raw.dtype.kind == "f" else np.zeros(raw.shape, bool)
    for code in _codes(raw.dtype, attributes, place):
        missing |= _equal(raw, code)
    if limits is not None and limits.dtype == raw.dtype:
        missing |= (raw < limits[0]) | (raw > limits[1])
    scale, offset = _scaling(attributes, place)
    values = _scaled(raw, scale, offset)
    if limits is not None and limits.dtype != raw.dtype:
        half_step = abs(scale) / 2
        missing |= (values < limits[0] - half_step) | (values > limits[1] + half_step)
    values[missing] = np.nan
    return values


def _scaled(raw: np.ndarray, scale: float, offset: float) -> np.ndarray:
    wide = raw.dtype.itemsize > 4 or (raw.dtype.kind in "iu" and raw.dtype.itemsize > 2)
    values = np.array(raw, np.float64 if wide else np.float32)
    if scale != 1:
        values *= values.dtype.type(scale)
    if offset != 0:
        values += values.dtype.type(offset)
    return values


def _is_packed(attributes: Mapping[str, Any]) -> bool:
    return "scale_factor" in attributes or "add_offset" in attributes


def _signed(raw: np.ndarray, attributes: Mapping[str, Any], place: Place) -> np.ndarray:
    """Integers with the sign that `_Unsigned`, or a valid range of bytes beyond 127, gives them."""
    said = str(attributes.get("_Unsigned", "")).strip().lower()
    kind = {"true": "u", "1": "u", "false": "i", "0": "i"}.get(said)
    if kind is None and raw.dtype == np.int8:
        limits = [v for n in ("valid_range", "valid_max") for v in _numbers(attributes, n, place)]
        kind = "u" if max(limits, default=0) > 127 else None
    if kind is None or raw.dtype.kind not in "iu" or raw.dtype.kind == kind:
        return raw
    return raw.view(f"{raw.dtype.byteorder}{kind}{raw.dtype.itemsize}")


def _codes(dtype: np.dtype, attributes: Mapping[str, Any], place: Place) -> list[float | int]:
    """Codes of missing values that a number of this type can have."""
    given = [
        *_numbers(attributes, "_FillValue", place),
        *_numbers(attributes, "missing_value", place),
    ]
    if "_FillValue" not in attributes and dtype.itemsize > 1:
        given.append(netCDF4.default_fillvals[f"{dtype.kind}{dtype.itemsize}"])
    if dtype.kind == "f":
        return [code for code in given if not np.isnan(code)]
    wrapped = [_wrapped(code, dtype) for code in given if np.isfinite(code) and code == int(code)]
    bounds = np.iinfo(dtype)
    return [code for code in wrapped if bounds.min <= code <= bounds.max]


def _wrapped(code: float, dtype: np.dtype) -> int:
    """An integer in a type's range where it was written with the other sign (-1 for 255)."""
    code, size = int(code), 1 << 8 * dtype.itemsize
    if dtype.kind == "u" and -size // 2 <= code < 0:
        return code + size
    if dtype.kind == "i" and size // 2 <= code < size:
        return code - size
    return code


def _equal(raw: np.ndarray, code: float | int) -> np.ndarray:
    """Where a value is a code; 64-bit floats may hold it rounded to 32 bits."""
    if raw.dtype.kind in "iu":
        return raw == raw.dtype.type(code)
    with np.errstate(over="ignore", invalid="ignore"):
        if raw.dtype.itemsize == 8 and np.isfinite(code):
            return np.abs(raw - code) <= 1e-6 * abs(code)
        return raw == raw.dtype.type(code)


def _limits(dtype: np.dtype, attributes: Mapping[str, Any], place: Place) -> np.ndarray | None:
    """Smallest and largest valid value: of the type stored, else limits of unpacked values."""
    pair = _numbers(attributes, "valid_range", place)
    if "valid_range" in attributes and len(pair) != 2:
        raise ProductError(
            f"valid_range has {len(pair)} number(s), but needs two",
            *place,
            cure="correct the attribute, or remove it",
        )
    kind = _kind(attributes.get("valid_range"))
    if not pair:
        low = _numbers(attributes, "valid_min", place)
        high = _numbers(attributes, "valid_max", place)
        if not low and not high:
            return None
        kind = _kind(attributes.get("valid_min", attributes.get("valid_max")))
        pair = [low[0] if low else -np.inf, high[0] if high else np.inf]
    if dtype.kind == "f":
        with np.errstate(over="ignore"):
            return np.array(pair, dtype)
    if kind == "f" and _is_packed(attributes):
        return np.array(pair, "f8")
    bounds = np.iinfo(dtype)
    low, high = (_wrapped(v, dtype) if np.isfinite(v) and v == int(v) else v for v in pair)
    inside = (min(max(v, bounds.min), bounds.max) for v in (low, high))
    return np.array([math.ceil(next(inside)), math.floor(next(inside))], dtype)


def _kind(value: Any) -> str:
    if isinstance(value, str):
        return "f" if "." in value or "e" in value.lower() else "i"
    return np.asarray(value).dtype.kind


def _scaling(attributes: Mapping[str, Any], place: Place) -> tuple[float, float]:
    found = []
    for name, neutral in (("scale_factor", 1.0), ("add_offset", 0.0)):
        numbers = _numbers(attributes, name, place) or [neutral]
        if len(numbers) != 1 or not np.isfinite(numbers[0]):
            raise ProductError(
                f"{name} is {attributes[name]!r}, not one finite number",
                *place,
                cure="correct the attribute",
            )
        found.append(numbers[0])
    if found[0] == 0:
        raise ProductError(
            "scale_factor is 0, which makes all values equal", *place, cure="correct the attribute"
        )
    return found[0], found[1]


def _numbers(attributes: Mapping[str, Any], name: str, place: Place) -> list[float | int]:
    """The numbers of an attribute, which may be text; none where it is absent."""
    value = attributes.get(name)
    if value is None:
        return []
    if np.asarray(value).dtype.kind in "iuf":
        return np.atleast_1d(value).tolist()
    texts = [value] if isinstance(value, str) else [str(v) for v in np.atleast_1d(value)]
    words = [word for text in texts for word in text.replace(",", " ").split()]
    try:
        return [float(w if w.lower() == "nan" else w.rstrip(_NUMBER_SUFFIXES)) for w in words]
    except ValueError as error:
        raise ProductError(
            f"{name} is {value!r}, not a number", *place, cure="correct the attribute, or remove it"
        ) from error
