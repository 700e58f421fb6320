"""Iterative ensemble smoother: prior fields, error model, sensitivities, updates, posterior."""
