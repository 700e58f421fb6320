"""The raw files that a study reads; imports nothing heavy, so a workflow can ask at once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from pathlib import Path

from paramscape.data.ledger import Ledger, PublicFile, require_content
from paramscape.products import paths
from paramscape.products.sources import SOURCES
from paramscape.study import (
    CfObservations,
    CmfdForcing,
    FluxTowerObservations,
    GleamObservations,
    NldasForcing,
    Period,
    RectangleDomain,
    Study,
    mpr_attributes,
)
from paramscape.study.quantities import UNITS

_CMFD_CONTENT = {
    "temp": "air temperature",
    "pres": "air pressure",
    "shum": "specific humidity",
    "wind": "wind speed",
    "srad": "downward shortwave radiation",
    "lrad": "downward longwave radiation",
    "prec": "precipitation rate",
}
_LISTED_BY_NAME = 1000
_MADE_BY_TWIN = (
    "cmfd-v1.6",
    "elevation",
    "gleam-v3",
    "land-cover",
    "soil-hydraulic",
    "soil-properties",
    "user",
)


@dataclass(frozen=True)
class RawFile:
    """A raw file of a study.

    `product` is its readable name and version, `content` what is inside, `source` where one gets
    it; `made` files are written by the study's own twin; `public` is the entry of the data ledger
    for a file that can be fetched.
    """

    path: Path
    product: str
    content: str
    source: str
    made: bool = False
    public: PublicFile | None = None


class MissingFiles(FileNotFoundError):
    """Raw files that a study needs and that are not there; `files` holds all of them."""

    def __init__(self, files: Iterable[RawFile]) -> None:
        self.files = tuple(files)
        super().__init__(_describe(self.files))

    def __str__(self) -> str:
        return _describe(self.files)


def required_files(study: Study) -> list[RawFile]:
    """Every raw file that a study reads in its record period, in a fixed order.

    A file that lies under one of its known other names or folders is given as it lies; a file
    that is nowhere, or that the study's twin writes, is given under its canonical path.
    """
    files = [
        *domain_files(study),
        *forcing_files(study, study.periods.record),
        *static_files(study),
        *observation_files(study, study.calibration.target),
        *program_files(study),
    ]
    ledger = Ledger.read(study.products.ledger)
    listed = (f if f.made else replace(f, public=ledger.of(f.path)) for f in files)
    return list(dict.fromkeys(listed))


def public_files(study: Study) -> dict[Path, PublicFile]:
    """Entries of the data ledger by path, for the files of the study that can be fetched."""
    return {f.path: f.public for f in required_files(study) if f.public is not None}


def missing_files(study: Study) -> list[RawFile]:
    """Required files that do not exist and that the study's twin will not write."""
    return [f for f in required_files(study) if not f.made and not f.path.is_file()]


def require_files(study: Study, *, fetched: bool = False) -> None:
    """Stop where a raw file is missing.

    Args:
        study: whose files.
        fetched: whether public files may be missing, because they are fetched later.

    Raises:
        MissingFiles: naming each file, its product, and where one gets it.
        LedgerError: if a public file has another size than the data ledger says.
    """
    missing = [f for f in missing_files(study) if not (fetched and f.public)]
    if missing:
        raise MissingFiles(missing)
    for path, file in public_files(study).items():
        if path.is_file():
            require_content(path, file, look_inside=False)


def domain_files(study: Study) -> list[RawFile]:
    """The file of the domain's mask, if there is one."""
    if isinstance(study.domain, RectangleDomain):
        return []
    return [_file(study, "user", study.domain.path, f"the domain ({study.domain.kind})")]


def forcing_files(study: Study, period: Period) -> list[RawFile]:
    """Files of meteorological forcing for a period of the record.

    A step needs the record at its end, so the file with the first record after the period is
    among them. After the record's last day it is asked for only if it exists: a record that ends
    with the data repeats its last value there.
    """
    forcing = study.products.forcing
    if isinstance(forcing, CmfdForcing):
        return list(_cmfd_files(study, forcing, period))
    if isinstance(forcing, NldasForcing):
        return list(_nldas_files(study, forcing, period))
    return [
        _real("user", paths.vic_forcing_path(forcing.prefix, year), "VIC forcing of a year")
        for year in range(period.start.year, period.end.year + 1)
    ]


def static_files(study: Study) -> list[RawFile]:
    """Elevation, soil, land cover, further attributes, and the user's own VIC parameters."""
    products = study.products
    files = []
    if products.elevation is not None:
        files.append(_file(study, "elevation", products.elevation.path, "elevation [m]"))
    if products.soil is not None:
        files.extend(_soil_files(study))
    if products.land_cover is not None and study.vic.parameters is None:
        content = f"land cover classes ({products.land_cover.scheme})"
        files.append(_file(study, "land-cover", products.land_cover.path, content))
    for name, attribute in products.attributes.items():
        files.append(_real("user", attribute.path, f"attribute {name} ({attribute.variable})"))
    if study.vic.parameters is not None:
        files.append(_real("user", study.vic.parameters, "VIC parameters"))
    return files


def mpr_files(study: Study) -> list[RawFile]:
    """Files of soil and terrain that MPR reads where `products.soil` is not given."""
    used = {attribute.path for attribute in mpr_attributes(study.products.attributes).values()}
    if study.products.elevation is not None:
        used.add(study.products.elevation.path)
    return [file for file in static_files(study) if file.path in used]


