"""A product that is added by CONTRIBUTING.md's recipe touches three files, and works everywhere."""

import json
import shutil
from importlib import import_module
from pathlib import Path

import netCDF4
import numpy as np
import pytest
import yaml

from checkout import code_of_recipe, copy_of, python
from paramscape.study import PRODUCTS
from paramscape.study.product import Product
from paramscape.study.products import products_table

LATENT = 5.0  # [MJ m-2 d-1]
WATER = LATENT / 2.45  # [mm d-1], by FAO 56's latent heat of vaporization
PROVIDED = {
    "forcing": ("forcing_files", "read_forcing"),
    "observations": ("observation_files", "read_observations"),
    "checks": ("check_files", "read_check"),
    "soil": ("soil_files", "read_soil"),
    "land_cover": ("land_cover_files", "read_land_cover"),
    "elevation": ("elevation_files", "read_elevation"),
    "attributes": ("attribute_files", "read_attribute"),
}
CHECK = "from paramscape.cli import main; raise SystemExit(main(['check', 'study.yaml']))"
READ = """
from pathlib import Path
from paramscape.products.bounding_box import Box
from paramscape.products.observations import read_observations
from paramscape.study import Period, load

settings = load(Path("study.yaml")).products.observations["et"]
days = Period(start="2009-06-01", end="2009-06-03")
et = read_observations(settings, "et", days, Box(113.0, 31.0, 115.0, 33.0))
print(et.name, et.attrs["units"], et.sizes["time"], round(float(et.mean()), 3))
"""


@pytest.fixture(scope="module")
def extended(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository with the recipe's product, and a study that uses it."""
    folder = copy_of(repository, tmp_path_factory.mktemp("extended"))
    files, read, model_and_row = code_of_recipe(repository, "A product")
    package = folder / "src/paramscape"
    (package / "products/fluxcom").mkdir()
    (package / "products/fluxcom/files.py").write_text(files)
    (package / "products/fluxcom/read.py").write_text(read)
    table = package / "study/observation_products.py"
    model, _, row = model_and_row.rpartition("Product(")
    rows = f"{model}\nOBSERVATION_PRODUCTS = (\n    Product({row.strip()},\n"
    table.write_text(table.read_text().replace("OBSERVATION_PRODUCTS = (\n", rows))
    settings = yaml.safe_load((folder / "config/demo.yaml").read_text())
    settings["products"]["observations"]["et"] = {"product": "fluxcom", "folder": "data"}
    (folder / "study.yaml").write_text(yaml.safe_dump(settings))
    for year in range(2008, 2012):
        write(folder / f"data/LE.{year}.nc", year)
    return folder


def write(path: Path, year: int) -> None:
    """A year of constant latent heat on a grid of half degrees."""
    path.parent.mkdir(exist_ok=True)
    lat, lon = np.arange(30.25, 35, 0.5), np.arange(112.25, 118, 0.5)
    days = (np.datetime64(f"{year + 1}") - np.datetime64(f"{year}", "D")).astype(int)
    axes = {"time": np.arange(days) + 0.5, "lat": lat, "lon": lon}
    units = {"time": f"days since {year}-01-01", "lat": "degrees_north", "lon": "degrees_east"}
    with netCDF4.Dataset(path, "w") as file:
        for name, values in axes.items():
            file.createDimension(name, values.size)
            file.createVariable(name, "f8", (name,))[:] = values
            file[name].units = units[name]
        heat = file.createVariable("LE", "f4", tuple(axes))
        heat[:] = LATENT * np.where(axes["time"] < 100, 0.5, 1.0)[:, None, None]
        heat.units = "MJ m-2 d-1"


def test_schema_and_readme_follow(repository: Path, extended: Path) -> None:
    (extended / ".ci").mkdir()
    for name in (".ci/lists.py", "README.md"):
        shutil.copy(repository / name, extended / name)
    python(extended, ".ci/lists.py")
    schema = json.loads((extended / "config/schema.json").read_text())["$defs"]
    assert schema["Fluxcom"]["properties"]["product"]["const"] == "fluxcom"
    listed = "| `observations` | `fluxcom` | FLUXCOM daily latent heat, 0.5 degree |"
    assert listed in (extended / "README.md").read_text()


def test_it_is_read_in_the_units_of_its_target(extended: Path) -> None:
    answer = python(extended, "-W", "ignore", "-c", READ)
    assert f"et mm d-1 3 {WATER:.3f}" in answer.splitlines()


def test_a_check_counts_and_opens_its_files(extended: Path) -> None:
    files = [extended / f"data/LE.{year}.nc" for year in (2009, 2010, 2011)]
    answer = python(extended, "-c", CHECK)
    assert "3 raw file(s) are there" in answer
    aside = files[1].rename(extended / "aside.nc")
    try:
        failed = python(extended, "-c", CHECK, status=1)
        assert "https://www.fluxcom.org (register)" in failed and files[1].name in failed
    finally:
        aside.rename(files[1])


def test_its_jobs_are_planned(extended: Path) -> None:
    plan = python(extended, "-m", "snakemake", "--configfile", "study.yaml", "--cores", "1", "-n")
    assert "Prepare observations of et" in plan


def test_the_readme_lists_all_products(repository: Path) -> None:
    assert products_table() in (repository / "README.md").read_text(), "run make lists"


def test_every_name_stands_for_one_product_of_its_role() -> None:
    names = [(product.role, name) for product in PRODUCTS for name in product.names]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.settings.__name__)
def test_every_product_provides_what_its_role_asks_for(product: Product) -> None:
    if product.package is None:
        return
    package = f"paramscape.products.{product.package}"
    files, reader = PROVIDED[product.role]
    assert callable(getattr(import_module(f"{package}.files"), files))
    form = getattr(product.settings, "form", "grid")
    reader = "read_on_cells" if form == "pixels" else reader
    if form in ("grid", "pixels"):
        assert callable(getattr(import_module(f"{package}.read"), reader))
