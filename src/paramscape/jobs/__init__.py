"""What every job does: log, records, interruption, random streams."""
