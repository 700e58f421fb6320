"""Search without gradients: SCE-UA, its objective, and MPR's transfer functions."""
