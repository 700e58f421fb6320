"""VIC and its surrogates: parameters to daily fluxes, with gradients."""
