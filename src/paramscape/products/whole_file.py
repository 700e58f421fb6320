"""Detection of truncated NetCDF files."""

import struct
from pathlib import Path

from scipy.io import netcdf_file

from paramscape.products.errors import ProductError

_CLASSIC = (b"CDF\x01", b"CDF\x02")
_HDF5 = b"\x89HDF\r\n\x1a\n"
# Where the end of the file stands in an HDF5 superblock, by the superblock's version.
_END_AT = {0: 40, 1: 44, 2: 28, 3: 28}
_LENGTH = 64  # of the part of a file that is read
_CURE = "fetch the file again: it is truncated"


def require_whole_file(path: Path) -> None:
    """Refuse a NetCDF file that is cut off; no values are read.

    The NetCDF library reads what is missing of a classic file as zeros, without an error.

    Raises:
        ProductError: if the file ends before its header says.
    """
    with path.open("rb") as file:
        start = file.read(_LENGTH)
    if start.startswith(_CLASSIC):
        _require_classic(path)
    elif start.startswith(_HDF5):
        _require_hdf5(path, start)


def _require_classic(path: Path) -> None:
    try:
        netcdf_file(path, "r", mmap=True).close()
    except (ValueError, TypeError, IndexError) as error:
        raise ProductError(
            "the file ends before its last variable does", path, cure=_CURE
        ) from error


def _require_hdf5(path: Path, start: bytes) -> None:
    at = _END_AT.get(start[8])
    size_of_offsets = start[13] if start[8] < 2 else start[9]
    if at is None or size_of_offsets != 8 or len(start) < at + 8:
        return
    promised, size = struct.unpack_from("<Q", start, at)[0], path.stat().st_size
    if size < promised:
        raise ProductError(f"the file has {size} of {promised} bytes", path, cure=_CURE)
