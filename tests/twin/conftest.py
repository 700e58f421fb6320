"""A small study whose raw files the twin has written: 3 x 4 cells, December and January."""

from dataclasses import dataclass
from datetime import date

import pytest

from paramscape import twin
from paramscape.study import (
    ChinaSoil,
    CmfdForcing,
    Elevation,
    GleamObservations,
    Grid,
    LandCover,
    MaskDomain,
    Period,
    Products,
)

SEED = 1979


@dataclass(frozen=True)
class Small:
    """Settings of the small study."""

    products: Products
    domain: MaskDomain
    days: Period
    seed: int = SEED


def small_study(folder):
    """Settings of a small study whose raw files lie in `folder`."""
    cmfd = folder / "cmfd"
    products = Products(
        forcing=CmfdForcing(product="cmfd-v1.6", folder=cmfd),
        elevation=Elevation(path=cmfd / "elev_ITPCAS-CMFD_V0106_B-01_010deg.nc"),
        soil=ChinaSoil(
            product="china-soil",
            hydraulic_folder=folder / "hydraulic",
            properties_folder=folder / "properties",
        ),
        land_cover=LandCover(path=folder / "land-cover.nc"),
        observations={"et": GleamObservations(product="gleam-v3", folder=folder / "gleam")},
    )
    grid = Grid(west=114.0, east=115.0, south=32.0, north=32.75, resolution=0.25)
    domain = MaskDomain(kind="mask", grid=grid, path=folder / "basin.nc")
    return Small(products, domain, Period(start=date(2008, 12, 30), end=date(2009, 1, 2)))


@pytest.fixture(scope="session")
def small(tmp_path_factory):
    study = small_study(tmp_path_factory.mktemp("raw"))
    twin.write_static(study.products, study.domain, study.seed)
    twin.write_climate(study.products.forcing, study.days, study.domain.grid, study.seed)
    return study
