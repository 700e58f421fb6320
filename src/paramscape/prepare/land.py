"""Attributes, native soil and VIC's parameters of a study."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import xarray as xr

from paramscape.files.notices import tell
from paramscape.prepare.attributes import further_attributes, parameter_attributes, soil_attributes
from paramscape.prepare.native_soil import prepare_native_soil
from paramscape.prepare.own_parameters import own_parameters
from paramscape.prepare.parameters import default_parameters, mean_climate
from paramscape.prepare.vegetation import class_fractions
from paramscape.products.bounding_box import Box
from paramscape.products.errors import ProductError
from paramscape.products.land import read_land_cover
from paramscape.study import (
    CfAttribute,
    ChinaSoil,
    ConusSoil,
    Elevation,
    LandCover,
    Priors,
    SettingsError,
)


@dataclass(frozen=True)
class LandSettings:
    """Settings of the products that describe the land.

    Either `parameters`, the user's VIC parameter file, or elevation, soil and land cover are given.
    Soil given together with a parameter file provides the attributes.
    """

    elevation: Elevation | None
    soil: ChinaSoil | ConusSoil | None
    land_cover: LandCover | None
    parameters: Path | None
    attributes: Mapping[str, CfAttribute] = field(default_factory=dict)


@dataclass(frozen=True)
class PreparedLand:
    """attributes (lat, lon), parameters as VIC's file, native_soil (lat, lon) of pixels or None."""

    attributes: xr.Dataset
    parameters: xr.Dataset
    native_soil: xr.Dataset | None


def _require_possible(params: xr.Dataset, domain: xr.Dataset, path: Path) -> None:
    """Refuse parameters with which VIC cannot run; see `paramscape.vic.check_parameters`."""
    from paramscape.vic.parameters import Parameters

    try:
        Parameters.from_dataset(params, domain["mask"].transpose("lat", "lon"))
    except ValueError as error:
        raise ProductError(str(error), path) from error


def prepare_land(
    settings: LandSettings, domain: xr.Dataset, daily: xr.Dataset, priors: Priors
) -> PreparedLand:
    """Attributes, native soil and VIC's parameters of a domain.

    Args:
        settings: products of soil, vegetation and elevation, or VIC's own parameter file.
        domain: mask and elevation (lat, lon).
        daily: daily forcing (time, lat, lon), for the mean climate.
        priors: ranges in which default parameters must lie.

    Raises:
        ProductError, SettingsError or SoilGapError: if a file is wrong or a cell is not covered.
    """
    native = _native_soil(settings, domain)
    climate = mean_climate(daily)
    if settings.parameters is not None:
        params = own_parameters(settings.parameters, domain)
        _require_possible(params, domain, settings.parameters)
    else:
        codes = read_land_cover(settings.land_cover, Box.of(domain))
        fractions = class_fractions(codes, settings.land_cover.scheme, domain)
        params = default_parameters(domain, native, fractions, climate, priors)
    if native is not None:
        attributes = soil_attributes(native, domain)
    else:
        attributes = parameter_attributes(params, domain, climate)
    further = further_attributes(settings.attributes, domain)
    _warn_of_replaced(attributes, further, settings.attributes)
    return PreparedLand(attributes.assign(further.data_vars), params, native)


def _warn_of_replaced(
    derived: xr.Dataset, further: xr.Dataset, settings: Mapping[str, CfAttribute]
) -> None:
    for name in further.data_vars:
        if name in derived:
            own, source = settings[str(name)], derived[name].attrs.get("source", "soil")
            tell(
                f"the attribute {name} is that of products.attributes ({own.path}: "
                f"{own.variable}), which replaces the one derived from the {source}",
                logging.WARNING,
            )


def _native_soil(settings: LandSettings, domain: xr.Dataset) -> xr.Dataset | None:
    if settings.soil is None:
        return None
    if settings.elevation is None:
        raise SettingsError("products.soil uses products.elevation for the slope of the land")
    return prepare_native_soil(settings.soil, settings.elevation, domain)
