"""NetCDF files as VIC reads them: stored numbers, without their attributes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import netCDF4
import numpy as np

from paramscape.vic.executable.errors import CaseError

DEGREES = 1e-3  # tolerance of coordinates
REAL, INTEGER, NUMBER = "f", "i", "fi"  # kinds of stored numbers
_PACKING = ("scale_factor", "add_offset")


@dataclass(frozen=True)
class StoredGrid:
    """The cells of a case: lat (lat,), lon (lon,) [degrees], active (lat, lon) bool."""

    lat: np.ndarray
    lon: np.ndarray
    active: np.ndarray

    @property
    def count(self) -> int:
        """Number of active cells."""
        return int(self.active.sum())

    def place(self, cell: int) -> str:
        """Place of an active cell, for messages."""
        row, column = np.argwhere(self.active)[cell]
        return f"latitude {self.lat[row]:g}, longitude {self.lon[column]:g}"


class StoredFile:
    """An open file whose readers check what VIC does not."""

    def __init__(self, path: Path, file: netCDF4.Dataset) -> None:
        self.path, self._file = path, file

    def variable(self, name: str, dims: tuple[str, ...], kinds: str = REAL) -> netCDF4.Variable:
        """A variable whose stored numbers are its values.

        Raises:
            CaseError: if it is missing, has other dims or another type, or is packed.
        """
        if name not in self._file.variables:
            raise CaseError(
                f"{self.path}: VIC needs the variable {name}, and the file has only "
                f"{', '.join(self._file.variables)}"
            )
        found = self._file.variables[name]
        if found.dimensions != dims:
            raise CaseError(
                f"{self.path}: {name} must have the dims {dims} in this order, and it has "
                f"{found.dimensions}; VIC reads numbers in the order in which they lie"
            )
        packed = [a for a in _PACKING if a in found.ncattrs()]
        if packed:
            raise CaseError(
                f"{self.path}: {name} is packed as {found.dtype} ({', '.join(packed)}), and VIC "
                "would use the packed numbers; write it unpacked in doubles"
            )
        kind = getattr(found.dtype, "kind", "S")
        if kind not in kinds:
            wanted = "integers (int32)" if kinds == INTEGER else "doubles"
            raise CaseError(
                f"{self.path}: {name} must be stored as {wanted}, and it is {found.dtype}"
            )
        return found

    def attribute(self, variable: str, name: str) -> str | None:
        """An attribute; None if it is missing."""
        return getattr(self._file.variables[variable], name, None)

    def axis(self, name: str) -> np.ndarray:
        """Values of a one-dimensional coordinate."""
        values = np.asarray(self.variable(name, (name,))[:], dtype=float)
        steps = np.diff(values)
        if not np.isfinite(values).all() or not ((steps > 0).all() or (steps < 0).all()):
            raise CaseError(f"{self.path}: {name} must rise or fall from cell to cell")
        return values

    def require_grid(self, grid: StoredGrid) -> None:
        """Refuse another grid than the domain's, also one with axes in the opposite direction.

        VIC matches cells by position: a file from north to south would be flipped.
        """
        for name, wanted in (("lat", grid.lat), ("lon", grid.lon)):
            found = self.axis(name)
            same = found.shape == wanted.shape
            if same and np.abs(found - wanted).max() <= DEGREES:
                continue
            flipped = same and np.abs(found[::-1] - wanted).max() <= DEGREES
            what = "runs against the domain's" if flipped else "is not the domain's"
            raise CaseError(
                f"{self.path}: {name} {what}: {_extent(found)} against {_extent(wanted)}. VIC "
                "matches cells by position and would not notice; use one grid in one order"
            )


@contextmanager
def open_stored(path: Path) -> Iterator[StoredFile]:
    """Open a NetCDF file without unpacking or masking anything.

    Raises:
        CaseError: if it does not exist or is not a complete NetCDF file.
    """
    try:
        file = netCDF4.Dataset(path)
    except OSError as error:
        raise CaseError(f"{path}: cannot be read as NetCDF ({error})") from error
    with file:
        file.set_auto_maskandscale(False)
        yield StoredFile(path, file)


def _extent(axis: np.ndarray) -> str:
    return f"{axis.size} values from {axis[0]:g} to {axis[-1]:g}"
