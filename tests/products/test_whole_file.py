"""Files that are cut off are refused, also where the NetCDF library reads zeros."""

import netCDF4
import numpy as np
import pytest

from paramscape.products import ProductError
from paramscape.products.netcdf_reader import open_product
from paramscape.products.whole_file import require_whole_file


@pytest.fixture(params=["NETCDF3_CLASSIC", "NETCDF3_64BIT_OFFSET", "NETCDF4", "NETCDF4_CLASSIC"])
def path(request, tmp_path):
    path = tmp_path / "file.nc"
    with netCDF4.Dataset(path, "w", format=request.param) as file:
        file.createDimension("time", None)
        file.createDimension("lat", 501)
        file.createVariable("lat", "f4", ("lat",))[:] = np.linspace(0, 5, 501)
        for name, kind in (("a", "i2"), ("b", "f8")):
            file.createVariable(name, kind, ("time", "lat"))[:] = np.ones((5, 501))
    return path


def test_a_whole_file_is_taken(path) -> None:
    require_whole_file(path)


@pytest.mark.parametrize("share", [0.5, 0.9, 0.995])
def test_a_file_that_is_cut_off_is_refused(path, share) -> None:
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(ProductError, match="fetch the file again"):
        require_whole_file(path)
    with pytest.raises(ProductError, match="fetch the file again"), open_product(path):
        pass
