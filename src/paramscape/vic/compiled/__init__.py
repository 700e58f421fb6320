"""The simulation as compiled loops over vectors of lanes, generated from the physics."""

from paramscape.vic.compiled.choice import compiled_here
from paramscape.vic.compiled.task import run_compiled

__all__ = ["compiled_here", "run_compiled"]
