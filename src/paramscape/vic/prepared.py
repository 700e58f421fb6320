"""What of parameters and forcing is worked out once, before the loop over steps."""

from dataclasses import dataclass

import torch
from torch import Tensor

from paramscape.vic.columns import Columns, columns_of
from paramscape.vic.forcing import Forcing
from paramscape.vic.options import Options
from paramscape.vic.outputs import OUTPUTS
from paramscape.vic.parameters import Parameters
from paramscape.vic.site import Calendar, layers_of, runoff_soil, site_of
from paramscape.vic.step import Land


@dataclass(frozen=True)
class Prepared:
    """The land of a simulation and the outputs that are wanted of it."""

    columns: Columns
    land: Land
    calendar: Calendar
    outputs: tuple[str, ...]

    @classmethod
    def of(
        cls,
        parameters: Parameters,
        options: Options,
        members: int | None,
        outputs: tuple[str, ...],
    ) -> "Prepared":
        """Lay out the columns, and derive everything that stays the same."""
        columns = columns_of(parameters, options, members or 1)
        layers = layers_of(parameters, columns)
        land = Land(
            site=site_of(parameters, columns, layers),
            layers=layers,
            runoff=runoff_soil(parameters, columns, layers, options),
            options=options,
            with_potential="OUT_PET" in outputs,
        )
        return cls(columns, land, Calendar(parameters, columns, options), outputs)

    @property
    def dtype(self) -> torch.dtype:
        """Precision of the simulation."""
        return self.land.layers.depth.dtype

    @property
    def rows(self) -> list[int]:
        """Number of layers of each output."""
        return [OUTPUTS[name].layers for name in self.outputs]

    def forcing_cell(self, forcing: Forcing) -> Tensor:
        """Index (lane,) into the flattened (member?, cell) of the forcing."""
        cell = self.columns.cell
        member = torch.arange(self.columns.members, device=cell.device)[:, None]
        return (cell + (member * self.columns.cells if forcing.members else 0 * member)).reshape(-1)

    def may_snow(self, forcing: Forcing) -> Tensor:
        """Whether snow may fall in a substep in the coldest band, (member?, step, cell)."""
        cold = forcing.air_temp + self.columns.coldest_band < 0.5
        return (cold & (forcing.prec > 0)).any(-2)

    def of_cells(self, rows: Tensor, members: int | None) -> dict[str, Tensor]:
        """Outputs by name of cell means (step, row, member * cell)."""
        rows = rows.unflatten(-1, (self.columns.members, self.columns.cells))
        rows = rows.permute(2, 0, 3, 1) if members else rows[:, :, 0].transpose(1, 2)
        result = {}
        for name, part in zip(self.outputs, rows.split(self.rows, -1), strict=True):
            of_cell = OUTPUTS[name].of_cell
            part = of_cell(part) if of_cell else part
            result[name] = part if part.shape[-1] > 1 else part[..., 0]
        return result


def cells_last(values: Tensor, forcing: Forcing) -> Tensor:
    """(step, ..., forcing cell) of (member?, step, ..., cell)."""
    return values.movedim(0, -2).flatten(-2) if forcing.members else values
