"""Preparation: from raw products to the files that VIC and the networks read."""
