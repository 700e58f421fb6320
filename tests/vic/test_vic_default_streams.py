"""A global parameter file without OUTFILE gives VIC's default files with VIC's values."""

import contextlib
import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from made_cases import Made
from real_program import global_text, write_case

from paramscape.vic.image import run_global
from paramscape.vic.image.streams import DEFAULTS

MADE = Made(4, (1, 8, 24), "2012-01-05", 6, bands=3)
# Means over all days, cells and bands, of VIC 5.1's own program.
OF_VIC = {
    "OUT_PREC": 2.11189628, "OUT_EVAP": 0.707779926, "OUT_RUNOFF": 0.0330428753,
    "OUT_BASEFLOW": 1.24046314, "OUT_WDEW": 0.0154837009, "OUT_SOIL_LIQ": 125.114083,
    "OUT_SWNET": 156.420158, "OUT_R_NET": 98.2112315, "OUT_EVAP_CANOP": 0.0725349971,
    "OUT_TRANSP_VEG": 0.534421278, "OUT_EVAP_BARE": 0.0637941331, "OUT_SUB_CANOP": 0.00672519237,
    "OUT_SUB_SNOW": 0.00100083222, "OUT_AERO_RESIST": 7.24637696e17, "OUT_SURF_TEMP": 4.08606175,
    "OUT_ALBEDO": 0.310954523, "OUT_REL_HUMID": 71.4368162, "OUT_IN_LONG": 274.123862,
    "OUT_AIR_TEMP": 5.17206641, "OUT_WIND": 2.13106113, "OUT_SWE": 1.38604975,
    "OUT_SNOW_DEPTH": 1.27162672, "OUT_SNOW_CANOPY": 0.131048553, "OUT_SNOW_COVER": 0.230144099,
    "OUT_SWE_BAND": 1.2427166, "OUT_SNOW_DEPTH_BAND": 1.1291046,
    "OUT_SNOW_CANOPY_BAND": 0.107667246, "OUT_SWNET_BAND": 142.827095,
    "OUT_LWNET_BAND": -53.597692, "OUT_ALBEDO_BAND": 0.280132465, "OUT_LATENT_BAND": 17.438338,
    "OUT_SENSIBLE_BAND": -0.245991898, "OUT_GRND_FLUX_BAND": 0.164761434,
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A made case, run by our program into `ours`."""
    folder = tmp_path_factory.mktemp("defaults")
    write_case(MADE, folder)
    write_global(folder, "ours")
    with contextlib.chdir(folder):
        run_global("ours.txt")
    return folder


def write_global(folder: Path, who: str) -> None:
    """Write a global parameter file without output lines."""
    output = ("OUTFILE", "OUT_FORMAT", "AGGFREQ", "HISTFREQ", "OUTVAR")
    lines = global_text(MADE, who, ()).splitlines()
    lines = [line for line in lines if not line.startswith(output)]
    (folder / f"{who}.txt").write_text("\n".join(lines) + "\n")
    (folder / who).mkdir()


def read(path: Path) -> xr.Dataset:
    with xr.open_dataset(path, decode_times=False) as ds:
        return ds.load()


def test_the_three_files_hold_vics_variables_and_values(folder):
    written = {path.name for path in (folder / "ours").iterdir()}
    assert written == {f"{stream}.2012-01-05.nc" for stream in DEFAULTS}
    for stream, names in DEFAULTS.items():
        ds = read(folder / "ours" / f"{stream}.2012-01-05.nc")
        assert tuple(name for name in ds.data_vars if name != "time_bnds") == names
        assert ds.sizes["time"] == 6
        for name in names:
            assert ds[name].dtype == np.float32
            mean = float(ds[name].astype(float).mean())
            assert mean == pytest.approx(OF_VIC[name], rel=2e-6), name


def test_names_units_and_calendar_are_understood_by_xarray(folder):
    with xr.open_dataset(folder / "ours" / "fluxes.2012-01-05.nc") as ds:
        days = [np.datetime64(str(day)[:10]) for day in ds["time"].values]
        assert days == list(np.arange("2012-01-05", "2012-01-11", dtype="datetime64[D]"))
        assert (ds["OUT_SWNET"].attrs["units"], ds["OUT_SURF_TEMP"].attrs["units"]) == (
            "W m-2",
            "C",
        )
        assert ds["time"].attrs["bounds"] == "time_bnds" and "time_bnds" in ds


def test_vics_own_program_writes_the_same(folder):
    program = os.environ.get("VIC_IMAGE_EXE")
    if not program:
        pytest.skip("VIC_IMAGE_EXE does not name VIC's own program")
    write_global(folder, "vic")
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = [program, "-g", "vic.txt"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, env=environment)
    for stream in DEFAULTS:
        ours, vic = (read(folder / who / f"{stream}.2012-01-05.nc") for who in ("ours", "vic"))
        assert list(ours.variables) == list(vic.variables)
        for name, theirs in vic.variables.items():
            assert ours[name].attrs == theirs.attrs
            np.testing.assert_allclose(ours[name], theirs, rtol=1e-6, atol=1e-6, err_msg=name)
