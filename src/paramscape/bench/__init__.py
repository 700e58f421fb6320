"""Measurements of the engine: what its precision and its speed are."""
