"""Priors, sampled parameter fields, and data sets of them."""
