"""The grid and the domain of a study."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from paramscape.study._base import Settings


class Grid(Settings):
    """A regular latitude-longitude grid, given by its outer edges."""

    west: float = Field(ge=-180, le=360, description="Western edge [degrees east].")
    east: float = Field(ge=-180, le=360, description="Eastern edge [degrees east].")
    south: float = Field(ge=-90, le=90, description="Southern edge [degrees north].")
    north: float = Field(ge=-90, le=90, description="Northern edge [degrees north].")
    resolution: float = Field(gt=0, le=5, description="Cell size [degrees].")

    @model_validator(mode="after")
    def _holds_whole_cells(self) -> Self:
        for low, high, axis in (("west", "east", "lon"), ("south", "north", "lat")):
            span = getattr(self, high) - getattr(self, low)
            cells = span / self.resolution
            if span <= 0 or abs(cells - round(cells)) > 1e-6:
                raise ValueError(
                    f"grid.{low}={getattr(self, low)} to grid.{high}={getattr(self, high)} is "
                    f"{cells:g} cells of {self.resolution} degrees along {axis}; "
                    "the edges must enclose a whole, positive number of cells"
                )
        return self

    @property
    def shape(self) -> tuple[int, int]:
        """Number of cells along latitude and longitude."""
        return (
            round((self.north - self.south) / self.resolution),
            round((self.east - self.west) / self.resolution),
        )

    @property
    def latitudes(self) -> list[float]:
        """Cell centres, ascending [degrees north]."""
        return [round(self.south + (i + 0.5) * self.resolution, 9) for i in range(self.shape[0])]

    @property
    def longitudes(self) -> list[float]:
        """Cell centres, ascending [degrees east]."""
        return [round(self.west + (i + 0.5) * self.resolution, 9) for i in range(self.shape[1])]


class RectangleDomain(Settings):
    """Every cell of a grid."""

    kind: Literal["rectangle"] = "rectangle"
    grid: Grid


class MaskDomain(Settings):
    """The cells of a grid that a mask file marks: a coast, a basin."""

    kind: Literal["mask"]
    grid: Grid
    path: Path = Field(description="CF NetCDF file with a mask on any latitude-longitude grid.")
    variable: str = Field("mask", description="Mask variable: above 0 (or a fraction) is inside.")
    minimum_fraction: float = Field(
        0.5, gt=0, le=1, description="Share of a cell that must be inside [1]."
    )


class VicDomain(Settings):
    """The active cells of a VIC domain file, which also fixes the grid."""

    kind: Literal["vic"]
    path: Path = Field(description="VIC domain file (mask, frac, area).")
