"""Snow on the ground and in the canopy (Wigmosta et al. 1994; Andreadis et al. 2009)."""

from paramscape.vic.snow.options import PassOptions
from paramscape.vic.snow.regime import snow_pass

__all__ = ["PassOptions", "snow_pass"]
