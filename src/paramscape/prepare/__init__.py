"""From raw products to the files that VIC and the networks read."""
