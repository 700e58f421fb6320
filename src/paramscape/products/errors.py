"""The error of every reader."""

from pathlib import Path


class ProductError(ValueError):
    """A raw file that is not what its product promises.

    The message says what is wrong, then file, variable, time and cell as far as they are known,
    then what to do.
    """

    def __init__(
        self,
        problem: str,
        file: Path | str,
        variable: str | None = None,
        place: str | None = None,
        cure: str | None = None,
    ) -> None:
        self.problem, self.cure = problem, cure
        self.file = Path(file)
        self.variable = variable
        self.place = place
        lines = [problem, f"  file: {file}"]
        if variable is not None:
            lines.append(f"  variable: {variable}")
        if place is not None:
            lines.append(f"  where: {place}")
        if cure is not None:
            lines.append(f"  what to do: {cure}")
        super().__init__("\n".join(lines))
