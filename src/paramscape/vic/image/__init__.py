"""VIC's image driver: its global parameter file, and the NetCDF files it reads and writes."""

from paramscape.vic.image.driver import run_global
from paramscape.vic.image.inputs import read_case
from paramscape.vic.image.state_file import StateLayout, read_state, write_state

__all__ = ["StateLayout", "read_case", "read_state", "run_global", "write_state"]
