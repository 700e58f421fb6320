"""VIC as a simulator of daily targets."""
