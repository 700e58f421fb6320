"""The public files of Walnut Gulch as they are published, made of ../shared for a stand-in server.

The towers' files are the published ones. Forcing, domain and parameters have the published values
and names, but not the published bytes, so that a separate ledger lists them.
"""

import csv
import hashlib
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import xarray as xr

from paramscape.data.ledger import Ledger, PublicFile

NAMES = {
    "tas": "temp",
    "prcp": "prec",
    "pres": "air_pressure",
    "dswrf": "shortwave",
    "dlwrf": "longwave",
    "vp": "vapor_pressure",
    "wind": "wind",
}


def as_published(forcing: xr.Dataset) -> xr.Dataset:
    """VIC forcing in the format of VIC's sample data, which holds more than VIC reads."""
    file = forcing.rename(NAMES).astype("f8")
    file["rel_humid"] = file["temp"] * 0 + 50
    file["rel_humid"].attrs = {"units": "%", "standard_name": "relative_humidity"}
    file["mask"] = (("lat", "lon"), np.ones((file.sizes["lat"], file.sizes["lon"]), "i4"))
    file["time"].encoding |= {"dtype": "i4", "_FillValue": None}
    return file


def published_files(shared: Path) -> dict[PublicFile, bytes]:
    """Contents of the ledger's files, with entries that have the sums of these contents."""
    case, towers = shared / "vic-reference/walnut-gulch-daily", shared / "samples/callmip"
    with xr.open_dataset(case / "forcing.2008.nc") as forcing:
        made = bytes(as_published(forcing.load()).to_netcdf(engine="netcdf4", format="NETCDF4"))
    found = {}
    for entry in Ledger.read():
        kind = entry.file.partition(".")[0]
        if entry.data_set == "callmip-phase1":
            content = (towers / entry.file).read_bytes()
        elif kind in ("domain", "params"):
            content = (case / f"{kind}.nc").read_bytes()
        else:
            content = made
        about = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        found[entry.model_copy(update=about)] = content
    return found


def served(files: dict[PublicFile, bytes]) -> dict[str, bytes]:
    """Contents by the path under which a stand-in server holds them."""
    return {urlsplit(entry.address).path: content for entry, content in files.items()}


def write_ledger(files: dict[PublicFile, bytes], path: Path) -> None:
    """Write the entries of vic-walnut-gulch; those of the towers stay the package's own."""
    with path.open("w", newline="", encoding="utf-8") as text:
        table = csv.DictWriter(text, PublicFile.model_fields, lineterminator="\n")
        table.writeheader()
        for entry in files:
            if entry.data_set == "vic-walnut-gulch":
                table.writerow(entry.model_dump())
