"""One module per figure or table; each draws from tidy data to files.

Figures have `draw(..., stem, caption)` and save `stem`.png and `stem`.pdf; tables have
`write(..., stem)` and save `stem`.csv, `stem`.md and `stem`.html.
"""

from paramscape.places import prepare_matplotlib

prepare_matplotlib()

from paramscape.figures import (  # noqa: E402
    figure3,
    figure4,
    figure5,
    figure6,
    figure7,
    figure8,
    figure9,
    figure10,
    figure_s2,
    figure_s3,
    figure_s4,
    methods_table,
    table1,
    table2,
)
from paramscape.figures._page import Caption  # noqa: E402

__all__ = [
    "Caption",
    "figure3",
    "figure4",
    "figure5",
    "figure6",
    "figure7",
    "figure8",
    "figure9",
    "figure10",
    "figure_s2",
    "figure_s3",
    "figure_s4",
    "methods_table",
    "table1",
    "table2",
]
