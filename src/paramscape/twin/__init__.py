"""Raw files of a made world, and the hidden truth behind it.

`write_climate` and `write_static` make the raw files of CMFD v1.6, China's soil data, land cover
and basin. `truth_parameters`, `perturb_forcing` and `add_observation_noise` are the parts of the
hidden truth; VIC runs between them, and `write_gleam` keeps the result as GLEAM does.
"""

from paramscape.twin.cmfd_files import write_climate
from paramscape.twin.gleam_files import write_gleam
from paramscape.twin.grids import grid_of
from paramscape.twin.static_files import write_static
from paramscape.twin.truth import add_observation_noise, perturb_forcing, truth_parameters

__all__ = [
    "add_observation_noise",
    "grid_of",
    "perturb_forcing",
    "truth_parameters",
    "write_climate",
    "write_gleam",
    "write_static",
]
