"""Scores in time and over space, and how to read them."""
