"""Calibration methods, one in each module."""
