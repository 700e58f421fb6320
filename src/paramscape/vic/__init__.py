"""VIC 5.1 in water-balance mode, differentiable."""

from paramscape.vic.calibrated import calibrated_dataset, with_calibrated
from paramscape.vic.forcing import Forcing
from paramscape.vic.options import Options
from paramscape.vic.parameters import Parameters
from paramscape.vic.simulate import Running, Simulation, simulate
from paramscape.vic.state import State, initial_state

__all__ = [
    "Forcing",
    "Options",
    "Parameters",
    "Running",
    "Simulation",
    "State",
    "calibrated_dataset",
    "initial_state",
    "simulate",
    "with_calibrated",
]
