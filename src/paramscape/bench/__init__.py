"""Speed, memory and precision of VIC's engine and of the methods."""
