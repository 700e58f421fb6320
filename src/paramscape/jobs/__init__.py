"""What jobs share: log, records, checkpoints, training loop, interruption."""
