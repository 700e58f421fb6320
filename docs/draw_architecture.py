"""Draws docs/architecture.svg and the table of docs/architecture.md from the package's imports.

Run `make architecture` after a change of the rooms or of what they import. The places of the rooms
in the picture are set in `PLACES`; arrows, texts and the table are read from the code.
"""

import ast
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from textwrap import wrap

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGE = "paramscape"
WORKFLOW = "workflow"
BEGIN, END = "<!-- rooms: written by make architecture -->", "<!-- end of rooms -->"


@dataclass(frozen=True)
class Place:
    """Where a room stands in the picture: row from below, centre from the left [0, 1], colour."""

    row: int
    centre: float
    group: str


PLACES = {
    "cli": Place(7, 0.30, "start"),
    "bench": Place(6, 0.08, "start"),
    "check": Place(6, 0.38, "start"),
    "workflow": Place(6, 0.72, "start"),
    "twin": Place(5, 0.12, "data"),
    "calibration": Place(5, 0.53, "learning"),
    "figures": Place(5, 0.92, "results"),
    "prepare": Place(4, 0.25, "data"),
    "simulators": Place(4, 0.60, "learning"),
    "products": Place(3, 0.08, "data"),
    "vic": Place(3, 0.45, "learning"),
    "metrics": Place(3, 0.92, "results"),
    "data": Place(2, 0.08, "data"),
    "native": Place(2, 0.36, "learning"),
    "parameters": Place(2, 0.64, "learning"),
    "jobs": Place(2, 0.92, "base"),
    "grid": Place(1, 0.26, "base"),
    "files": Place(1, 0.78, "base"),
    "study": Place(0, 0.52, "base"),
}
ENTRIES = {
    "workflow": "Snakefile, rules and scripts: the steps of a study",
    "cli": "The command paramscape",
}
FILLS = {
    "start": "#eceff3",
    "data": "#d9eee3",
    "learning": "#dbe7fb",
    "results": "#fbe6d4",
    "base": "#eee6f6",
}
EDGES = {
    "start": "#7a8594",
    "data": "#3f8f6b",
    "learning": "#4472c4",
    "results": "#c77b3a",
    "base": "#8560ab",
}


# Imports


def rooms(repository: Path = REPOSITORY) -> dict[str, str]:
    """Each room of the package, and each way in, with what happens there.

    The text of a room is the first line of the docstring of its `__init__.py`.
    """
    package = repository / "src" / PACKAGE
    fronts = {f.parent.name: f for f in sorted(package.glob("*/__init__.py"))}
    texts = {name: ast.get_docstring(ast.parse(f.read_text())) for name, f in fronts.items()}
    missing = [name for name, text in texts.items() if not text]
    if missing:
        raise ValueError(f"no docstring in __init__.py of {', '.join(missing)}: say what it holds")
    return ENTRIES | {name: text.splitlines()[0].rstrip(".") for name, text in texts.items()}


def imports(repository: Path = REPOSITORY) -> dict[str, set[str]]:
    """For each room, and each way in, the other rooms that its modules import."""
    package = repository / "src" / PACKAGE
    sources = {name: sorted((package / name).rglob("*.py")) for name in rooms(repository)}
    sources["cli"] = [package / "cli.py"]
    sources["workflow"] = sorted((repository / "scripts").glob("*.py"))
    return {
        room: {t for f in files for t in _imported_rooms(f) if t in sources} - {room}
        for room, files in sources.items()
    }


