"""Machine code: its compiler, its target processor, the folders it is kept in, and loading it."""
