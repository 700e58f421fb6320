"""The simulation as compiled loops over vectors of lanes, generated from the physics."""

from paramscape.vic.engine.compiled.availability import compiled_here
from paramscape.vic.engine.compiled.launch import run_compiled

__all__ = ["compiled_here", "run_compiled"]
