"""History of a calibration or training: one row per epoch or loop, written as it grows."""

from pathlib import Path

import pandas as pd

from paramscape.files import write_table


class History:
    """Rows of numbers under fixed columns; the first column is the progress.

    Losses are called `train/<loss>` or `validation/<score>`. `seconds` is the wall-clock time of
    the row; that of the first row includes the work before the first epoch. NaN, an empty field in
    the file, means that nothing was recorded.
    """

    def __init__(self, columns: tuple[str, ...], rows: list[list[float]] | None = None):
        self.columns = columns
        self.rows = [list(row) for row in rows or []]

    def record(self, values: dict[str, float]) -> None:
        """Add a row; columns that `values` lacks are NaN.

        Raises:
            KeyError: if a value has no column.
        """
        unknown = sorted(set(values) - set(self.columns))
        if unknown:
            raise KeyError(f"{', '.join(unknown)}: the history has only {', '.join(self.columns)}")
        self.rows.append([float(values.get(column, float("nan"))) for column in self.columns])

    def column(self, name: str) -> list[float]:
        """All values of a column."""
        place = self.columns.index(name)
        return [row[place] for row in self.rows]

    def write(self, path: Path) -> None:
        """Write all rows as CSV, in one atomic write, with nine significant digits."""
        table = pd.DataFrame(self.rows, columns=list(self.columns))
        write_table(table, path, float_format="%.9g")
