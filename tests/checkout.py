"""A copy of the repository in which a study is run."""

import shutil
from pathlib import Path

FOLDERS = ("config", "workflow", "profiles", "scripts", "src", "envs")


def copy_of(repository: Path, folder: Path) -> Path:
    """The parts of the repository that the workflow needs, copied into a folder."""
    for name in FOLDERS:
        skipped = shutil.ignore_patterns("__pycache__", "*.egg-info")
        shutil.copytree(repository / name, folder / name, ignore=skipped)
    shutil.copy(repository / "Snakefile", folder)
    return folder
