"""Paramscape learns distributed parameter fields of the VIC land-surface model."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("paramscape")
except PackageNotFoundError:
    __version__ = "0.1.0"
