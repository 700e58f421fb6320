"""The package keeps the rules of docs/architecture.md, and the page shows the package as it is."""

from __future__ import annotations

import ast
import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGE = REPOSITORY / "src" / "paramscape"
DOCS = REPOSITORY / "docs"
SOURCES = [*sorted(PACKAGE.rglob("*.py")), *sorted((REPOSITORY / "scripts").glob("*.py"))]
LINES_OF_FILE, LINES_OF_FUNCTION, PARAMETERS, UNNAMED_ARGUMENTS = 400, 40, 6, 6
IMPORTS_BETWEEN_ROOMS = 70


@pytest.fixture(scope="module")
def architecture() -> ModuleType:
    """The script that draws the picture."""
    spec = importlib.util.spec_from_file_location("architecture", DOCS / "draw_architecture.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_no_room_imports_a_room_beside_or_above_it(architecture):
    row = {name: place.row for name, place in architecture.PLACES.items()}
    upward = [
        f"{room} imports {other}"
        for room, others in architecture.imports().items()
        for other in others
        if row[other] >= row[room]
    ]
    assert not upward


def test_modules_do_not_import_each_other_in_a_circle():
    graph = {file: _imports_at_start(file) for file in sorted(PACKAGE.rglob("*.py"))}
    finished: set[Path] = set()

    def visit(file: Path, trail: tuple[Path, ...]) -> None:
        assert file not in trail, " -> ".join(str(f.relative_to(PACKAGE)) for f in (*trail, file))
        if file not in finished:
            for other in graph[file]:
                visit(other, (*trail, file))
            finished.add(file)

    for file in graph:
        visit(file, ())


def test_rooms_import_few_others(architecture):
    between = [
        (room, other)
        for room, others in architecture.imports().items()
        if room not in architecture.ENTRIES
        for other in others
    ]
    assert len(between) <= IMPORTS_BETWEEN_ROOMS


def test_every_module_but_the_command_is_in_a_room():
    assert {f.name for f in PACKAGE.glob("*.py")} == {"__init__.py", "cli.py"}


def test_the_picture_shows_todays_imports(architecture):
    """Run `make architecture` and look at docs/architecture.svg."""
    assert (DOCS / "architecture.svg").read_text() == architecture.picture()


def test_the_page_lists_todays_rooms(architecture):
    """Run `make architecture`."""
    page = (DOCS / "architecture.md").read_text()
    assert page == architecture.with_table(page)


def test_an_arrow_is_left_out_only_if_others_imply_it(architecture):
    graph = {"roof": {"floor", "cellar"}, "floor": {"cellar"}, "cellar": set()}
    assert architecture.without_implied(graph) == {
        "roof": ["floor"],
        "floor": ["cellar"],
        "cellar": [],
    }


def test_files_are_short():
    long = {_name(f): len(f.read_text().splitlines()) for f in SOURCES}
    assert not {name: lines for name, lines in long.items() if lines > LINES_OF_FILE}


def test_functions_are_short_without_their_docstrings():
    long = {
        f"{_name(file)}:{function.name}": lines
        for file in SOURCES
        for function in _functions(file)
        if (lines := _lines_of_code(function)) > LINES_OF_FUNCTION
    }
    assert not long


def test_definitions_have_few_parameters():
    wide = [
        f"{_name(file)}:{function.name}"
        for file in SOURCES
        for function in _functions(file)
        if _parameters(function) > PARAMETERS
    ]
    assert not wide


def test_calls_have_few_arguments_without_a_name():
    wide = [
        f"{_name(file)} {ast.unparse(call.func)}"
        for file in SOURCES
        for call in ast.walk(ast.parse(file.read_text()))
        if isinstance(call, ast.Call) and len(call.args) > UNNAMED_ARGUMENTS
    ]
    assert not wide


def _name(file: Path) -> str:
    return file.relative_to(REPOSITORY).as_posix()


def _functions(file: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.FunctionDef):
            yield node


def _lines_of_code(function: ast.FunctionDef) -> int:
    """Lines from `def` to the end, the docstring's not counted."""
    first = function.body[0]
    described = ast.get_docstring(function) is not None
    docstring = first.end_lineno - first.lineno + 1 if described else 0
    return function.end_lineno - function.lineno + 1 - docstring


def _parameters(function: ast.FunctionDef) -> int:
    """Parameters with and without keyword; `self`, `cls` and PyTorch's `ctx` are not counted."""
    given = function.args
    named = [a.arg for a in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    return len([name for name in named if name not in ("self", "cls", "ctx")])


def _imports_at_start(file: Path) -> list[Path]:
    """Modules of the package that a module imports when it is imported itself."""
    found = []
    for node in ast.parse(file.read_text()).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("paramscape"):
            base = REPOSITORY.joinpath("src", *node.module.split("."))
            inside = [base / alias.name for alias in node.names]
            found += [base, *inside]
    candidates = [f for base in found for f in (base.with_suffix(".py"), base / "__init__.py")]
    return [f for f in candidates if f.is_file() and f != file and f != PACKAGE / "__init__.py"]
