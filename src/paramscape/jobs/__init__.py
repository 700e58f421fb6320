"""What every job does: its door, records, random streams, interruption and the lock of a study."""
