"""Where one gets a product's files."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Source:
    """Readable name and version of a product, and where one gets its files.

    made_by_twin: whether a study's twin writes such files when it makes the climate.
    """

    product: str
    source: str
    made_by_twin: bool = False


@dataclass(frozen=True)
class SourceFile:
    """A raw file that a product's settings name, and what it holds.

    closes_record: whether it only holds the record at the end of the last step, which the end of a
    study's record can do without.
    """

    path: Path
    content: str
    source: Source
    closes_record: bool = False


TWIN = Source("the twin's raw files", "made by this workflow: run snakemake")
OWN = Source("your own file", "yours to give: correct its path in the settings")
BASIN = Source(OWN.product, OWN.source, made_by_twin=True)
VIC_PROGRAM = Source(
    "VIC 5",
    "https://github.com/UW-Hydro/VIC, built as image driver (vic_image.exe); or leave "
    "vic.executable out of the settings",
)
