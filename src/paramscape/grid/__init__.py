"""Cells of a domain, and images of them."""
