"""MODIS evapotranspiration in periods of 8 days (MOD16A2, MOD16A2GF)."""
