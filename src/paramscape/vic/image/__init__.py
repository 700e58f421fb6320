"""VIC's image driver: its global parameter file, and the NetCDF files it reads and writes."""

from paramscape.vic.image.driver import run_global

__all__ = ["run_global"]
