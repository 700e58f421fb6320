"""A copy of the workflow whose scripts only touch their outputs."""

import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from checkout import copy_of

_TOUCH = """
if __name__ == "__main__":
    from pathlib import Path
    for output in snakemake.output:
        Path(output).write_text("touched")
"""

_HEADING = "output_file\tdate\trule\tlog-file(s)\tstatus\tplan"

_FAIL = """
if __name__ == "__main__" and set(snakemake.wildcards) >= {"gan-po", "vic"}:
    raise FloatingPointError("the loss is nan")
"""


class Workflow:
    """A checkout in a temporary folder, on which Snakemake is run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def snakemake(self, *arguments: str) -> subprocess.CompletedProcess:
        """Run Snakemake on the demo study."""
        command = [sys.executable, "-m", "snakemake", "--cores", "2", *arguments]
        environment = {**os.environ, "PYTHONPATH": str(self.folder / "src")}
        return subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )

    def planned(self, *arguments: str) -> set[str]:
        """Rules that would run now."""
        answer = self.snakemake("--dry-run", "--quiet", "host", *arguments)
        text = answer.stdout + answer.stderr
        assert answer.returncode == 0, text
        return self.rules_in(text)

    @staticmethod
    def rules_in(plan: str) -> set[str]:
        """Rules in what a dry run prints, but for the last one, which follows all others."""
        if "Nothing to be done" in plan:
            return set()
        table = plan.split("Job stats:")[-1].splitlines()
        rows = [line.split() for line in table]
        names = {row[0] for row in rows if len(row) == 2 and row[1].isdigit()}
        return names - {"total", "all", "write_provenance"}

    def plan(self) -> str:
        """What Snakemake says of the jobs that would run now."""
        answer = self.snakemake("--dry-run")
        return answer.stdout + answer.stderr

    def planned_methods(self) -> set[str]:
        """Methods whose calibration would run now."""
        return set(re.findall(r"Calibrate by (\S+) on", self.plan()))

    def edges(self, *arguments: str) -> set[tuple[str, str]]:
        """Pairs of rules, (maker, reader)."""
        graph = self.snakemake("--rulegraph", "--forceall", *arguments).stdout
        names = dict(re.findall(r'(\d+)\[label = "([^"]+)"', graph))
        return {(names[a], names[b]) for a, b in re.findall(r"(\d+) -> (\d+)", graph)}


@pytest.fixture(scope="session")
def finished(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Workflow:
    """A demo study that came to its end, with scripts that only touch their outputs.

    Snakemake marks the outputs as made by its rules, as if each had run: 94 jobs are not started.
    """
    workflow = Workflow(copy_of(repository, tmp_path_factory.mktemp("finished")))
    for script in (workflow.folder / "scripts").glob("*.py"):
        original = textwrap.indent(script.read_text(), "    ")
        script.write_text(f"def _original():\n{original}\n{_TOUCH}")
    summary = workflow.snakemake("--summary").stdout.splitlines()
    outputs = [line.split("\t")[0] for line in summary[summary.index(_HEADING) + 1 :]]
    for output in outputs:
        file = workflow.folder / output
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("touched")
    answer = workflow.snakemake("--touch", "--forceall", "--quiet", "all")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return workflow


@pytest.fixture
def failing(finished: Workflow, tmp_path: Path) -> Workflow:
    """The finished study without its calibrations, of which gan-po on vic fails."""
    workflow = Workflow(tmp_path / "failing")
    shutil.copytree(finished.folder, workflow.folder)
    for name in ("calibration", "tables"):
        shutil.rmtree(workflow.folder / "results/demo" / name)
    script = workflow.folder / "scripts/calibrate.py"
    script.write_text(_FAIL + script.read_text())
    return workflow


@pytest.fixture(scope="session")
def untouched(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Workflow:
    """A checkout in which nothing has run."""
    return Workflow(copy_of(repository, tmp_path_factory.mktemp("untouched")))
