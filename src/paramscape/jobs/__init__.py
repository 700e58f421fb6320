"""Shared by all jobs: log, records, checkpoints, training loop."""
