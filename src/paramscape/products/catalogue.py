"""The raw files that a study reads; imports nothing heavy, so that workflows start fast."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from paramscape.data.ledger import Ledger, PublicFile, require_content
from paramscape.products.listing import Listing
from paramscape.products.modules import files_of
from paramscape.products.sources import BASIN, OWN, TWIN, VIC_PROGRAM, SourceFile
from paramscape.study import (
    BlocksDomain,
    MarkedCells,
    Period,
    PointsDomain,
    RectangleDomain,
    Study,
    mpr_attributes,
)

_LISTED_BY_NAME = 1000


@dataclass(frozen=True)
class RawFile:
    """A raw file of a study.

    `product` is its readable name and version, `content` what is inside, `source` where to get it.
    `made` files are written by the study's twin. `public` is the entry of the data ledger for a
    file that can be fetched.
    """

    path: Path
    product: str
    content: str
    source: str
    made: bool = False
    public: PublicFile | None = None


class MissingFiles(FileNotFoundError):
    """Raw files that a study needs and that are missing; `files` has all of them."""

    def __init__(self, files: Iterable[RawFile]) -> None:
        self.files = tuple(files)
        super().__init__(_describe(self.files))

    def __str__(self) -> str:
        return _describe(self.files)


def required_files(study: Study) -> list[RawFile]:
    """Every raw file that a study reads in its record period, in a fixed order.

    A file that exists under another known name or folder has its path on the disk. A file that is
    missing, or that the study's twin writes, has its canonical path.
    """
    files = [
        *domain_files(study),
        *forcing_files(study, study.periods.record),
        *static_files(study),
        *observation_files(study, study.calibration.target),
        *(file for variable in study.products.checks for file in check_files(study, variable)),
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
        MissingFiles: naming each file, its product, and where to get it.
        LedgerError: if a public file has another size than the data ledger says.
    """
    missing = [f for f in missing_files(study) if not (fetched and f.public)]
    if missing:
        raise MissingFiles(missing)
    for path, file in public_files(study).items():
        if path.is_file():
            require_content(path, file, look_inside=False)


def domain_files(study: Study) -> list[RawFile]:
    """Files of the domain's mask or points, and of the cells that are learned from."""
    domain, files = study.domain, []
    content = f"the domain ({domain.kind})"
    if isinstance(domain, PointsDomain):
        if isinstance(domain.points, Path):
            files.append(SourceFile(domain.points, content, OWN))
    elif isinstance(domain, BlocksDomain):
        if domain.mask is not None:
            files.append(SourceFile(domain.mask.path, content, BASIN))
    elif not isinstance(domain, RectangleDomain):
        files.append(SourceFile(domain.path, content, BASIN))
    if isinstance(study.space.learn, MarkedCells):
        files.append(SourceFile(study.space.learn.path, "the cells that are learned from", OWN))
    return _raw(study, files)


def forcing_files(study: Study, period: Period) -> list[RawFile]:
    """Files of meteorological forcing for a period of the record.

    A step needs the record at its end, so the file with the first record after the period is
    among them. After the record's last day it is asked for only if it exists: a record that ends
    with the data repeats its last value there.
    """
    forcing, listing = study.products.forcing, _listing(study)
    files = files_of(forcing).forcing_files(forcing, period, listing)
    inside = period.end < study.periods.record.end
    return _raw(study, (f for f in files if inside or not f.closes_record or _is_there(f, listing)))


def static_files(study: Study) -> list[RawFile]:
    """Elevation, soil, land cover, further attributes, and the user's own VIC parameters."""
    products, listing = study.products, _listing(study)
    files: list[SourceFile] = []
    if products.elevation is not None:
        found = files_of(products.elevation).elevation_files(products.elevation, listing)
        files.extend(found)
    if products.soil is not None:
        files.extend(files_of(products.soil).soil_files(products.soil, listing))
    if products.land_cover is not None and study.vic.parameters is None:
        found = files_of(products.land_cover).land_cover_files(products.land_cover, listing)
        files.extend(found)
    for name, attribute in products.attributes.items():
        files.extend(files_of(attribute).attribute_files(attribute, name, listing))
    if study.vic.parameters is not None:
        files.append(SourceFile(study.vic.parameters, "VIC parameters", OWN))
    return _raw(study, files)


def mpr_files(study: Study) -> list[RawFile]:
    """Files of soil and terrain that MPR reads where `products.soil` is not given."""
    used = {attribute.path for attribute in mpr_attributes(study.products.attributes).values()}
    if study.products.elevation is not None:
        used.add(study.products.elevation.path)
    return [file for file in static_files(study) if file.path in used]


def observation_files(study: Study, target: str, period: Period | None = None) -> list[RawFile]:
    """Files of one observed target in a period, by default all that is scored.

    There are none if the twin observes its hidden truth without raw files.
    """
    settings = study.products.observations[target]
    module = files_of(settings)
    if module is None:
        return []
    days = period or study.periods.scored
    return _raw(study, module.observation_files(settings, target, days, _listing(study)))


def check_files(study: Study, variable: str) -> list[RawFile]:
    """Files of a variable that is only scored, in the scored days.

    Products in tiles have those on the disk; which of them the cells need is tested when they are
    read. Files that the twin writes are those of the tiles that the study's grid touches.
    """
    settings, listing = study.products.checks[variable], _listing(study)
    module, grid = files_of(settings), getattr(study.domain, "grid", None)
    found = module.check_files(settings, variable, study.periods.scored, grid, listing)
    return _raw(study, found)


def program_files(study: Study) -> list[RawFile]:
    """The real VIC program, if results are verified in it."""
    if study.vic.executable is None:
        return []
    content = "the program that results are verified in"
    return _raw(study, [SourceFile(study.vic.executable, content, VIC_PROGRAM)])


def _is_there(file: SourceFile, listing: Listing) -> bool:
    return not listing.is_made(file.source) and file.path.is_file()


def _listing(study: Study) -> Listing:
    return Listing(twin_writes=study.twin is not None and study.twin.climate)


def _raw(study: Study, files: Iterable[SourceFile]) -> list[RawFile]:
    listing = _listing(study)
    found = []
    for file in files:
        made = listing.is_made(file.source)
        source = TWIN.source if made else file.source.source
        found.append(RawFile(Path(file.path), file.source.product, file.content, source, made))
    return found


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
