"""CF NetCDF files of the user's own: observations and attributes."""
