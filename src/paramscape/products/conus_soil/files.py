"""Raw files of CONUS-SOIL: one for each variable."""

from collections.abc import Iterator
from pathlib import Path

from paramscape.products.listing import Listing
from paramscape.products.sources import Source, SourceFile
from paramscape.study import ConusSoil

FILES = {"SA": "sand", "SI": "silt", "CL": "clay", "BD": "bd"}
"""Names of the files, without `.bsq`, by the name of their variable."""
SOURCE = Source(
    "CONUS-SOIL (STATSGO, Miller and White 1998)",
    "Pennsylvania State University, http://www.soilinfo.psu.edu (30 arc-seconds, geographic, "
    "band-sequential files sand, silt, clay and bd)",
    made_by_twin=True,
)


def soil_files(settings: ConusSoil, listing: Listing) -> Iterator[SourceFile]:
    """Files of texture and bulk density."""
    for name in FILES:
        yield SourceFile(path_of(settings, name, listing), f"{FILES[name]} in 11 layers", SOURCE)


def path_of(settings: ConusSoil, name: str, listing: Listing) -> Path:
    """Path of a variable as it lies on the disk, or the canonical path."""
    return listing.find(settings.folder, [Path(f"{FILES[name]}.bsq")], SOURCE)
