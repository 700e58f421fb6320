"""The figures and tables of a study."""