def observation_files(study: Study, target: str, period: Period | None = None) -> list[RawFile]:
    """Files of one observed target in a period, by default all that is scored.

    There are none where the twin hands its observations over itself.
    """
    settings = study.products.observations[target]
    period = period or study.periods.scored
    years = range(period.start.year, period.end.year + 1)
    content = f"observed {target} [{UNITS[target]}]"
    if isinstance(settings, GleamObservations):
        variable = settings.variable_of(target)
        listing = _listing(study, settings.product)
        found = [
            paths.find_gleam(listing, settings.folder, settings.version, variable, year)
            for year in years
        ]
        content = f"daily {variable}, {settings.version}: {content}"
        return [_file(study, settings.product, path, content) for path in found]
    if isinstance(settings, CfObservations):
        found = dict.fromkeys(paths.yearly_path(settings.path, year) for year in years)
        files = [_real("user", path, f"{content} ({settings.variable})") for path in found]
        if settings.parameters is not None:
            files.append(_real("user", settings.parameters, "depth of the observed soil layer"))
        return files
    if isinstance(settings, FluxTowerObservations):
        content = f"latent heat of a flux tower ({settings.variable})"
        return [_real("flux-tower", path, content) for path in settings.files]
    return []


def program_files(study: Study) -> list[RawFile]:
    """The real VIC program, if results are verified in it."""
    if study.vic.executable is None:
        return []
    return [_real("vic", study.vic.executable, "the program that results are verified in")]


def _cmfd_files(study: Study, forcing: CmfdForcing, period: Period) -> Iterator[RawFile]:
    listing = _listing(study, forcing.product)
    after = _following_month(period)
    for variable, content in _CMFD_CONTENT.items():
        for month in paths.months(period.start, period.end):
            path = paths.find_cmfd(listing, forcing.folder, forcing.product, variable, month)
            yield _file(study, forcing.product, path, f"{content} ({variable}), 3-hourly")
        if after is not None:
            path = paths.find_cmfd(listing, forcing.folder, forcing.product, variable, after)
            if _is_needed(study, period, path):
                yield _file(study, forcing.product, path, f"{content} ({variable}), 3-hourly")


def _following_month(period: Period) -> date | None:
    after = period.end + timedelta(days=1)
    return after if after.month != period.end.month else None


def _nldas_files(study: Study, forcing: NldasForcing, period: Period) -> Iterator[RawFile]:
    listing = _listing(study, forcing.product)
    for hour in paths.hours(period.start, period.end):
        path = paths.find_nldas(listing, forcing.folder, hour)
        yield _file(study, forcing.product, path, "hourly forcing, File A")
    after = period.end + timedelta(days=1)
    path = paths.find_nldas(listing, forcing.folder, datetime(after.year, after.month, after.day))
    if _is_needed(study, period, path):
        yield _file(study, forcing.product, path, "hourly forcing, File A")


def _is_needed(study: Study, period: Period, path: Path) -> bool:
    if period.end < study.periods.record.end:
        return True
    return not _is_made(study, study.products.forcing.product) and path.is_file()


def _soil_files(study: Study) -> Iterator[RawFile]:
    soil = study.products.soil
    listing = _listing(study, "soil-hydraulic")
    for variable in paths.SOIL_HYDRAULIC:
        path = paths.find_soil(listing, soil.hydraulic_folder, variable)
        yield _file(study, "soil-hydraulic", path, f"median {variable}, 30 arc-seconds")
    for variable in paths.SOIL_PROPERTIES:
        path = paths.find_soil(listing, soil.properties_folder, variable)
        yield _file(study, "soil-properties", path, f"{variable}, 30 arc-seconds")


def _is_made(study: Study, key: str) -> bool:
    return study.twin is not None and study.twin.climate and key in _MADE_BY_TWIN


def _listing(study: Study, key: str) -> paths.Listing:
    """A listing of the disk, or of nothing where the twin fixes every name."""
    return paths.Nothing() if _is_made(study, key) else paths.Listing()


def _file(study: Study, key: str, path: Path, content: str) -> RawFile:
    return _real(key, path, content, made=_is_made(study, key))


def _real(key: str, path: Path, content: str, made: bool = False) -> RawFile:
    source = SOURCES["twin"].source if made else SOURCES[key].source
    return RawFile(Path(path), SOURCES[key].product, content, source, made)


def _describe(files: tuple[RawFile, ...]) -> str:
    lines = [f"{len(files)} raw file(s) of this study are missing."]
    public = [f for f in files if f.public]
    own = [f for f in files if not f.public]
    if public:
        lines.append(f"{len(public)} of them are public: run `paramscape fetch STUDY.yaml`.")
        lines.extend(f"  {f.path}\n    from {f.public.address}" for f in public)
    for (product, content, source), group in groupby(
        own, key=lambda f: (f.product, f.content, f.source)
    ):
        found = list(group)
        lines.append(f"{product}: {content} ({len(found)} file(s))")
        lines.extend(f"  {line}" for line in _names(found, len(files)))
        lines.append(f"  get it: {source}")
    if own:
        lines.append(
            "Put the files there, or correct the folders under `products` in the settings."
        )
    return "\n".join(lines)


def _names(files: list[RawFile], total: int) -> list[str]:
    if total <= _LISTED_BY_NAME or len(files) < 3:
        return [str(f.path) for f in files]
    return [f"{files[0].path} ... {files[-1].path} (all {len(files)} are in `MissingFiles.files`)"]
