"""The catalogue: what a study reads, where it lies, and where one gets it."""

import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import pytest
import yaml

from paramscape.products import catalogue
from paramscape.products.cmfd.files import VARIABLES, canonical_path
from paramscape.products.listing import Listing
from paramscape.products.nldas import files as nldas_files
from paramscape.study import NldasForcing, Period, SettingsError, validate

CMFD_MONTHS = 7 * 42


@pytest.fixture
def settings(repository) -> dict:
    """The demo's settings, from July 2008 to the end of 2011."""
    settings = yaml.safe_load((repository / "config" / "demo.yaml").read_text())
    settings["periods"] = {
        "warmup": {"start": "2008-07-01", "end": "2008-12-31"},
        "train": {"start": "2009-01-01", "end": "2009-12-31"},
        "validation": {"start": "2010-01-01", "end": "2010-12-31"},
        "test": {"start": "2011-01-01", "end": "2011-12-31"},
    }
    return settings


def _real(settings: dict, folder: Path, product: str = "cmfd-v1.6") -> dict:
    """The demo's settings without the twin, its files under `folder`."""
    text = yaml.safe_dump(settings).replace("results/demo/raw", str(folder))
    real = yaml.safe_load(text)
    del real["twin"]
    real["products"]["forcing"] = {"product": product, "folder": str(folder / "forcing")}
    return real


