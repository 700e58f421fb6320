"""Soil of China at 30 arc-seconds."""
