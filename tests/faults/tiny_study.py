"""A tiny study that goes through every stage, run by the real Snakemake."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd
import psutil
import yaml

from checkout import copy_of

HERE = Path(__file__).parent
CONFIG = "config/tiny.yaml"
RUN = "calibration/dpl-a/lstm/seed-1"
SCORE = "scores/dpl-a/lstm/seed-1/vic-test.nc"
FIGURE = "figures/score-maps-vic.png"
_PATIENCE = 300.0  # seconds


class TinyStudy:
    """A checkout with the tiny study."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.results = folder / "results/tiny"

    @classmethod
    def new(cls, repository: Path, folder: Path) -> "TinyStudy":
        """A checkout in which nothing has run."""
        copy_of(repository, folder)
        shutil.copy(HERE / "tiny.yaml", folder / CONFIG)
        shutil.copy(HERE / "strikes.py", folder / "src/sitecustomize.py")
        return cls(folder)

    def copy(self, folder: Path) -> "TinyStudy":
        """The same with its results, in another folder."""
        shutil.copytree(self.folder, folder)
        return TinyStudy(folder)

    def start(
        self, *targets: str, options: Sequence[str] = (), strike: Mapping | None = None
    ) -> psutil.Popen:
        """Start Snakemake on files of the study's results; see `strikes` for `strike`."""
        files = [f"results/tiny/{target}" for target in targets]
        command = [sys.executable, "-m", "snakemake", "--configfile", CONFIG, "--cores", "2"]
        own = {"PYTHONPATH": str(self.folder / "src"), "STRIKE": json.dumps(strike)}
        with (self.folder / "said.txt").open("w") as said:
            return psutil.Popen(
                [*command, *options, "--", *files],
                cwd=self.folder,
                env={**os.environ, **own},
                stdout=said,
                stderr=subprocess.STDOUT,
            )

    def run(self, *targets: str, **how) -> tuple[int, str]:
        """Run Snakemake on files of the results; its exit status and what it said."""
        status = self.start(*targets, **how).wait(timeout=4 * _PATIENCE)
        return status, (self.folder / "said.txt").read_text()

    def make(self, *targets: str, **how) -> str:
        """Run Snakemake to its good end; what it said."""
        status, said = self.run(*targets, **how)
        assert status == 0, said
        return said

    def content(self, *names: str) -> dict[str, bytes | str]:
        """What the files of the results hold, all or those under `names`; without clock times."""
        found = {}
        for path in sorted(self.results.rglob("*")):
            name = str(path.relative_to(self.results))
            hidden = any(part.startswith(".") for part in Path(name).parts)
            if path.is_dir() or hidden or name.startswith("logs/") or path.suffix == ".json":
                continue
            if not names or name.startswith(names):
                found[name] = _timeless(path)
        return found

    def set(self, **sections: Mapping) -> None:
        """Change settings in sections of the study."""
        path = self.folder / CONFIG
        settings = yaml.safe_load(path.read_text())
        for name, changed in sections.items():
            settings[name] = {**settings.get(name, {}), **changed}
        path.write_text(yaml.safe_dump(settings))

    def left_over(self) -> list[Path]:
        """Files under temporary names, and checkpoints."""
        return [
            path
            for path in self.results.rglob("*")
            if path.name.endswith(".partial") or path.name.startswith("checkpoint-")
        ]


def _timeless(path: Path) -> bytes | str:
    if path.name != "history.csv":
        return path.read_bytes()
    return pd.read_csv(path, comment="#").drop(columns="seconds").to_csv()


def frozen_worker(study: TinyStudy, run: psutil.Popen, rule: str) -> psutil.Process:
    """The process of a rule's job, stopped in the middle of its work."""
    logs = study.results / "logs"
    before = {log: log.stat().st_mtime_ns for log in logs.glob(f"{rule}.*log")}
    wait_for(lambda: _newer(logs.glob(f"{rule}.*log"), before), run)
    # One script draws all figures.
    worker = worker_of(run, "draw_figure" if rule.startswith("draw_") else rule)
    worker.suspend()
    return worker


def _newer(logs: Iterable[Path], before: Mapping[Path, int]) -> bool:
    return any(log.stat().st_mtime_ns != before.get(log) for log in logs)


def wait_for(holds: Callable[[], object], process: psutil.Popen) -> None:
    """Wait until something holds while the process runs."""
    end = time.monotonic() + _PATIENCE
    while not holds():
        if process.poll() is not None:
            raise AssertionError("Snakemake ended too early")
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.005)


def worker_of(run: psutil.Popen, script: str) -> psutil.Process:
    """The process that runs a script for a run of Snakemake."""
    found = []

    def looks() -> bool:
        for process in run.children(recursive=True):
            try:
                line = " ".join(process.cmdline())
            except psutil.NoSuchProcess:
                continue
            if f"{script}.py" in line and "python" in Path(process.name()).name:
                found.append(process)
        return bool(found)

    wait_for(looks, run)
    return found[0]
