"""Simulators: from parameters to daily targets, with gradients."""
