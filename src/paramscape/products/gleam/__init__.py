"""GLEAM evaporation and soil moisture."""