def test_nothing_heavy_is_imported():
    code = (
        "import sys, paramscape.products.catalogue; "
        "print([m for m in ('numpy', 'xarray', 'torch', 'netCDF4') if m in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"


def test_the_twins_files_have_fixed_places_and_are_never_missing(settings, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    study = validate(settings)
    files = catalogue.required_files(study)
    assert all(f.made for f in files) and catalogue.missing_files(study) == []
    places = {str(f.path) for f in files}
    raw = "results/demo/raw"
    assert f"{raw}/cmfd/Temp/temp_CMFD_V0106_B-01_03hr_010deg_200807.nc" in places
    assert f"{raw}/gleam/daily/2009/E_2009_GLEAM_v3.7a.nc" in places
    assert f"{raw}/soil-hydraulic/THSCH.nc" in places and f"{raw}/basin.nc" in places
    assert sum("CMFD_V0106_B-01_03hr" in p for p in places) == CMFD_MONTHS
    (tmp_path / raw / "cmfd" / "temp").mkdir(parents=True)
    (tmp_path / raw / "cmfd/temp/temp_CMFD_V0106_B-01_03hr_010deg_200807.nc").touch()
    assert {str(f.path) for f in catalogue.required_files(study)} == places


def test_every_missing_file_is_named_with_its_product_and_source(settings, tmp_path):
    study = validate(_real(settings, tmp_path))
    with pytest.raises(catalogue.MissingFiles) as error:
        catalogue.require_files(study)
    message = str(error.value)
    assert len(error.value.files) == CMFD_MONTHS + 18
    for file in error.value.files:
        assert str(file.path) in message
    for part in (
        "CMFD v1.6",
        "doi:10.11888/AtmosphericPhysics.tpe.249369.file",
        "GLEAM v3",
        "https://www.gleam.eu",
        "Dai et al. 2013",
        "Shangguan et al. 2013",
        "http://globalchange.bnu.edu.cn/research/data",
        "air pressure (pres), 3-hourly (42 file(s))",
    ):
        assert part in message


def test_a_study_with_all_its_files_starts(settings, tmp_path):
    study = validate(_real(settings, tmp_path))
    for file in catalogue.required_files(study):
        file.path.parent.mkdir(parents=True, exist_ok=True)
        file.path.touch()
    catalogue.require_files(study)
    lost = catalogue.required_files(study)[77]
    lost.path.unlink()
    assert [f.path for f in catalogue.missing_files(study)] == [lost.path]


def test_files_are_found_as_they_are_spelt(settings, tmp_path):
    folder = tmp_path / "forcing"
    spelt = folder / "temp" / "temp_ITPCAS-CMFD_V0106_B-01_03hr_010deg_200901.nc"
    flat = folder / "lrad_CMFD_V0106_B-01_03hr_010deg_200901.nc"
    spelt.parent.mkdir(parents=True)
    spelt.touch()
    flat.touch()
    places = {f.path for f in catalogue.required_files(validate(_real(settings, tmp_path)))}
    assert {spelt, flat} <= places


def test_the_month_after_the_record_is_read_only_if_it_exists(settings, tmp_path):
    study = validate(_real(settings, tmp_path))
    record, inner = study.periods.record, Period(start=date(2009, 1, 1), end=date(2009, 12, 31))
    after = canonical_path(study.products.forcing, VARIABLES["prcp"], date(2012, 1, 1))
    assert after not in {f.path for f in catalogue.forcing_files(study, record)}
    after.parent.mkdir(parents=True)
    after.touch()
    assert after in {f.path for f in catalogue.forcing_files(study, record)}
    months = {f.path.stem[-6:] for f in catalogue.forcing_files(study, inner)}
    assert months == {f"2009{m:02d}" for m in range(1, 13)} | {"201001"}


def test_nldas_asks_for_every_hour(settings, tmp_path):
    real = _real(settings, tmp_path, "nldas-2")
    study = validate(real)
    day = Period(start=date(2009, 2, 3), end=date(2009, 2, 3))
    names = [f.path for f in catalogue.forcing_files(study, day)]
    assert len(names) == 25
    folder = tmp_path / "forcing"
    assert names[0] == folder / "2009/034/NLDAS_FORA0125_H.A20090203.0000.020.nc"
    assert names[-1] == folder / "2009/035/NLDAS_FORA0125_H.A20090204.0000.020.nc"
    message = str(catalogue.MissingFiles(catalogue.missing_files(study)))
    assert "earthaccess" in message and len(message.splitlines()) < 100


def test_gleams_years_are_those_that_are_scored(settings, tmp_path):
    study = validate(_real(settings, tmp_path))
    years = [f.path.parent.name for f in catalogue.observation_files(study, "et")]
    assert years == ["2009", "2010", "2011"]


def test_the_real_case_beside_the_repository_is_whole(settings, shared):
    case = shared / "vic-reference" / "huaihe-3hourly"
    settings["domain"] = {"kind": "vic", "path": str(case / "domain.nc")}
    settings["products"] = {
        "forcing": {"product": "vic", "prefix": str(case / "forcing.")},
        "observations": {"et": {"product": "twin"}},
    }
    settings["vic"]["parameters"] = str(case / "params.nc")
    settings["twin"] = {"climate": False}
    settings["calibration"]["runs"] = [{"method": "default", "simulator": "vic"}]
    study = validate(settings)
    missing = {f.path.name for f in catalogue.missing_files(study)}
    assert missing == {"forcing.2008.nc", "forcing.2011.nc"}


def test_paths_of_a_granule_follow_its_own_day():
    settings = NldasForcing(product="nldas-2", folder=Path("n"))
    last = nldas_files.path_of(settings, datetime(2008, 12, 31, 23), Listing())
    assert last == Path("n/2008/366/NLDAS_FORA0125_H.A20081231.2300.020.nc")


def test_the_parameter_file_that_gives_the_depth_of_observed_soil_is_a_raw_file(settings):
    observed = {"product": "cf", "path": "sm.nc", "variable": "mrsos", "parameters": "run.nc"}
    settings["products"]["observations"]["soil_moisture"] = observed
    files = catalogue.observation_files(validate(settings), "soil_moisture")
    assert [f.path for f in files] == [Path("sm.nc"), Path("run.nc")]


def test_the_depth_of_observed_soil_is_given_once(settings):
    observed = {"product": "cf", "path": "sm.nc", "variable": "mrsos", "parameters": "run.nc"}
    settings["products"]["observations"]["soil_moisture"] = observed | {"depth": 0.1}
    with pytest.raises(SettingsError, match="both depth and parameters"):
        validate(settings)


def test_the_files_of_a_check_are_those_on_the_disk(settings, tmp_path):
    settings["products"]["observations"]["runoff"] = {"product": "twin"}
    settings["calibration"]["target"] = "runoff"
    settings["products"]["checks"] = {"et": {"product": "mod16a2", "folder": str(tmp_path)}}
    settings["twin"]["climate"] = False
    study = validate(settings)
    missing = [f.path.name for f in catalogue.check_files(study, "et")]
    assert len(missing) == 3 * 46 and missing[0] == "MOD16A2GF.A2009001.h27v05.*.hdf"
    (tmp_path / "MOD16A2GF.A2009001.h27v05.061.2020001000000.hdf").touch()
    there = catalogue.check_files(study, "et")[0]
    assert there.path.is_file() and there in catalogue.required_files(study)
