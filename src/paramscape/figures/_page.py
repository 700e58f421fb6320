"""Style and size of every figure, and reproducible PNG and PDF files."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import matplotlib.style
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from paramscape.files import atomic_write, stamp
from paramscape.metrics.scores import SCORES

PAGE_WIDTH = 7.5
RUNS_PER_PAGE = 6
RUNS_PER_BAND = 8

GREY = "#d9d9d9"
DARK_GREY = "#595959"
RED, BLUE = "#b2182b", "#2166ac"

# Okabe and Ito's colours, which colour-blind readers can distinguish; markers help in grey print.
LINE_COLOURS = ("#000000", "#E69F00", "#56B4E9", "#009E73", "#0072B2", "#D55E00", "#CC79A7")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")

_METHOD_LOOKS = {
    "default": 0,
    "mpr-sceua": 1,
    "cell-sceua": 6,
    "dpl-a": 2,
    "dpl-z": 4,
    "gan-po": 5,
    "gan-po-l1": 3,
    "paraformer-a": 3,
    "paraformer-z": 5,
}
_SIMULATOR_STYLES = {"": "-", "vic": "-", "lstm": "--", "seq2seq": "-.", "arnet": ":"}
_SIMULATOR_LOOKS = {"vic": 5, "lstm": 4, "seq2seq": 3, "arnet": 6}

_STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "axes.titlesize": 8,
    "axes.labelsize": 8,
    "axes.linewidth": 0.6,
    "axes.titlepad": 4,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "legend.fontsize": 7.5,
    "legend.frameon": False,
    "figure.titlesize": 9.5,
    "figure.titleweight": "bold",
    "hatch.linewidth": 0.5,
    "pdf.fonttype": 42,
    "savefig.dpi": 200,
    "savefig.bbox": "tight",
    "savefig.pad_inches": 0.06,
}
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@contextmanager
def page(stem: Path, width: float, height: float, layout: str = "constrained") -> Iterator[Figure]:
    """Give an empty figure of width x height [inch] and save it as `stem`.png and `stem`.pdf.

    The user's Matplotlib settings are not used and the files hold no date, so that equal data give
    equal bytes. Both files are written atomically.
    """
    with matplotlib.style.context(["default", _STYLE]):
        figure = Figure(figsize=(width, height), layout=layout)
        yield figure
        figure.draw_without_rendering()
        figure.set_layout_engine("none")  # laid out once, for both files
        _save(figure, stem, "png", {"Software": None, "Description": stamp()})
        pdf = {"CreationDate": None, "Producer": None, "Creator": None, "Subject": stamp()}
        _save(figure, stem, "pdf", pdf)


def page_width(runs: int) -> float:
    """Width [inch] that keeps the panels of many runs as legible as those of a few."""
    return PAGE_WIDTH * max(1.0, min(runs, RUNS_PER_BAND) / RUNS_PER_PAGE)


def bands(runs: int) -> list[slice]:
    """Slices of the runs that are drawn side by side: the fewest bands, of nearly equal length."""
    count = -(-runs // RUNS_PER_BAND)
    ends = [-(-runs * band // count) for band in range(count + 1)]
    return [slice(*pair) for pair in pairwise(ends)]


def pretty_units(units: str) -> str:
    """Units for readers: `mm d-1` becomes `mm d⁻¹`, `C` becomes `°C`; `1` stays `1`."""
    if units == "C":
        return "°C"
    return re.sub(r"(?<=[A-Za-z])-?\d+", lambda power: power[0].translate(_SUPERSCRIPTS), units)


def with_units(title: str, units: str) -> str:
    """Title with its unit in brackets; a dimensionless quantity has none."""
    return title if units == "1" else f"{title} [{pretty_units(units)}]"


def write_reason(ax: Axes, score: xr.DataArray) -> bool:
    """Write into an empty panel why the observations do not allow a score, if they do not.

    Args:
        ax: the panel.
        score: named as in `SCORES`; its attribute `not_scored` holds the reason, see
            `metrics.evaluate`.

    Returns:
        Whether a reason was written.
    """
    reason = score.attrs.get("not_scored", "")
    if reason:
        words = textwrap.fill(f"no {SCORES[str(score.name)].title}: {reason}", 60)
        ax.text(0.5, 0.5, words, ha="center", va="center", transform=ax.transAxes)
        ax.set_yticks([])
    return bool(reason)


def wrapped(label: str, width: int = 15) -> str:
    """Run label in lines of at most `width` characters, broken before ` on ` where it has one."""
    method, _, simulator = label.partition(" on ")
    parts = [method, f"on {simulator}"] if simulator else [label]
    return "\n".join(line for part in parts for line in textwrap.wrap(part, width))


def line_looks(labels: Sequence[str]) -> list[dict[str, object]]:
    """Looks of the runs' curves: colour and marker show the method, the line style the simulator.

    If all runs are of one method, colour and marker show the simulator. A method or simulator that
    is not in the tables gets the next free look.
    """
    runs = [label.partition(" on ")[::2] for label in labels]
    alone = len({method for method, _ in runs}) == 1
    places = dict(_SIMULATOR_LOOKS if alone else _METHOD_LOOKS)
    styles = dict(_SIMULATOR_STYLES)
    looks = []
    for method, simulator in runs:
        look = places.setdefault(simulator if alone else method, len(places)) % len(LINE_COLOURS)
        style = styles.setdefault(simulator, (0, (3, len(styles))))
        looks.append({"color": LINE_COLOURS[look], "marker": MARKERS[look], "linestyle": style})
    return looks


def _save(figure: Figure, stem: Path, suffix: str, metadata: dict[str, str | None]) -> None:
    with atomic_write(stem.with_name(f"{stem.name}.{suffix}")) as partial:
        figure.savefig(partial, format=suffix, metadata=metadata)
