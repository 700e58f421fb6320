"""Changes the lines of a global parameter file."""

from collections.abc import Sequence
from pathlib import Path

OUTPUT_LINES = ("OUTFILE", "OUTVAR", "AGGFREQ", "HISTFREQ", "COMPRESS", "OUT_FORMAT")


def change_global(path: Path, lines: Sequence[str] = (), **options) -> None:
    """Change a global parameter file, see `prepared`."""
    kept = [line for line in path.read_text().splitlines() if line.split()]
    if lines and lines[0].startswith("OUTFILE"):
        kept = [line for line in kept if line.split()[0] not in OUTPUT_LINES]
    kept = [line for line in kept if line.split()[0] not in options]
    new = [f"{name} {value}" for name, value in options.items() if value is not None]
    path.write_text("\n".join([*new, *kept, *lines]) + "\n")
