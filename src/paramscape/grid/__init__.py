"""Cells of a domain, their areas, and images of them."""
