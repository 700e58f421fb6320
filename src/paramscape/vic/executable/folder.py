"""The run folder: all files of a case, written for VIC."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr

from paramscape.files import save_netcdf
from paramscape.vic.image.write_global import (
    DOMAIN,
    FORCING,
    GLOBAL,
    PARAMETERS,
    RESULTS,
    ImageCase,
    write_global,
)
from paramscape.vic.options import Options
from paramscape.vic.parameter_layout import parameter_layout


@dataclass(frozen=True)
class CaseFiles:
    """Data of a case.

    domain: mask, frac, area (lat, lon). params: VIC's parameters on the same grid, NaN where
    missing. forcing: VIC forcing files by calendar year, which the folder links to.
    """

    domain: xr.Dataset
    params: xr.Dataset
    forcing: Mapping[int, Path]


def clear_folder(folder: Path) -> None:
    """Make an empty run folder, and replace that of an earlier run.

    Raises:
        FileExistsError: if the folder is not a run folder.
    """
    if folder.exists():
        if any(folder.iterdir()) and not (folder / GLOBAL).exists():
            raise FileExistsError(
                f"{folder} is to be a run folder of VIC, but it holds files and no {GLOBAL}; "
                "move them"
            )
        for item in folder.iterdir():
            if item.is_dir() and not item.is_symlink():
                shutil.rmtree(item)
            elif item.name != GLOBAL:
                item.unlink()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / GLOBAL).touch()  # marks the folder as a run folder, also if this process is killed
    (folder / RESULTS).mkdir()


def write_folder(folder: Path, case: ImageCase, files: CaseFiles) -> None:
    """Write a case into an empty run folder.

    Missing variables and years stay missing, so that the checks find them.
    """
    write_global(case, folder)
    save_netcdf(_domain(files.domain), folder / DOMAIN)
    save_netcdf(image_parameters(files.params, case.options), folder / PARAMETERS)
    for year in range(case.start.year, case.end.year + 1):
        if year in files.forcing:
            (folder / f"{FORCING}{year}.nc").symlink_to(Path(files.forcing[year]).resolve())


def image_parameters(params: xr.Dataset, options: Options) -> xr.Dataset:
    """Variables of a parameter file that VIC reads, in its types and order of dims.

    Missing integers become 0. Variables that the file lacks stay missing.
    """
    fields = {}
    for name, variable in parameter_layout(options).items():
        if name in params:
            field = params[name].transpose(*variable.dims)
            field = field.fillna(0).astype("i4") if variable.integer else field.astype("f8")
            fields[name] = field.drop_vars(set(field.coords) - {"lat", "lon"})
    return xr.Dataset(fields).drop_encoding()


def _domain(domain: xr.Dataset) -> xr.Dataset:
    plane = domain[["mask", "frac", "area"]].transpose("lat", "lon")
    mask = (plane["mask"].fillna(0) > 0).astype(np.int32)
    plane = plane[["frac", "area"]].astype("f8").assign(mask=mask)
    return plane.drop_vars(set(plane.coords) - {"lat", "lon"}).drop_encoding()
