"""Flux towers, a daily NetCDF file each."""
