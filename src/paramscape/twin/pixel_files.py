"""The truth in the files of products that lie in pixels: SMAP and MOD16."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import xarray as xr

from paramscape.study import Mod16Checks, SmapObservations, Twin
from paramscape.twin.mod16_files import write_mod16
from paramscape.twin.smap_files import write_smap


def write_pixels(
    settings: SmapObservations | Mod16Checks,
    paths: Sequence[Path],
    truth: xr.DataArray,
    domain: xr.Dataset,
    twin: Twin,
) -> None:
    """Write files of a product.

    Args:
        settings: which product.
        paths: files, under the product's names, which say their days and tiles.
        truth: (time, lat, lon) daily values of the hidden truth.
        domain: `mask` and `area` (lat, lon).
        twin: seed and sizes of the errors.
    """
    if isinstance(settings, SmapObservations):
        days = {datetime.strptime(p.name.split("_")[-3], "%Y%m%d").date(): p for p in paths}
        write_smap(days, truth, domain, twin.smap, twin.seed)
    else:
        write_mod16(paths, truth, domain, twin.seed)
