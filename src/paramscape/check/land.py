"""Tests of domain, VIC's parameters, soil, land cover and attributes."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import xarray as xr

from paramscape.check.report import Finding, Report
from paramscape.grid.cells import Cells
from paramscape.prepare.attributes import further_attributes
from paramscape.prepare.domain import prepare_domain
from paramscape.prepare.mpr_soil import MprSources, prepare_mpr_soil
from paramscape.prepare.native_soil import prepare_native_soil
from paramscape.prepare.own_parameters import own_parameters
from paramscape.prepare.vegetation import class_fractions
from paramscape.products.bounding_box import Box
from paramscape.products.catalogue import domain_files, static_files
from paramscape.products.domain import read_domain
from paramscape.products.errors import ProductError
from paramscape.products.land import read_land_cover
from paramscape.products.netcdf_reader import open_product
from paramscape.study import METHODS, PointsDomain, RectangleDomain, Study, VicDomain


def domain_of(study: Study, report: Report) -> xr.Dataset | None:
    """Mask and area (lat, lon) of the study's cells; None if their file is made or wrong."""
    files = domain_files(study)
    if any(file.made or not file.path.is_file() for file in files):
        return None
    with report.watch():
        domain = read_domain(study.domain)
        count = int((domain["mask"] > 0).sum())
        lat, lon = domain["lat"].values, domain["lon"].values
        report.good.append(
            f"domain: {count} active cells of {lat.size} x {lon.size}, {lat.min():g} to "
            f"{lat.max():g} N, {lon.min():g} to {lon.max():g} E"
        )
        return domain
    return None


def box_of(study: Study, domain: xr.Dataset | None) -> Box | None:
    """The edges of the domain; if its file is missing or wrong, those of its grid.

    Without a domain file the centres in VIC's parameter file are used. None if that is unknown,
    too.
    """
    if domain is not None:
        return Box.of(domain)
    if isinstance(study.domain, PointsDomain):
        return None
    if not isinstance(study.domain, VicDomain):
        return Box.of(read_domain(RectangleDomain(grid=study.domain.grid)))
    if study.vic.parameters is None:
        return None
    try:
        with open_product(study.vic.parameters) as raw:
            lat, lon = raw.lat, raw.lon
    except ProductError:
        return None
    if lat is None or lon is None:
        return None
    return Box(float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max()))


def check_land(study: Study, domain: xr.Dataset, report: Report) -> None:
    """Test the land's files that exist and are not made by the twin."""
    there = {f.path for f in static_files(study) if not f.made and f.path.is_file()}
    parameters = _parameters(study, domain, there, report)
    elevation = study.products.elevation
    heights = study.vic.parameters if elevation is None else elevation.path
    if heights in there:
        with report.watch():
            prepare_domain(study.domain, elevation, study.vic.parameters, study.space)
            report.good.append(f"elevation: {heights}")
    _check_soil(study, domain, report)
    cover = study.products.land_cover
    if cover is not None and cover.path in there:
        with report.watch():
            class_fractions(read_land_cover(cover, Box.of(domain)), cover.scheme, domain)
            report.good.append(f"land cover: {cover.path}")
    for name, attribute in study.products.attributes.items():
        if attribute.path in there:
            with report.watch():
                further_attributes({name: attribute}, domain)
                variable = f"{attribute.variable} of " if attribute.variable else ""
                report.good.append(f"attribute {name}: {variable}{attribute.path}")
    _check_mpr(study, domain, parameters, report)


def _parameters(
    study: Study, domain: xr.Dataset, there: set[Path], report: Report
) -> xr.Dataset | None:
    """VIC's own parameters on the domain, tested by VIC's rules; None if they are wrong."""
    path = study.vic.parameters
    if path is None or path not in there:
        return None
    known = len(report.errors)
    with report.watch():
        params = own_parameters(path, domain)
        _in_file(path, lambda: _judge_parameters(study, params, domain))
        if len(report.errors) == known:
            report.good.append(f"VIC's parameters: {path}, within VIC's rules in every active cell")
        return params
    return None


def _judge_parameters(study: Study, params: xr.Dataset, domain: xr.Dataset) -> None:
    from paramscape.vic.check_parameters import check_bands
    from paramscape.vic.parameters import Parameters

    cells = Cells.of(domain)
    parameters = Parameters.from_dataset(params, cells.mask)
    if study.vic.snow_band:
        check_bands(parameters)
    if not any(METHODS[run.method].estimates for run in study.calibration.runs):
        return
    if "depth2" not in study.priors.names or "depth1" in study.priors.names:
        return
    top, least = float(parameters.soil["depth"][:, 0].max()), study.priors["depth2"].low
    if top > least:
        raise ValueError(
            f"layer 1 is up to {top:g} m thick, and VIC wants layer 2 no thinner, but "
            f"priors.depth2.low is {least:g}. Set priors.depth2.low to {top:g} or more"
        )


def _in_file(path: Path, judge: Callable[[], None]) -> None:
    """Name the file in the errors of a test that does not know it."""
    try:
        judge()
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def _check_soil(study: Study, domain: xr.Dataset, report: Report) -> None:
    soil, elevation = study.products.soil, study.products.elevation
    folders = () if soil is None else soil.folders
    files = [f for f in static_files(study) if f.path.parent in folders]
    files += [f for f in static_files(study) if elevation and f.path == elevation.path]
    if soil is None or any(f.made or not f.path.is_file() for f in files):
        return
    with report.watch():
        native = prepare_native_soil(soil, elevation, domain)
        cells = Cells.of(domain)
        empty = np.setdiff1d(np.arange(cells.count), native["cell"].values)
        if empty.size:
            row, column = np.unravel_index(cells.flat_index[empty[0]], cells.shape)
            report.error(
                Finding(
                    f"{empty.size} of {cells.count} active cells have no pixel with complete soil",
                    str(soil.folders[0]),
                    place=f"cell (lat {cells.lat[row]:.6g}, lon {cells.lon[column]:.6g})",
                    cure="take those cells out of the domain's mask, or fill the soil files there",
                )
            )
        report.good.append(f"soil: {' and '.join(map(str, soil.folders))}")


def _check_mpr(
    study: Study, domain: xr.Dataset, parameters: xr.Dataset | None, report: Report
) -> None:
    products = study.products
    used = any(METHODS[run.method].needs_soil for run in study.calibration.runs)
    if not used or products.soil is not None or parameters is None:
        return
    if all(a.path.is_file() for a in products.attributes.values()):
        with report.watch():
            sources = MprSources(products.attributes, products.elevation, parameters)
            soil = prepare_mpr_soil(sources, domain)
            count = int((soil["cell"] >= 0).sum())
            report.good.append(f"MPR: {count} pixels of soil in the active cells")
