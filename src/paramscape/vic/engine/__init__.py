"""How a simulation runs: in chunks, with PyTorch's operations or compiled."""
