"""Observations and attributes in the user's CF NetCDF files."""
