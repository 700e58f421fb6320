"""docs/reruns.md is true: each row of its table is a change of the finished study."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from paramscape.figures.registry import ENTRIES
from paramscape.study import load
from paramscape.study.job_files import JobFiles
from paramscape.study.paths import StudyPaths

DOCUMENT = Path(__file__).resolve().parents[2] / "docs/reruns.md"
DEMO = load(DOCUMENT.parents[1] / "config/demo.yaml")


class Row(NamedTuple):
    """One change, the rules that it runs again, and which runs are learned again, in words."""

    what: str
    example: str
    rules: frozenset[str]
    learned: str


def cells_of(table: str) -> list[list[str]]:
    """Cells of the table whose first heading this is."""
    lines = DOCUMENT.read_text().partition(f"| {table} |")[2].splitlines()[2:]
    rows = [line for line in lines[: lines.index("")]]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows]


def names_in(text: str) -> set[str]:
    """What stands in backquotes."""
    return set(re.findall(r"`([^`]+)`", text))


FILES = JobFiles(DEMO, StudyPaths.of(DEMO.study.name))
KINDS = {"scores": "/scores/", "parameters": "/parameters.nc", "histories": "/history.csv"}
WILDCARDS = {"scored": "vic", "surrogate": "lstm", "selection": "methods"}


def figures_in(text: str) -> set[str]:
    """Rules of the figures and tables that words such as `every figure of scores` stand for."""
    found = set()
    for kinds, read in re.findall(r"every ([a-z ]+?)(?: of (\w+))?(?=,|$| \|)", text):
        for entry in ENTRIES.values():
            paths = chain(*entry.input_paths(FILES, WILDCARDS).values())
            reads = not read or any(KINDS[read] in path for path in paths)
            if entry.kind in kinds and reads and entry.targets(DEMO):
                found.add(entry.rule)
    return found


GROUPS = {name: names_in(rules) | figures_in(rules) for name, rules in cells_of("group")}


def row_of(what: str, example: str, again: str, learned: str) -> Row:
    again, _, spared = re.sub(r" \(.*?\)", "", again).partition("but not ")
    words = {part.strip() for part in again.split(",")} & GROUPS.keys()
    named = names_in(again) | figures_in(again)
    rules = named.union(*(GROUPS[word] for word in words)) - names_in(spared)
    return Row(what, example.strip("`"), frozenset(rules), learned)


ROWS = [row_of(*cells) for cells in cells_of("what changed")]


def runs_in(words: str) -> set[tuple[str, str, int]]:
    """Method, simulator and seed of the runs that the last column names."""
    every = {(run.method, run.simulator) for run in DEMO.calibration.runs}
    (name,) = names_in(words) or {""}
    if words == "only the new seeds":
        return {(*run, 2) for run in every}
    if words.startswith("what learns on"):
        chosen = {run for run in every if run[1] == name}
    else:
        chosen = {run for run in every if words == "everything" or run[0] == name}
    return {(*run, 1) for run in chosen}


@contextmanager
def edited(path: Path, change: Callable[[bytes], bytes]) -> Iterator[None]:
    """Change a file for as long as the context lasts."""
    original = path.read_bytes()
    path.write_bytes(change(original))
    try:
        yield
    finally:
        path.write_bytes(original)


def with_setting(line: str) -> Callable[[bytes], bytes]:
    """A change of one setting, such as `study.seed: 7`, of a study's YAML."""

    def change(text: bytes) -> bytes:
        settings = yaml.safe_load(text)
        [(place, value)] = yaml.safe_load(line).items()
        *sections, name = place.split(".")
        target = settings
        for part in sections:
            target = target.setdefault(part, {})
        target[name] = value
        return yaml.safe_dump(settings).encode()

    return change


def changed(workflow, example: str):
    """The study after the change of a row."""
    if ": " in example:
        return edited(workflow.folder / "config/demo.yaml", with_setting(example))
    more = b"\n_CHANGED = True\n" if example.endswith(".py") else b"more"
    return edited(workflow.folder / example, lambda content: content + more)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.what)
def test_a_change_runs_again_what_the_document_says_and_nothing_else(finished, row) -> None:
    with changed(finished, row.example):
        plan = finished.plan()
    rules = {re.sub(r"_\d{4}$", "", name) for name in finished.rules_in(plan)}
    assert rules == row.rules
    learned = re.findall(r"Calibrate by (\S+) on (\w+), seed (\d+)", plan)
    assert {(m, s, int(k)) for m, s, k in learned} == runs_in(row.learned)
    if "only the new batch" in row.what:
        assert re.findall(r"Run batch (\d) of the members", plan) == ["2"]
