"""Readers of raw files: variables, units, times, missing values.

`catalogue` says which raw files a study reads and imports nothing heavy; `forcing`,
`observations`, `china_soil`, `land_cover`, `elevation`, `domain`, `vic_files` and `cf` read them.
Everything that is wrong with a file is a `ProductError` that names file, variable, time and cell.
"""

from paramscape.products.errors import ProductError

__all__ = ["ProductError"]
