"""Raw files of the soil of China: one for each variable."""

from collections.abc import Iterator
from pathlib import Path

from paramscape.products.listing import Listing
from paramscape.products.sources import Source, SourceFile
from paramscape.study import ChinaSoil

HYDRAULIC = ("THSCH", "PSI_S", "LAMBDA", "K_SCH", "TH33", "TH1500")
PROPERTIES = ("SA", "SI", "CL", "BD", "POR", "PDEP")
_ADDRESS = "Beijing Normal University, http://globalchange.bnu.edu.cn/research/data"
HYDRAULIC_SOURCE = Source(
    "China soil hydraulic parameters (Dai et al. 2013)", _ADDRESS, made_by_twin=True
)
PROPERTIES_SOURCE = Source(
    "China soil properties (Shangguan et al. 2013)", _ADDRESS, made_by_twin=True
)


def soil_files(settings: ChinaSoil, listing: Listing) -> Iterator[SourceFile]:
    """Files of both data sets."""
    for variable in HYDRAULIC:
        path = path_of(settings.hydraulic_folder, variable, listing, HYDRAULIC_SOURCE)
        yield SourceFile(path, f"median {variable}, 30 arc-seconds", HYDRAULIC_SOURCE)
    for variable in PROPERTIES:
        path = path_of(settings.properties_folder, variable, listing, PROPERTIES_SOURCE)
        yield SourceFile(path, f"{variable}, 30 arc-seconds", PROPERTIES_SOURCE)


def path_of(folder: Path, variable: str, listing: Listing, source: Source) -> Path:
    """Path of a variable as it lies on the disk, or the canonical path."""
    return listing.find(folder, [canonical_name(variable)], source)


def canonical_name(variable: str) -> Path:
    """Name of the file of a variable."""
    return Path(f"{variable}.nc")
