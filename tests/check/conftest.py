"""Two small studies with all their files on the disk, which tests break: CMFD's, and VIC's own."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
import yaml

from paramscape import twin
from paramscape.cli import main
from paramscape.prepare.daily import prepare_daily_forcing
from paramscape.prepare.domain import prepare_domain
from paramscape.prepare.forcing import prepare_forcing
from paramscape.prepare.land import LandSettings, prepare_land
from paramscape.study import Study, validate

PERIODS = {
    "warmup": {"start": "2009-06-01", "end": "2009-06-03"},
    "train": {"start": "2009-06-04", "end": "2009-06-10"},
    "test": {"start": "2009-06-11", "end": "2009-06-14"},
}
EDGES = {"west": 114.0, "east": 115.0, "south": 32.0, "north": 32.75}


@dataclass(frozen=True)
class Said:
    """Exit status and output of a check; `errors` are its lines of errors."""

    status: int
    out: str
    err: str

    @property
    def errors(self) -> list[str]:
        return [line for line in self.err.splitlines() if line.startswith("error: ")]


@dataclass(frozen=True)
class Files:
    """A folder with a study and its raw files."""

    folder: Path

    def edit(self, name: str, change: Callable[[xr.Dataset], xr.Dataset | None]) -> None:
        """Change the content of a NetCDF file, as it is stored."""
        path = self.folder / name
        with xr.open_dataset(path, decode_times=False, mask_and_scale=False) as file:
            dataset = file.load()
        changed = change(dataset)
        path.unlink()
        (dataset if changed is None else changed).to_netcdf(path)

    def cut(self, name: str, share: float = 0.6) -> None:
        """Cut a file off."""
        whole = (self.folder / name).read_bytes()
        (self.folder / name).write_bytes(whole[: int(len(whole) * share)])

    def set(self, place: str, value: object) -> None:
        """Change a setting."""
        path = self.folder / "study.yaml"
        settings = yaml.safe_load(path.read_text())
        *sections, name = place.split(".")
        target = settings
        for part in sections:
            target = target.setdefault(part, {})
        target[name] = value
        path.write_text(yaml.safe_dump(settings))


@pytest.fixture(scope="session")
def cmfd(repository, tmp_path_factory) -> Path:
    """The demo's study on CMFD with a rectangle of 3 x 4 cells, its raw files, and `et.nc`."""
    folder = tmp_path_factory.mktemp("cmfd")
    settings = yaml.safe_load((repository / "config" / "demo.yaml").read_text())
    text = yaml.safe_dump(settings["products"]).replace("results/demo/raw", "raw")
    settings["products"] = yaml.safe_load(text)
    settings["study"] |= {"name": "small"}
    settings["domain"]["grid"] |= EDGES
    settings["domain"]["path"] = "raw/basin.nc"
    settings["periods"] = PERIODS
    settings["calibration"] = {"runs": [{"method": "default", "simulator": "vic"}]}
    observed = {"product": "cf", "path": "et.nc", "variable": "evap"}
    settings["products"]["observations"] = {"et": observed}
    for name in ("ensemble", "surrogate", "twin"):
        del settings[name]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        study = validate(settings)
        twin.write_static(study.products, study.domain, 1979)
        twin.write_climate(study.products.forcing, study.periods.record, study.domain.grid, 1979)
    _write_observations(folder / "et.nc", study)
    (folder / "study.yaml").write_text(yaml.safe_dump(settings))
    return folder


@pytest.fixture(scope="session")
def vic(cmfd, tmp_path_factory) -> Path:
    """The same cells as a study on VIC's own files: domain, parameters and forcing."""
    folder = tmp_path_factory.mktemp("vic")
    settings = yaml.safe_load((cmfd / "study.yaml").read_text())
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(cmfd)
        study = validate(settings)
        products = study.products
        domain = prepare_domain(study.domain, products.elevation, None)
        forcing = prepare_forcing(products.forcing, study.periods.record, domain, 4, True)
        land = LandSettings(products.elevation, products.soil, products.land_cover, None)
        found = prepare_land(land, domain, prepare_daily_forcing([forcing]), study.priors)
    domain.drop_vars("elev").to_netcdf(folder / "domain.nc")
    found.parameters.to_netcdf(folder / "params.nc")
    forcing.to_netcdf(folder / "forcing.2009.nc")
    shutil.copy(cmfd / "et.nc", folder)
    soil = found.attributes[["sand", "clay", "soil_depth"]].astype("f8")
    soil.to_netcdf(folder / "soil.nc")
    settings["domain"] = {"kind": "vic", "path": "domain.nc"}
    settings["vic"] |= {"parameters": "params.nc"}
    runs = [{"method": m, "simulator": "vic"} for m in ("default", "mpr-sceua")]
    settings["calibration"] = {"runs": runs}
    settings["products"] = {
        "forcing": {"product": "vic", "prefix": "forcing."},
        "observations": settings["products"]["observations"],
        "attributes": {n: {"path": "soil.nc", "variable": n} for n in soil.data_vars},
    }
    (folder / "study.yaml").write_text(yaml.safe_dump(settings))
    return folder


def _write_observations(path: Path, study: Study) -> None:
    grid = study.domain.grid
    days = np.arange("2009-06-01", "2009-06-15", dtype="M8[D]").astype("M8[ns]")
    shape = (len(days), *grid.shape)
    values = 2.0 + np.random.default_rng(1).random(shape)
    attrs = {"units": "mm d-1"}
    axes = {
        "time": days,
        "lat": ("lat", grid.latitudes, {"units": "degrees_north"}),
        "lon": ("lon", grid.longitudes, {"units": "degrees_east"}),
    }
    xr.Dataset({"evap": (("time", "lat", "lon"), values, attrs)}, axes).to_netcdf(path)


@pytest.fixture
def copied(tmp_path, monkeypatch) -> Callable[[Path], Files]:
    """A copy of a study's folder, in which the test works."""

    def copy(source: Path) -> Files:
        folder = tmp_path / "study"
        shutil.copytree(source, folder)
        monkeypatch.chdir(folder)
        return Files(folder)

    return copy


@pytest.fixture
def cmfd_files(cmfd, copied) -> Files:
    return copied(cmfd)


@pytest.fixture
def vic_files(vic, copied) -> Files:
    return copied(vic)


@pytest.fixture
def check(capsys) -> Iterator[Callable[[], Said]]:
    """Run `paramscape check` on the study of the present folder."""

    def run() -> Said:
        status = main(["check", "study.yaml"])
        said = capsys.readouterr()
        return Said(status, said.out, said.err)

    return run
