"""A copy of the repository in which a study is run."""

import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

FOLDERS = ("config", "workflow", "profiles", "scripts", "src", "envs")


def copy_of(repository: Path, folder: Path) -> Path:
    """The parts of the repository that the workflow needs, copied into a folder."""
    for name in FOLDERS:
        skipped = shutil.ignore_patterns("__pycache__", "*.egg-info")
        shutil.copytree(repository / name, folder / name, ignore=skipped)
    shutil.copy(repository / "Snakefile", folder)
    return folder


def python(folder: Path, *arguments: str, further: Path | None = None, status: int = 0) -> str:
    """What Python prints that runs the package of a copy.

    further: a folder of more modules. status: the exit status that is expected.
    """
    paths = [folder / "src", *([further] if further else [])]
    answer = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={
            "PYTHONPATH": os.pathsep.join(map(str, paths)),
            "PATH": "/usr/bin:/bin",
            "HOME": str(folder),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == status, answer.stdout + answer.stderr
    return answer.stdout + answer.stderr


def code_of_recipe(repository: Path, title: str) -> list[str]:
    """The blocks of Python in a section of CONTRIBUTING.md."""
    text = (repository / "CONTRIBUTING.md").read_text().partition(f"\n## {title}\n")[2]
    blocks = re.findall(r"```python\n(.*?)```", text.partition("\n## ")[0], re.DOTALL)
    return [textwrap.dedent(block) for block in blocks]
