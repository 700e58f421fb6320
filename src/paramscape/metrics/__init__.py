"""Point and spatial scores on masked grids, and the table that says how to read them."""
