"""What is wrong with a global parameter file, and readers of single values of it."""

from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")


class GlobalFileError(ValueError):
    """The global parameter file asks for something unknown or impossible."""


def choice(place: str, what: str, value: str, allowed: Mapping[str, T]) -> T:
    """What a word of the file means, in any case of letters."""
    if value.upper() not in allowed:
        raise GlobalFileError(f"{place}: {what} {value} is not one of {', '.join(allowed)}")
    return allowed[value.upper()]


def whole_number(place: str, name: str, value: str) -> int:
    """A whole number of the file."""
    try:
        return int(value)
    except ValueError:
        raise GlobalFileError(f"{place}: {name} {value} is not a whole number") from None
