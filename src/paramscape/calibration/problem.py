"""Input and output of every calibrator."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import xarray as xr
from torch import Tensor

from paramscape.grid.cells import Cells
from paramscape.jobs.checkpoint import RunPaths
from paramscape.parameters.priors import PriorBox
from paramscape.simulators.interface import Simulator
from paramscape.study import LearningPeriods


@dataclass(frozen=True)
class CalibrationData:
    """Data that methods may learn from; the same for every method.

    attributes: (cell, attribute), standardised over the learners.
    forcing: (time, cell, variable), daily, standardised with the learners' constants of the
        training period.
    observations: (time, cell), the target in its unit; NaN where missing, and in all cells that are
        only scored, so that losses, searches and validation see the learners alone.
    times: (time,) days as datetime64, the axis of forcing and observations.
    soil_native: native soil fields with the index of each pixel's cell, or None.
    readable: (time, cell), observations that a network may read as its input, NaN where missing;
        None if they are those of `observations`.
    filled: (time, cell), the same with values in the gaps, for networks alone; None without them.
    """

    cells: Cells
    attributes: Tensor
    forcing: Tensor
    observations: Tensor
    times: Any
    soil_native: xr.Dataset | None
    readable: Tensor | None = None
    filled: Tensor | None = None

    def to(self, device: str) -> "CalibrationData":
        """The same with its tensors on another device."""
        moved = {
            name: getattr(self, name).to(device)
            for name in ("attributes", "forcing", "observations", "readable", "filled")
            if getattr(self, name) is not None
        }
        return replace(self, **moved)


@dataclass(frozen=True)
class SearchedFields:
    """Parameters that a search of each cell found on the same simulator, for pre-training.

    fields: (cell, parameter) in physical units.
    model_runs: runs of the domain in the search.
    seconds: duration of the search.
    """

    fields: Tensor
    model_runs: int
    seconds: float


@dataclass(frozen=True)
class Problem:
    """One calibration: data, simulator and bounds.

    default: (cell, parameter), the uncalibrated parameters in physical units.
    searched: parameters for pre-training, or None.
    """

    target: str
    data: CalibrationData
    periods: LearningPeriods
    simulator: Simulator
    priors: PriorBox
    default: Tensor
    searched: SearchedFields | None = None


@dataclass(frozen=True)
class Estimate:
    """Parameter fields of a method that gives samples of the posterior.

    parameters: (cell, parameter) physical values, the point estimate.
    samples: (sample, cell, parameter) physical values.
    """

    parameters: Tensor
    samples: Tensor


Calibrator = Callable[[Problem, Any, RunPaths, int], Tensor | Estimate]
"""(problem, the method's settings, paths, seed) -> (cell, parameter) physical values, or these with
samples of the posterior."""


def target_of(fluxes: Mapping[str, Tensor], target: str) -> Tensor:
    """A simulator's fluxes of a target.

    Raises:
        ValueError: if the simulator does not give them.
    """
    if target not in fluxes:
        raise ValueError(
            f"the simulator gives {', '.join(fluxes)}, but {target} is calibrated; choose a "
            "simulator that was made for it"
        )
    return fluxes[target]
