"""Compiling and loading machine code."""
