"""Small cases, taken from reports on other programs, give what VIC 5.1's own program gives."""

import shutil
from pathlib import Path

import pytest
import xarray as xr

from paramscape.vic.image import run_global


@pytest.fixture
def files(shared, tmp_path, monkeypatch):
    """Runs a case by its number: the files written, by name."""

    def of(number: str, name: str = "global.txt") -> dict[str, Path]:
        folders = list((shared / "cases").glob(f"{number}-*"))
        if not folders:
            pytest.skip(f"needs ../shared/cases/{number}-*, which is absent")
        for path in folders[0].iterdir():
            shutil.copy(path, tmp_path / path.name)
        (tmp_path / "results").mkdir(exist_ok=True)
        monkeypatch.chdir(tmp_path)
        return {path.name: path for path in run_global(name)}

    return of


def values(path: Path, name: str) -> xr.DataArray:
    with xr.open_dataset(path) as ds:
        return ds[name].load()


def test_a_fifth_band_without_area_and_elevation_is_none(files):
    path = files("01")["fluxes.1949-01-01.nc"]
    assert float(values(path, "OUT_SWE")[-1].mean()) == pytest.approx(25.627, abs=5e-4)
    assert float(values(path, "OUT_RAINF").sum()) == pytest.approx(4.5512, abs=5e-5)


def test_a_state_before_the_last_step_is_written_with_all_ten_days(files):
    written = files("02")
    assert set(written) == {"fluxes.1949-01-01.nc", "states.19490110_82800.nc"}
    assert values(written["fluxes.1949-01-01.nc"], "OUT_EVAP").sizes["time"] == 10


def test_rain_in_mm_a_day_on_three_hourly_records_is_converted(files):
    path = files("04")["fluxes.1970-01-01.nc"]
    assert float(values(path, "OUT_PREC").sum()) == pytest.approx(697.6, abs=0.05)


def test_three_cells_without_valid_parameters_are_named_with_variable_and_value(files):
    with pytest.raises(ValueError) as error:
        files("05")
    for part in ("init_moist=-9999 in cell 0", "LAI=-9999 in cell 7", "Ws=0 in cell 14"):
        assert part in str(error.value)


def test_forcing_under_latitude_and_longitude_gives_the_fluxes_of_lat_and_lon(files):
    turned = values(files("06")["fluxes.1970-01-01.nc"], "OUT_EVAP")
    plain = values(files("08")["fluxes.1970-01-01.nc"], "OUT_EVAP")
    assert (turned == plain).all()


def test_tiny_negative_rain_and_sunlight_are_rounding(files):
    path = files("07")["fluxes.1970-01-01.nc"]
    assert float(values(path, "OUT_PREC").min()) >= 0


def test_a_byte_order_mark_and_latin_1_do_not_hinder_a_run(files):
    plain, latin = files("08"), files("08", "global-latin1.txt")
    assert set(plain) == set(latin) == {"fluxes.1970-01-01.nc"}


def test_without_outfile_there_are_vics_three_files(files):
    names = {f"{stream}.1970-01-01.nc" for stream in ("fluxes", "snow", "snowband")}
    assert set(files("09")) == names
