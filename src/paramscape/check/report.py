"""Findings of a check, one line each."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from paramscape.products.errors import ProductError


@dataclass(frozen=True)
class Finding:
    """A problem and, if known, its file, variable and place, and what to do."""

    problem: str
    file: str = ""
    variable: str = ""
    place: str = ""
    cure: str = ""

    @classmethod
    def of(cls, error: Exception) -> "Finding":
        """The finding that an error of a reader, of the settings or of the disk describes."""
        if isinstance(error, ProductError):
            named = (str(error.file), error.variable, error.place, error.cure)
            return cls(error.problem, *(text or "" for text in named))
        if isinstance(error, OSError) and error.filename:
            return cls(error.strerror or str(error), str(error.filename))
        return cls(str(error) or type(error).__name__)

    def __str__(self) -> str:
        """One line: file, variable, place, problem, and what to do."""
        head = ", ".join(part for part in (self.file, self.variable, self.place) if part)
        text = f"{head}: {self.problem}" if head else self.problem
        return " ".join((f"{text}. {self.cure}" if self.cure else text).split())


@dataclass
class Report:
    """What is valid, warnings, and what would fail, each in the order in which it was found."""

    good: list[str] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)
    errors: list[Finding] = field(default_factory=list)

    @property
    def grouped_errors(self) -> list[Finding]:
        """The errors; files with the same problem in the same variable are one error."""
        groups: dict[tuple[str, str], list[Finding]] = {}
        for error in self.errors:
            groups.setdefault((error.problem, error.variable), []).append(error)
        return [_of_all(group) for group in groups.values()]

    def error(self, finding: Finding) -> None:
        """Add an error, once."""
        known = {(f.problem, f.file, f.variable) for f in self.errors}
        if (finding.problem, finding.file, finding.variable) not in known:
            self.errors.append(finding)

    def warn(self, finding: Finding) -> None:
        """Add a warning, once."""
        if finding not in self.warnings:
            self.warnings.append(finding)

    def add(self, other: "Report") -> None:
        """Add all of another report."""
        self.good.extend(other.good)
        for finding in other.warnings:
            self.warn(finding)
        for finding in other.errors:
            self.error(finding)

    @contextmanager
    def watch(self) -> Iterator[None]:
        """Add the error that stops the block, and the package's warnings in it."""
        told = io.StringIO()
        handler = logging.StreamHandler(told)
        handler.setLevel(logging.WARNING)
        logger = logging.getLogger("paramscape")
        logger.addHandler(handler)
        try:
            yield
        except (ValueError, OSError, RuntimeError) as error:
            self.error(Finding.of(error))
        finally:
            logger.removeHandler(handler)
            for line in told.getvalue().splitlines():
                self.warn(Finding(line))


def _of_all(group: list[Finding]) -> Finding:
    """One finding for several that differ only in file or place."""
    first, last = group[0], group[-1]
    if len(group) == 1:
        return first
    return replace(first, file=f"{first.file} ... {last.file} ({len(group)} files)")
