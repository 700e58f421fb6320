"""Where and when a surrogate simulates."""

from dataclasses import dataclass
from datetime import date

from torch import Tensor

from paramscape.grid.cells import Cells
from paramscape.parameters.priors import PriorBox
from paramscape.study import LearningPeriods, Period
from paramscape.study.quantities import FORCINGS, PARAMETERS


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

    def days(self, period: Period, before: int = 0) -> slice:
        """The period as indices of the forcing's days.

        Raises:
            ValueError: if the forcing lacks the period or the days that are needed before it.
        """
        first = (period.start - self.first_day).days
        if first < before or first + period.days > len(self.forcing):
            raise ValueError(
                f"simulating {period.start} to {period.end} needs forcing from {before} days "
                f"before to the end, but there are {len(self.forcing)} days from {self.first_day}"
            )
        return slice(first, first + period.days)

    def unit(self, parameters: Tensor) -> Tensor:
        """Parameters (..., cell, parameter) in the unit cube, in the forcing's precision.

        Raises:
            ValueError: if the parameters are not those of all cells.
        """
        if tuple(parameters.shape[-2:]) != (self.cells.count, len(PARAMETERS)):
            raise ValueError(
                f"parameters must be ({self.cells.count} cells, {len(PARAMETERS)}) values, got "
                f"{tuple(parameters.shape)}"
            )
        return self.priors.to_unit(parameters).to(self.forcing)
