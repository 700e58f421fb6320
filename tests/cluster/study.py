"""A checkout of the workflow that runs the demo on Slurm, and Slurm's records of its jobs."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from one_node import OneNode

HERE = Path(__file__).parent
QUICK = ("--slurm-init-seconds-before-status-checks", "8")
FIELDS = ("%i", "%T", "%k", "%l", "%m", "%S", "%e")


@dataclass(frozen=True)
class Record:
    """What Slurm says of a job: limit as days-hours:minutes:seconds, memory with its unit."""

    number: int
    state: str
    comment: str
    limit: str
    memory: str
    start: str
    end: str


class Study:
    """The demo with further settings, in a new folder.

    Args:
        folder: of the checkout, with Snakefile and all that it needs.
        slurm: where its jobs run.
        overlays: files in the folder of this module that change settings of the demo.
    """

    def __init__(self, folder: Path, slurm: OneNode, *overlays: str) -> None:
        self.folder, self.slurm = folder, slurm
        layers = ["config/demo.yaml", *(str(HERE / name) for name in overlays)]
        self._command = [sys.executable, "-m", "snakemake", "--configfile", *layers]

    def copy(self, folder: Path, *overlays: str) -> "Study":
        """The same study, finished as far as this is, in another folder."""
        shutil.copytree(self.folder, folder, ignore=shutil.ignore_patterns("locks", "slurm_logs"))
        return Study(folder, self.slurm, *overlays)

    def start(self, *arguments: str) -> subprocess.Popen:
        """Run Snakemake with the profile for Slurm; `said` has what it says."""
        options = ["--profile", "workflow/profiles/slurm", *QUICK]
        return self._run(*options, *arguments)

    def start_here(self, *arguments: str) -> subprocess.Popen:
        """Run Snakemake without Slurm."""
        return self._run("--cores", "1", *arguments)

    def said(self) -> str:
        """What Snakemake said since it was last started."""
        return (self.folder / "said.txt").read_text()

    def records(self) -> list[Record]:
        """Slurm's records of the jobs of this folder, in the order of their numbers."""
        form = "|".join(FIELDS) + "|%Z"
        lines = self.slurm.ask("squeue", "--noheader", "--states=all", f"--format={form}")
        rows = [line.split("|") for line in lines.splitlines()]
        mine = [row[:-1] for row in rows if row[-1] == str(self.folder)]
        return sorted((Record(int(row[0]), *row[1:]) for row in mine), key=lambda r: r.number)

    def record(self, number: int) -> Record:
        """Slurm's record of one job."""
        return next(record for record in self.records() if record.number == number)

    def slurm_log(self, number: int) -> str:
        """What a job said that did not end well."""
        (file,) = (self.folder / ".snakemake/slurm_logs").rglob(f"{number}.log")
        return file.read_text()

    def _run(self, *arguments: str) -> subprocess.Popen:
        environment = {**self.slurm.environment, "PYTHONPATH": str(self.folder / "src")}
        with (self.folder / "said.txt").open("w") as said:
            return subprocess.Popen(
                [*self._command, *arguments],
                cwd=self.folder,
                env=environment,
                stdout=said,
                stderr=subprocess.STDOUT,
            )
