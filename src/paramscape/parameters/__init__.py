"""Priors of the calibrated parameters, sampling of fields, and data sets of fields."""
