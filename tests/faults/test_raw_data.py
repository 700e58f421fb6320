"""Raw data with faults: file, variable, time and cell are named, and nothing half is written."""

import shutil
from collections.abc import Callable
from pathlib import Path

import netCDF4
import numpy as np
import pytest
from tiny_study import CONFIG, TinyStudy

from paramscape.files import Provenance, read_dataset, write_dataset
from paramscape.prepare.forcing import prepare_forcing
from paramscape.products import ProductError
from paramscape.study import load

FORCING = "vic/forcing.2009.nc"
RECORD, ROW, COLUMN = 100, 6, 7
PLACE = ("time 2009-07-13 12:00", "cell (")


@pytest.fixture
def owned(study: TinyStudy) -> TinyStudy:
    """The study with raw files that are the user's own: no rule makes them again."""
    data = study.folder / "data"
    shutil.move(study.results / "raw", data)
    for records in list(data.rglob(".provenance")):
        shutil.rmtree(records)
    study.set(
        domain={"path": "data/basin.nc"},
        products={
            "forcing": {"product": "cmfd-v1.6", "folder": "data/cmfd"},
            "elevation": {"path": "data/cmfd/elev_ITPCAS-CMFD_V0106_B-01_010deg.nc"},
            "soil": {
                "product": "china-soil",
                "hydraulic_folder": "data/soil-hydraulic",
                "properties_folder": "data/soil-properties",
            },
            "land_cover": {"path": "data/land-cover.nc", "scheme": "umd"},
            "observations": {"et": {"product": "gleam-v3", "folder": "data/gleam"}},
        },
        twin={"climate": False},
    )
    (study.results / FORCING).unlink()
    return study


def raw(study: TinyStudy, variable: str) -> Path:
    """July's CMFD file of a variable."""
    (path,) = (study.folder / "data/cmfd").rglob(f"{variable}_CMFD_*_200907.nc")
    return path


def edit(path: Path, change: Callable[[netCDF4.Dataset], None]) -> None:
    with netCDF4.Dataset(path, "a") as file:
        file.set_auto_maskandscale(False)
        change(file)


def in_one_cell(name: str, value: float | None) -> Callable[[netCDF4.Dataset], None]:
    """A change of one value of a packed variable; None is a missing value."""

    def change(file: netCDF4.Dataset) -> None:
        field = file[name]
        row, column = np.argwhere(field[RECORD] != field._FillValue).mean(0).astype(int)
        packed = (value or 0.0) - field.add_offset
        stored = field._FillValue if value is None else round(packed / field.scale_factor)
        field[RECORD, row, column] = stored

    return change


def units(name: str, said: str) -> Callable[[netCDF4.Dataset], None]:
    return lambda file: file[name].setncattr("units", said)


def a_record_twice(file: netCDF4.Dataset) -> None:
    file["time"][RECORD] = file["time"][RECORD - 1]


def another_land(file: netCDF4.Dataset) -> None:
    file["lon"][:] = file["lon"][:] - 40


FAULTS = {
    "a missing value inside the domain": (
        "srad", in_one_cell("srad", None), ("no value at some times", "variable: dswrf", *PLACE),
    ),
    "Kelvin that says Celsius": (
        "temp", units("temp", "degC"), ("holds kelvin but says Celsius", "variable: tas", "cell ("),
    ),
    "humidity above saturation": (
        "shum", in_one_cell("shum", 0.045), ("% of saturation", "variable: vp", *PLACE),
    ),
    "negative rain": ("prec", in_one_cell("prec", -0.5), ("negative rain", "prcp", *PLACE)),
    "rain in another unit": (
        "prec", units("prec", "kg m-2 s-1"), ("factor 3600", "mm hr-1 or kg m-2 s-1", "cell ("),
    ),
    "a unit that nobody knows": ("pres", units("pres", "psi"), ("'psi'", "variable: pres")),
    "a grid beside the domain": ("wind", another_land, ("covers lon", "wind_CMFD")),
    "a record that stands twice": ("lrad", a_record_twice, ("comes twice", "lrad_CMFD")),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_in_raw_data_is_named_with_its_place(name, owned, fault, monkeypatch, tmp_path):
    variable, change, words = FAULTS[name]
    edit(raw(owned, variable), change)
    fault(name)
    monkeypatch.chdir(owned.folder)
    study, output = load(Path(CONFIG)), tmp_path / "out" / "forcing.nc"
    domain = read_dataset(Path("results/tiny/domain.nc"), "domain")
    with pytest.raises(ProductError) as refusal:
        forcing = prepare_forcing(
            study.products.forcing, study.periods.record, domain, 4, ends_record=True
        )
        write_dataset(forcing, output, "vic-forcing", Provenance("tiny", "", 7))
    for part in (*words, f"{variable}_CMFD_V0106_B-01_03hr_010deg_200907.nc", "what to do: "):
        assert part in str(refusal.value)
    assert not output.parent.exists()


def test_a_missing_month_stops_the_study_before_it_begins(owned, fault):
    path = raw(owned, "temp")
    path.unlink()
    fault("a missing month")
    status, said = owned.run(FORCING)
    assert status != 0
    for part in (str(path.relative_to(owned.folder)), "CMFD"):
        assert part in said
    assert "Select jobs to execute" not in said


def test_a_truncated_raw_file_is_named_and_the_study_goes_on_with_a_whole_one(owned, clean, fault):
    path = raw(owned, "wind")
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    fault("a truncated raw file")
    status, said = owned.run(FORCING)
    assert status != 0
    for part in (str(path.relative_to(owned.folder)), "fetch the file again: it is truncated"):
        assert part in said
    assert path.exists()
    assert not (owned.results / FORCING).exists()
    path.write_bytes(whole)
    owned.make(FORCING)
    assert owned.left_over() == []
