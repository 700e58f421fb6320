"""Readers of raw files: variables, units, times, missing values.

Each product has a folder: `files.py` names its raw files and imports nothing heavy, `read.py` reads
them into SI or VIC units on (time, lat, lon). `modules` finds both by a product's settings,
`catalogue` lists a study's files, `forcing`, `observations` and `land` read them. Everything that
is wrong with a file is a `ProductError` that names file, variable, time and cell.
"""

from paramscape.products.errors import ProductError

__all__ = ["ProductError"]
