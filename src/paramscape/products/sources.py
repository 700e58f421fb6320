"""Sources of raw files."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Source:
    """Name and version of a product, and where to get its files.

    made_by_twin: whether a study's twin can write such files.
    """

    product: str
    source: str
    made_by_twin: bool = False


@dataclass(frozen=True)
class SourceFile:
    """A raw file of a product, and its content.

    closes_record: whether the file is only needed for the record at the end of the last step. At
    the end of a study's record it may be missing.
    """

    path: Path
    content: str
    source: Source
    closes_record: bool = False


TWIN = Source("the twin's raw files", "made by this workflow: run snakemake")
OWN = Source("your own file", "put it there, or correct its path in the settings")
BASIN = Source(OWN.product, OWN.source, made_by_twin=True)
VIC_PROGRAM = Source(
    "VIC 5",
    "https://github.com/UW-Hydro/VIC, built as image driver (vic_image.exe); or leave "
    "vic.executable out of the settings",
)
