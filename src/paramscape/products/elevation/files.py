"""The raw file of the land's elevation."""

from collections.abc import Iterator

from paramscape.products.listing import Listing
from paramscape.products.sources import Source, SourceFile
from paramscape.study import Elevation

SOURCE = Source(
    "land elevation",
    "any CF NetCDF file; for China the elevation file that comes with CMFD "
    "(doi:10.11888/AtmosphericPhysics.tpe.249369.file)",
    made_by_twin=True,
)


def elevation_files(settings: Elevation, listing: Listing) -> Iterator[SourceFile]:
    """The file of the elevation."""
    yield SourceFile(settings.path, "elevation [m]", SOURCE)
