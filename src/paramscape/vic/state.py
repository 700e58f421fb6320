"""The prognostic state of the columns, and how windows of a training start from stored states."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from paramscape.vic.columns import Columns, columns_of
from paramscape.vic.options import Options
from paramscape.vic.parameters import Parameters
from paramscape.vic.processes import constants as c
from paramscape.vic.processes.atmosphere import emitted_longwave

LAYERS = ("soil_moisture_1", "soil_moisture_2", "soil_moisture_3")  # [mm]
SURFACE = (
    "wet_canopy",  # liquid on the canopy, mean of the tile [mm]
    "snow_canopy",  # snow on the canopy, mean of the tile [m]
    "melt_storage",  # melt kept for a mass release [m]
    "snow_water",  # water equivalent of the pack [m]
    "surface_water",  # liquid in its surface layer [m]
    "pack_water",  # liquid below it [m]
    "surface_temperature",  # of the pack [C]
    "pack_temperature",  # [C]
    "cold_content",  # of the surface layer [J m-2]
    "snow_density",  # [kg m-3]
    "snow_depth",  # [m]
    "snow_albedo",
    "snow_age",  # [snow steps] since the last snowfall
    "melting",  # 1 in the melt season
    "snow_cover",  # 0 or 1
    "ground_temperature",  # at the surface [C]
    "base_temperature",  # at the base of layer 1 [C]
    "longwave_up",  # from the ground, seen by the canopy [W m-2]
    "foliage_temperature",  # [C]
)
VARIABLES = LAYERS + SURFACE


@dataclass(frozen=True)
class State:
    """The state between two model steps.

    values: (member?, variable, column), the variables in the order of `VARIABLES`, the columns
    in that of `paramscape.vic.columns.Columns`.
    """

    values: Tensor

    @property
    def members(self) -> int | None:
        """Length of the member axis, None without one."""
        return self.values.shape[0] if self.values.ndim == 3 else None

    def __getitem__(self, name: str) -> Tensor:
        """One variable, (member?, column)."""
        return self.values[..., VARIABLES.index(name), :]

    @property
    def soil_moisture(self) -> Tensor:
        """Moisture of the layers, (member?, layer, column) [mm]."""
        return self.values[..., : len(LAYERS), :]

    def detach(self) -> "State":
        """The same state, cut from the graph of gradients."""
        return State(self.values.detach())

    def clone(self) -> "State":
        """A copy that shares no memory."""
        return State(self.values.clone())

    def to(
        self, dtype: torch.dtype | None = None, device: torch.device | str | None = None
    ) -> "State":
        """Convert to a dtype and move to a device."""
        return State(self.values.to(dtype=dtype, device=device))

    def select_members(self, index: Tensor | Sequence[int] | int) -> "State":
        """Some members in the order of the index; an int takes one and drops the axis."""
        if self.members is None:
            raise ValueError("this state has no member axis to select from")
        if isinstance(index, int):
            return State(self.values[index])
        return State(self.values[torch.as_tensor(index, device=self.values.device)])

    @staticmethod
    def stack(states: Sequence["State"]) -> "State":
        """Gather states without member axis along a new one."""
        if any(state.members is not None for state in states):
            raise ValueError("states with a member axis cannot be stacked; select a member first")
        return State(torch.stack([state.values for state in states]))


def initial_state(
    parameters: Parameters,
    options: Options,
    members: int | None = None,
    columns: Columns | None = None,
) -> State:
    """VIC's cold start: no snow, a dry canopy, the file's soil moisture, ground at 0 C.

    Args:
        parameters: may have a member axis.
        options: options of the simulation.
        members: length of the member axis; that of the parameters by default.
        columns: of the parameters, if the caller has them; derived from the parameters by default.
    """
    members = members or parameters.members
    columns = (columns or columns_of(parameters, options)).for_members(members or 1)
    porosity = 1.0 - columns.soil(parameters, "bulk_density") / columns.soil(
        parameters, "soil_density"
    )
    capacity = columns.soil(parameters, "depth") * porosity * 1000.0
    moisture = torch.minimum(columns.soil(parameters, "init_moist"), capacity)
    start = dict.fromkeys(SURFACE, torch.zeros_like(moisture[0]))
    frozen = torch.zeros_like(moisture[0])
    start["longwave_up"] = emitted_longwave(frozen, c.SNOW_EMISSIVITY)
    start["foliage_temperature"] = columns.repeat(columns.warmer)
    values = torch.cat([moisture, torch.stack([start[name] for name in SURFACE])])
    return State(unflatten(values, columns.members if members else None))


def flatten(state: State, members: int) -> Tensor:
    """Values (variable, lane) of a state, repeated for `members` where it has no member axis."""
    values = state.values if state.members else state.values[None]
    values = values.expand(members, *values.shape[1:])
    return values.transpose(0, 1).reshape(values.shape[1], -1)


def unflatten(values: Tensor, members: int | None) -> Tensor:
    """Values (member?, variable, column) of values (variable, lane)."""
    if members is None:
        return values
    return values.reshape(values.shape[0], members, -1).transpose(0, 1)