def _imported_rooms(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module == PACKAGE:
            names = [f"{PACKAGE}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        parts = [name.split(".") for name in names]
        yield from (p[1] for p in parts if p[0] == PACKAGE and len(p) > 1)


def without_implied(graph: Mapping[str, set[str]]) -> dict[str, list[str]]:
    """The arrows that no chain of other arrows implies. The graph must have no circle."""

    def below(room: str) -> set[str]:
        return graph[room].union(*(below(other) for other in graph[room]))

    return {
        room: sorted(others - set().union(*(below(other) for other in others)))
        for room, others in graph.items()
    }


# Picture

WIDTH, ROW, TOP = 1080, 118, 16
BOX_WIDTH, BOX_HEIGHT = 226, 70
ROWS = 1 + max(place.row for place in PLACES.values())
HEIGHT = ROW * (ROWS - 1) + BOX_HEIGHT + 2 * TOP


@dataclass(frozen=True)
class Box:
    """A room's rectangle in pixels."""

    left: float
    top: float

    @property
    def centre(self) -> float:
        return self.left + BOX_WIDTH / 2


def boxes() -> dict[str, Box]:
    """The rectangle of each room."""
    usable = WIDTH - BOX_WIDTH - 24
    lowest = min(p.centre for p in PLACES.values())
    highest = max(p.centre for p in PLACES.values())
    return {
        name: Box(
            12 + usable * (place.centre - lowest) / (highest - lowest),
            TOP + ROW * (ROWS - 1 - place.row),
        )
        for name, place in PLACES.items()
    }


def picture(repository: Path = REPOSITORY) -> str:
    """The SVG: a box for each room, an arrow for each import that others do not imply."""
    arrows = without_implied(imports(repository))
    drawn = boxes()
    taken: dict[int, list[float]] = {}
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" font-family="Helvetica, Arial, sans-serif">',
        "<title>The rooms of Paramscape and what they import</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="10" fill="#ffffff"/>',
    ]
    for group, colour in EDGES.items():
        lines.append(
            f'<marker id="{group}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
            f'markerHeight="7" orient="auto"><path d="M0,0.6 L8,4 L0,7.4 z" fill="{colour}"/>'
            "</marker>"
        )
    lines += [_arrow((a, b), arrows, drawn, taken) for a in PLACES for b in arrows[a]]
    lines += [_box(name, text, drawn[name]) for name, text in rooms(repository).items()]
    return "\n".join([*lines, "</svg>", ""])


def _box(name: str, text: str, box: Box) -> str:
    group = PLACES[name].group
    parts = [
        f'<rect x="{box.left:.1f}" y="{box.top:.1f}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" '
        f'rx="9" fill="{FILLS[group]}" stroke="{EDGES[group]}" stroke-width="1.4"/>',
        f'<text x="{box.centre:.1f}" y="{box.top + 21:.1f}" text-anchor="middle" '
        f'font-size="16" font-weight="bold" fill="#1d2733">{escape(name)}</text>',
    ]
    for number, line in enumerate(wrap(text, 35)):
        parts.append(
            f'<text x="{box.centre:.1f}" y="{box.top + 41 + 16 * number:.1f}" '
            f'text-anchor="middle" font-size="12.5" fill="#3a4654">{escape(line)}</text>'
        )
    return "\n".join(parts)


def _arrow(
    ends: tuple[str, str],
    arrows: Mapping[str, list[str]],
    drawn: Mapping[str, Box],
    taken: dict[int, list[float]],
) -> str:
    """A curve from the lower side of one box to the upper side of another, between the others.

    `taken` keeps where arrows already pass, by row.
    """
    source, target = ends
    outgoing = sorted(arrows[source], key=lambda name: drawn[name].left)
    incoming = sorted((a for a in PLACES if target in arrows[a]), key=lambda a: drawn[a].left)
    x = drawn[source].centre + _spread(outgoing.index(target), len(outgoing))
    last = drawn[target].centre + _spread(incoming.index(source), len(incoming))
    y = drawn[source].top + BOX_HEIGHT
    path = [f"M{x:.1f},{y:.1f}"]
    for row in range(PLACES[source].row - 1, PLACES[target].row, -1):
        top = TOP + ROW * (ROWS - 1 - row)
        straight = x + (last - x) * (top - y) / (drawn[target].top - y)
        through = _gap(row, straight, drawn, taken.setdefault(row, []))
        taken[row].append(through)
        path += [_curve((x, y), (through, top)), f"L{through:.1f},{top + BOX_HEIGHT:.1f}"]
        x, y = through, top + BOX_HEIGHT
    path.append(_curve((x, y), (last, drawn[target].top - 1)))
    group = PLACES[source].group
    return (
        f'<path d="{" ".join(path)}" fill="none" stroke="{EDGES[group]}" stroke-width="1.6" '
        f'stroke-opacity="0.85" marker-end="url(#{group})"><title>{source} imports {target}'
        "</title></path>"
    )


def _curve(start: tuple[float, float], end: tuple[float, float]) -> str:
    middle = (start[1] + end[1]) / 2
    return f"C{start[0]:.1f},{middle:.1f} {end[0]:.1f},{middle:.1f} {end[0]:.1f},{end[1]:.1f}"


def _spread(index: int, count: int) -> float:
    """Where an arrow touches a box, from the box's centre."""
    return (index - (count - 1) / 2) * min(26.0, (BOX_WIDTH - 40) / max(count, 1))


def _gap(row: int, x: float, drawn: Mapping[str, Box], taken: list[float]) -> float:
    """The free place nearest to x at which an arrow passes between the boxes of a row."""
    margin, apart = 13.0, 11.0
    lefts = [drawn[name].left for name, place in PLACES.items() if place.row == row]
    sides = [side for left in lefts for side in (left - margin, left + BOX_WIDTH + margin)]
    places = [x, *sides, *(place + step for place in [*taken, *sides] for step in (-apart, apart))]
    clear = [
        place
        for place in places
        if all(not left - margin < place < left + BOX_WIDTH + margin for left in lefts)
        and all(abs(place - other) >= apart for other in taken)
    ]
    return min(clear, key=lambda place: abs(place - x))


# Text


def table(repository: Path = REPOSITORY) -> str:
    """The rooms in Markdown, from above: what happens there and what each imports."""
    graph = imports(repository)
    lines = ["| room | what happens there | imports |", "|---|---|---|"]
    for name, text in sorted(rooms(repository).items(), key=lambda item: -PLACES[item[0]].row):
        lines.append(f"| {name} | {text} | {', '.join(sorted(graph[name])) or '–'} |")
    return "\n".join(lines)


def with_table(page: str, repository: Path = REPOSITORY) -> str:
    """The page with its table of rooms written anew."""
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n{table(repository)}\n{END}{after}"


def main() -> None:
    """Write picture and table."""
    unplaced = set(rooms()) ^ set(PLACES)
    if unplaced:
        sys.exit(f"{', '.join(sorted(unplaced))}: not both a room and in PLACES of {__file__}")
    docs = REPOSITORY / "docs"
    page = docs / "architecture.md"
    (docs / "architecture.svg").write_text(picture())
    page.write_text(with_table(page.read_text()))


if __name__ == "__main__":
    main()
