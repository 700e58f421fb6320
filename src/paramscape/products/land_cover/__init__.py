"""A map of vegetation classes."""
