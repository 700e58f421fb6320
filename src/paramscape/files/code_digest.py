"""A digest of the package's code that a rule runs, so that changed code runs its rules again."""

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
BESIDE = ("*.csv", "*.h")
TABLES = (
    PACKAGE / "calibration" / "__init__.py",
    PACKAGE / "simulators" / "surrogates" / "registry.py",
    PACKAGE / "figures" / "registry.py",
)
"""Modules that only list others by name: a rule that uses one entry names that entry's module."""

_NO_RESULTS = (
    *("native/", "files/notices.py", "files/places.py", "study/"),
    *("jobs/job.py", "jobs/records.py"),
)
"""What changes no result: settings reach a rule by value, as its parameters, so that their models
are not its code; nor is the keeping of logs, records and compiled programs."""

_RESULTS = ("study/quantities.py", "study/days.py", "study/run_id.py", "study/unit_text.py")
"""What does change results among the settings: names, units and days."""


def code_digest(*files: Path | str) -> str:
    """First 16 hexadecimal digits of the SHA-256 of all package code that `files` import.

    Imports are followed through the package, data tables (*.csv) and C++ headers (*.h) beside a
    module that is followed count as its code. Settings models and `TABLES` do not count, so that
    a further entry of a table changes nothing for the others.

    Args:
        files: scripts or modules to start from; given as paths.

    Raises:
        ValueError: if a module is of another checkout than the package that is installed.
    """
    found: set[Path] = set(TABLES)
    for file in files:
        _follow(Path(file).resolve(), found)
    summary = hashlib.sha256()
    for module in sorted(found - set(TABLES)):
        summary.update(str(module.name).encode() + module.read_bytes())
    return summary.hexdigest()[:16]


def module_file(module: str) -> Path:
    """The file of a module or folder of this package, given as `paramscape.room.module`.

    Raises:
        ValueError: if there is none.
    """
    found = _file(PACKAGE.parent.joinpath(*module.split(".")))
    if found is None:
        raise ValueError(f"{module} is not a module of {PACKAGE}; is its name spelt as its file?")
    return found


def _follow(file: Path, found: set[Path]) -> None:
    if file in found:
        return
    found.add(file)
    if file.is_relative_to(PACKAGE):
        found.update(_tables_in(file.parent))
    for module in _imports(file):
        _follow(module, found)


@cache
def _tables_in(folder: Path) -> tuple[Path, ...]:
    return tuple(file for beside in BESIDE for file in folder.glob(beside))


@cache
def _imports(file: Path) -> tuple[Path, ...]:
    modules: list[Path] = []
    for node in _statements(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            modules += [m for alias in node.names for m in _modules(alias.name, ())]
        elif isinstance(node, ast.ImportFrom):
            names = tuple(alias.name for alias in node.names)
            modules += _modules(_absolute(node, file), names)
    return tuple(m for m in modules if _may_change_results(m.relative_to(PACKAGE).as_posix()))


def _statements(block: ast.AST) -> Iterator[ast.AST]:
    """Every statement in a block, those of functions and branches too.

    Expressions are most of a module and hold no import; Snakemake waits for this at each start.
    """
    for field in ("body", "orelse", "finalbody", "handlers", "cases"):
        for statement in getattr(block, field, ()):
            yield statement
            yield from _statements(statement)


def _absolute(node: ast.ImportFrom, file: Path) -> str:
    if not node.level:
        return node.module or ""
    if not file.is_relative_to(PACKAGE.parent):
        raise ValueError(
            f"{file} does not belong to the paramscape that is installed, {PACKAGE}: run the "
            "workflow with the environment of its own checkout (make study, .venv/bin/snakemake)"
        )
    parents = file.relative_to(PACKAGE.parent).with_suffix("").parts[: -node.level]
    return ".".join((*parents, *((node.module,) if node.module else ())))


def _modules(name: str, imported: tuple[str, ...]) -> list[Path]:
    if name.split(".")[0] != PACKAGE.name:
        return []
    base = PACKAGE.parent.joinpath(*name.split("."))
    candidates = [base.joinpath(i) for i in imported]
    inside = [_file(c) for c in candidates]
    files = [f for f in inside if f]
    if len(files) < len(inside) or not inside:
        files.append(_file(base))
    return [f for f in files if f and f != PACKAGE / "__init__.py"]


def _file(base: Path) -> Path | None:
    for candidate in (base.with_suffix(".py"), base / "__init__.py"):
        if candidate.is_file():
            return candidate
    return None


def _may_change_results(module: str) -> bool:
    return module in _RESULTS or not module.startswith(_NO_RESULTS)
