"""Land elevation."""
