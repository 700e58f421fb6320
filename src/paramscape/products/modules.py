"""The modules of a product: `files.py` names its raw files, `read.py` reads them.

What both must provide depends on the role of the product (see `paramscape.study.products`):

| role | `files.py`, imports nothing heavy | `read.py` |
|---|---|---|
| forcing | `forcing_files(settings, period, listing)` | `read_forcing(settings, period, box, ends_record)`, `forcing_file(settings)` |
| observations | `observation_files(settings, target, period, listing)` | `read_observations(settings, target, period, box)` |
| checks | `check_files(settings, variable, period, grid, listing)` | `read_check(settings, variable, period, domain)` |
| soil | `soil_files(settings, listing)` | `read_soil(settings, box)` |
| land_cover | `land_cover_files(settings, listing)` | `read_land_cover(settings, box)` |
| elevation | `elevation_files(settings, listing)` | `read_elevation(settings, box)` |
| attributes | `attribute_files(settings, name, listing)` | `read_attribute(settings, name, box)` |

Observations of the form `pixels`, on a grid other than of latitude and longitude, have
`read_on_cells(settings, target, period, domain)` instead of `read_observations`.

The modules `forcing`, `observations`, `variable_checks` and `land` say what the readers return.
`read.py` may also have `looks_at_forcing` or `looks_at_observations`, which tell `paramscape check`
how to test the files; without them it reads the first days of each year.
"""  # noqa: E501

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from types import ModuleType

from paramscape.study import product_of
from paramscape.study._base import Settings

_HERE = Path(__file__).parent


def files_of(settings: Settings) -> ModuleType | None:
    """`files.py` of a product; None where the study makes it itself."""
    package = product_of(settings).package
    return package and import_module(f"paramscape.products.{package}.files")


def reader_of(settings: Settings) -> ModuleType:
    """`read.py` of a product.

    Raises:
        ValueError: if the study makes the product itself, so that there are no raw files.
    """
    product = product_of(settings)
    if product.package is None:
        raise ValueError(f"{product.names[0]} has no raw files to read: the study makes it itself")
    return import_module(f"paramscape.products.{product.package}.read")


def code_of_readers(products: Iterable[Settings | None]) -> list[Path]:
    """Paths of the modules that read some products, for the digest of a rule's code."""
    packages = [product_of(settings).package for settings in products if settings is not None]
    return [_HERE / package / "read.py" for package in dict.fromkeys(packages) if package]
