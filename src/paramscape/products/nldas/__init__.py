"""NLDAS-2 hourly forcing."""
