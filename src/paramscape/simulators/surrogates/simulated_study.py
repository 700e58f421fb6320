"""Where and when a surrogate simulates."""

from dataclasses import dataclass
from datetime import date

from torch import Tensor

from paramscape.grid.cells import Cells
from paramscape.parameters.priors import PriorBox
from paramscape.simulators.parameter_values import require_parameter_values
from paramscape.study import LearningPeriods
from paramscape.study.days import DayAxis
from paramscape.study.quantities import FORCINGS

FORCING = "the daily forcing"


@dataclass(frozen=True)
class SurrogateInputs:
    """What surrogates simulate a study from.

    cells: the active cells.
    forcing: (time, cell, variable), daily, physical, in the order of FORCINGS, without a gap.
    first_day: of the forcing.
    periods: the training period gives the windows' day 0.
    priors: the box in whose unit cube networks read parameters.
    """

    cells: Cells
    forcing: Tensor
    first_day: date
    periods: LearningPeriods
    priors: PriorBox

    def __post_init__(self) -> None:
        if tuple(self.forcing.shape[1:]) != (self.cells.count, len(FORCINGS)):
            raise ValueError(
                f"forcing must be (time, {self.cells.count} cells, {len(FORCINGS)} variables); "
                f"got {tuple(self.forcing.shape)}"
            )

    @property
    def axis(self) -> DayAxis:
        """The days of the forcing."""
        return DayAxis(self.first_day, len(self.forcing), FORCING)

    def unit(self, parameters: Tensor) -> Tensor:
        """Parameters (..., cell, parameter) in the unit cube, in the forcing's precision.

        Raises:
            ValueError: if the parameters are not those of all cells, or not finite.
        """
        require_parameter_values(parameters, self.cells.count, self.priors.names)
        return self.priors.to_unit(parameters).to(self.forcing)
