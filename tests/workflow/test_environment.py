"""Conda environments, lock file and package metadata name the same versions."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

CONDA_NAMES = {"torch": "pytorch", "matplotlib": "matplotlib-base"}
NOT_IN_A_JOB = {"psutil", "snakemake"}


def locked(repository: Path) -> dict[str, str]:
    lines = (repository / "requirements.lock").read_text().splitlines()
    pins = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {name.lower(): version for name, version in pins}


def dependencies(repository: Path) -> list[str]:
    project = tomllib.loads((repository / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].values()
    listed = [*project["dependencies"], *(d for extra in extras for d in extra)]
    return [re.split(r"[<>=]", item)[0].lower() for item in listed]


def test_every_pin_is_exact(repository: Path) -> None:
    for name, version in locked(repository).items():
        assert re.fullmatch(r"[0-9][0-9a-z.]*", version), name


def test_torch_is_the_build_for_cpu_and_cuda(repository: Path) -> None:
    assert locked(repository)["torch"] == "2.13.0"


def test_the_lock_file_holds_every_dependency(repository: Path) -> None:
    assert set(dependencies(repository)) <= set(locked(repository))


@pytest.mark.parametrize("kind", ["cpu", "gpu"])
def test_conda_versions_equal_the_lock_file(repository: Path, kind: str) -> None:
    environment = yaml.safe_load((repository / f"envs/{kind}.yaml").read_text())
    pins = dict(item.split("=") for item in environment["dependencies"])
    pins["pytorch"] = pins.pop(f"pytorch-{kind}")
    project = tomllib.loads((repository / "pyproject.toml").read_text())["project"]
    for item in project["dependencies"]:
        name = re.split(r"[<>=]", item)[0].lower()
        if name not in NOT_IN_A_JOB:
            found = pins[CONDA_NAMES.get(name, name)]
            assert found == re.sub(r"\.post\d+$", "", locked(repository)[name]), name
    if "." not in pins["python"]:
        raise AssertionError("python needs a minor version")
