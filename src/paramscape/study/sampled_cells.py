"""Domains of single cells: one of each block of a grid, and points."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, PositiveInt, model_validator

from paramscape.study._base import Settings
from paramscape.study.grid import Grid

_ALIGNED = 1e-6  # of a cell, [1]


class MarkedCells(Settings):
    """A file that marks cells on any latitude-longitude grid."""

    path: Path = Field(description="CF NetCDF file.")
    variable: str = Field(
        "mask", description="Variable of the file: above 0 (or a fraction) is marked."
    )
    minimum_fraction: float = Field(
        0.5, gt=0, le=1, description="Share of a cell that must be marked [1]."
    )


class CellOfBlock(Settings):
    """A cell of a block, counted from the block's north-west corner."""

    row: int = Field(ge=0, description="Rows from the north.")
    column: int = Field(ge=0, description="Columns from the west.")


class Anchor(Settings):
    """The north-west corner of the product's grid, from which blocks are counted."""

    north: float = Field(53.0, description="Northern edge [degrees north].")
    west: float = Field(-125.0, description="Western edge [degrees east].")


class BlocksDomain(Settings):
    """One cell of each block of a grid, and neighbours of these cells."""

    kind: Literal["blocks"]
    grid: Grid
    block: PositiveInt = Field(description="Rows and columns of a block.")
    corner: Literal["north-west", "centre"] | CellOfBlock = Field(
        "north-west", description="Which cell of a block is sampled."
    )
    neighbours: tuple[tuple[int, int], ...] = Field(
        ((1, 1),),
        description="Further cells: rows to the south and columns to the east of each sampled "
        "cell. One that does not exist is replaced by the next one that does, clockwise at the "
        "same distance; none is taken that is sampled itself.",
    )
    anchor: Anchor = Field(
        Anchor(),
        description="Corner of the product's grid, by default that of NLDAS-2: blocks are "
        "counted from it, so that a smaller box has the same cells.",
    )
    mask: MarkedCells | None = Field(
        None, description="The cells that have data; without it all cells of the grid have."
    )

    @model_validator(mode="after")
    def _samples_a_cell_of_the_block(self) -> Self:
        if max(self.offset) >= self.block:
            raise ValueError(
                f"domain.corner is row {self.offset[0]}, column {self.offset[1]}, but a block has "
                f"{self.block} rows and columns, counted from 0"
            )
        if (0, 0) in self.neighbours:
            raise ValueError("domain.neighbours holds [0, 0], which is the sampled cell itself")
        return self

    @model_validator(mode="after")
    def _lies_on_the_lattice_of_the_anchor(self) -> Self:
        for edge in ("north", "west"):
            cells = (getattr(self.grid, edge) - getattr(self.anchor, edge)) / self.grid.resolution
            if abs(cells - round(cells)) > _ALIGNED:
                raise ValueError(
                    f"domain.grid.{edge}={getattr(self.grid, edge)} is {cells:g} cells from "
                    f"domain.anchor.{edge}={getattr(self.anchor, edge)}; blocks are counted from "
                    "the anchor, so give the corner of a grid that has the same cells"
                )
        return self

    @property
    def offset(self) -> tuple[int, int]:
        """Row from the north and column from the west of the sampled cell in its block."""
        if isinstance(self.corner, CellOfBlock):
            return self.corner.row, self.corner.column
        return (0, 0) if self.corner == "north-west" else (self.block // 2, self.block // 2)

    @property
    def first_cell(self) -> tuple[int, int]:
        """Row from the north and column from the west of the grid's north-west cell, counted
        from the anchor.
        """
        resolution = self.grid.resolution
        return (
            round((self.anchor.north - self.grid.north) / resolution),
            round((self.grid.west - self.anchor.west) / resolution),
        )


class Point(Settings):
    """A place with a name."""

    name: str = Field(min_length=1, description="Name in messages.")
    latitude: float = Field(ge=-90, le=90, description="[degrees north].")
    longitude: float = Field(ge=-180, le=360, description="[degrees east].")


class PointsDomain(Settings):
    """Cells around points."""

    kind: Literal["points"]
    points: Path | tuple[Point, ...] = Field(
        description="The centres of the cells: a list, or a CSV file with the columns name, "
        "latitude and longitude."
    )
    resolution: float = Field(gt=0, le=5, description="Cell size [degrees].")
