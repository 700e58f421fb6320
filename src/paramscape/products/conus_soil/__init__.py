"""Soil of the conterminous US: CONUS-SOIL (Miller and White 1998)."""
