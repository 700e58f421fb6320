"""Faults are counted: those that were injected, and those that the study survived."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tiny_study import FIGURE, TinyStudy

FAULT = "injected fault"


@pytest.fixture
def fault(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """A function that a test calls with each fault's name when it has injected it."""
    return lambda name: record_property(FAULT, name)


@pytest.fixture(scope="session")
def clean(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> TinyStudy:
    """The tiny study, run without a fault."""

    study = TinyStudy.new(repository, tmp_path_factory.mktemp("faults") / "clean")
    study.make(FIGURE)
    return study


@pytest.fixture
def study(clean: TinyStudy, tmp_path: Path) -> TinyStudy:
    """A copy of the finished tiny study."""
    return clean.copy(tmp_path / "study")


@pytest.fixture(scope="session")
def untouched(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> TinyStudy:
    """The tiny study, of which nothing has run."""
    return TinyStudy.new(repository, tmp_path_factory.mktemp("faults") / "untouched")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how many faults were injected and survived."""
    survived, injected = 0, 0
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            names = [name for key, name in report.user_properties if key == FAULT]
            if report.when == "call":
                injected += len(names)
                survived += len(names) * (outcome == "passed")
    if injected:
        terminalreporter.section("faults")
        terminalreporter.line(f"{injected} faults were injected, {survived} were survived")
