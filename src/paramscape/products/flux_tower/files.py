"""Raw files of flux towers: one for each tower."""

from collections.abc import Iterator

from paramscape.products.listing import Listing
from paramscape.products.sources import Source, SourceFile
from paramscape.study import FluxTowerObservations, Period

SOURCE = Source(
    "flux tower",
    "daily NetCDF files such as those of https://github.com/callmip-org/Phase1 "
    "(Data/Phase1b), made of FLUXNET2015 (https://fluxnet.org)",
)


def observation_files(
    settings: FluxTowerObservations, target: str, period: Period, listing: Listing
) -> Iterator[SourceFile]:
    """The towers' files; each holds the whole record of its tower."""
    content = f"latent heat of a flux tower ({settings.variable})"
    for path in settings.files:
        yield SourceFile(path, content, SOURCE)
