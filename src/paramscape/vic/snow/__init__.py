"""Snow on the ground and in the canopy (Wigmosta et al. 1994; Andreadis et al. 2009)."""
