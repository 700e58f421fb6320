"""Priors and parameter fields of members, members in VIC, and VIC as a simulator."""
