"""China Meteorological Forcing Dataset, v1.6 and v2.0."""
