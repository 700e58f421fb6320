"""Forcing files of VIC's image driver."""
