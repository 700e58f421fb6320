"""Errors of a global parameter file, and readers of its single values."""

from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")


class GlobalFileError(ValueError):
    """The global parameter file has an unknown or impossible option or value."""


def choice(place: str, what: str, value: str, allowed: Mapping[str, T]) -> T:
    """Meaning of a word of the file, in upper or lower case."""
    if value.upper() not in allowed:
        raise GlobalFileError(f"{place}: {what} {value} is not one of {', '.join(allowed)}")
    return allowed[value.upper()]


def whole_number(place: str, name: str, value: str) -> int:
    """Integer of the file."""
    try:
        return int(value)
    except ValueError:
        raise GlobalFileError(f"{place}: {name} {value} is not a whole number") from None
