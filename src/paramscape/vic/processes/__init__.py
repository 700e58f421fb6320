"""The physics of VIC, one process in each module."""
