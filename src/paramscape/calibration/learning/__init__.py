"""Learning by gradients: one loop, its losses, mini-batches and networks."""
