"""The raw file of a map of vegetation classes."""

from collections.abc import Iterator

from paramscape.products.listing import Listing
from paramscape.products.sources import Source, SourceFile
from paramscape.study import LandCover

SOURCE = Source(
    "land cover",
    "any CF NetCDF file of UMD or IGBP class codes, such as MODIS MCD12C1 "
    "(https://lpdaac.usgs.gov) saved as NetCDF",
    made_by_twin=True,
)


def land_cover_files(settings: LandCover, listing: Listing) -> Iterator[SourceFile]:
    """The file of the map."""
    yield SourceFile(settings.path, f"land cover classes ({settings.scheme})", SOURCE)
