"""Constants of a simulation, derived once before the loop over steps."""

from dataclasses import dataclass

import torch
from torch import Tensor

from paramscape.vic.columns import Columns
from paramscape.vic.forcing import Forcing
from paramscape.vic.land_constants import Calendar, layers_of, runoff_soil, site_of
from paramscape.vic.options import Options
from paramscape.vic.outputs import OUTPUTS, WATER_TABLE
from paramscape.vic.parameters import Parameters
from paramscape.vic.processes import constants as c
from paramscape.vic.step import Land
from paramscape.vic.water_table import WaterTable, water_table_of


@dataclass(frozen=True)
class Prepared:
    """The land of a simulation and the outputs that are wanted of it."""

    columns: Columns
    land: Land
    calendar: Calendar
    outputs: tuple[str, ...]
    all_rain_above: Tensor | float  # (member?, cell), or one for all cells [C]
    bands: Tensor | None = None  # see `outputs.StepView`, where an output needs it
    water_table: WaterTable | None = None

    @classmethod
    def of(
        cls,
        parameters: Parameters,
        options: Options,
        columns: Columns,
        outputs: tuple[str, ...],
    ) -> "Prepared":
        """Derive everything that stays the same from the columns of all members."""
        layers = layers_of(parameters, columns)
        land = Land(
            site=site_of(parameters, columns, layers, options),
            layers=layers,
            runoff=runoff_soil(parameters, columns, layers, options),
            options=options,
            with_potential="OUT_PET" in outputs,
            with_energy=any(OUTPUTS[name].of_energy for name in outputs),
        )
        bands = table = None
        if any(OUTPUTS[name].layers is None for name in outputs):
            bands = columns.repeat(columns.band_share.to(layers.depth.dtype))
        if set(WATER_TABLE) & set(outputs):
            table = water_table_of(parameters, columns, layers)
        above = parameters.soil.get("MAX_SNOW_TEMP", c.ALL_RAIN_ABOVE)
        return cls(
            columns=columns,
            land=land,
            calendar=Calendar(parameters, columns, options),
            outputs=outputs,
            all_rain_above=above,
            bands=bands,
            water_table=table,
        )

    @property
    def by_lane(self) -> bool:
        """Whether the lanes' own rows suffice for all outputs."""
        return all(OUTPUTS[name].by_lane for name in self.outputs)

    @property
    def dtype(self) -> torch.dtype:
        """Precision of the simulation."""
        return self.land.layers.depth.dtype

    @property
    def rows(self) -> list[int]:
        """Number of rows of each output."""
        bands = self.columns.band_share.shape[0]
        return [OUTPUTS[name].layers or bands for name in self.outputs]

    def forcing_cell(self, forcing: Forcing) -> Tensor:
        """Index (lane,) into the flattened (member?, cell) of the forcing."""
        cell = self.columns.cell
        member = torch.arange(self.columns.members, device=cell.device)[:, None]
        return (cell + (member * self.columns.cells if forcing.members else 0 * member)).reshape(-1)

    def may_snow(self, forcing: Forcing) -> Tensor:
        """Whether snow may fall in a substep in the coldest band, (step, snow cell).

        `snow_cell` gives the place of each lane. Members have their own places where their forcing
        or their temperature above which all is rain differs.
        """
        above = self.all_rain_above
        if self._snow_differs:
            above = above.detach()[:, None, None]
        cold = forcing.air_temp + self.columns.coldest_band < above
        may = (cold & (forcing.prec > 0)).any(-2)
        return may.movedim(0, -2).flatten(-2) if may.ndim == 3 else may

    def snow_cell(self, forcing: Forcing) -> Tensor:
        """Index (lane,) into the last axis of `may_snow`."""
        return self.columns.cell_of_lane if self._snow_differs else self.forcing_cell(forcing)

    @property
    def _snow_differs(self) -> bool:
        return isinstance(self.all_rain_above, Tensor) and self.all_rain_above.ndim == 2

    def of_cells(self, rows: Tensor, members: int | None) -> dict[str, Tensor]:
        """Outputs by name of cell means (step, row, member * cell)."""
        rows = rows.unflatten(-1, (self.columns.members, self.columns.cells))
        rows = rows.permute(2, 0, 3, 1) if members else rows[:, :, 0].transpose(1, 2)
        parts = zip(self.outputs, rows.split(self.rows, -1), strict=True)
        return {name: OUTPUTS[name].of_means(part) for name, part in parts}


def cells_last(values: Tensor, forcing: Forcing) -> Tensor:
    """(step, ..., forcing cell) of (member?, step, ..., cell)."""
    return values.movedim(0, -2).flatten(-2) if forcing.members else values
