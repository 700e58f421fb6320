"""A process that is added as docs/add-a-process.md says conserves water and has right gradients."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from paramscape.native.compiler import compiler

BLOCK = re.compile(r"(?:^`(src/\S+\.py)`\n\n)?^```(python|diff)\n(.*?)^```$", re.M | re.S)
RUN = """
import os
from dataclasses import replace

import torch
from invented import SUBDAILY, land, weather
from paramscape.vic import simulate

NAMES = ("OUT_FOG", "OUT_RUNOFF", "OUT_BASEFLOW", "OUT_WATER_ERROR")
OPTIONS = replace(SUBDAILY, water_balance="conserve")
forcing = weather(("monsoon", "temperate", "desert"), 5, OPTIONS, 3, 120)
parameters = land(5, 3)


def run(leaves, way):
    os.environ["PARAMSCAPE_VIC"] = way
    vegetation = {**parameters.vegetation, "LAI": leaves}
    land_ = replace(parameters, vegetation=vegetation)
    return simulate(land_, forcing, OPTIONS, outputs=NAMES).outputs


def total(found):
    return found["OUT_FOG"].sum() + found["OUT_RUNOFF"].sum() + found["OUT_BASEFLOW"].sum()


given = parameters.vegetation["LAI"].clone().requires_grad_()
compiled = run(given, "compiled")
(gradient,) = torch.autograd.grad(total(compiled), given)
eager_given = parameters.vegetation["LAI"].clone().requires_grad_()
eager = run(eager_given, "eager")
(eager_gradient,) = torch.autograd.grad(total(eager), eager_given)

fog = compiled["OUT_FOG"].detach()
assert fog[:, 0].sum() > 1 and (fog[:, 2] == 0).all(), "fog in the monsoon, none in the desert"
assert compiled["OUT_WATER_ERROR"].abs().max() < 1e-9
for name in NAMES:
    torch.testing.assert_close(compiled[name], eager[name], rtol=1e-9, atol=1e-9)
torch.testing.assert_close(gradient, eager_gradient, rtol=1e-7, atol=1e-9)

step = 1e-5 * (given > 0)
above, below = (total(run(given + sign * step, "compiled")) for sign in (1, -1))
slope = ((above - below) / 2e-5).item()
assert abs(gradient[given > 0].sum().item() - slope) <= 1e-4 * abs(slope), (gradient.sum(), slope)
"""

pytestmark = pytest.mark.skipif(compiler() is None, reason="no C++ compiler is found")


def changes(page: Path) -> list[tuple[str, str, str]]:
    """File, kind and text of each change that the page shows."""
    found, file = [], None
    for named, kind, text in BLOCK.findall(page.read_text()):
        file = named or file
        found.append((file, kind, text))
    return found


def side(lines: list[str], mark: str) -> str:
    """The lines of a diff before (-) or after (+) it."""
    return "".join(f"{line[1:]}\n" for line in lines if line[:1] in (mark, " "))


@pytest.fixture(scope="module")
def extended(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package with the process of the page."""
    folder = tmp_path_factory.mktemp("extended")
    skipped = shutil.ignore_patterns("__pycache__")
    shutil.copytree(repository / "src/paramscape", folder / "src/paramscape", ignore=skipped)
    for file, kind, text in changes(repository / "docs/add-a-process.md"):
        path = folder / file
        if kind == "python":
            assert not path.exists(), f"{file} exists already"
            path.write_text(text)
            continue
        before, after = (side(text.splitlines(), mark) for mark in "-+")
        old = path.read_text()
        assert old.count(before) == 1, (
            f"{file} has these lines {old.count(before)} times:\n{before}"
        )
        path.write_text(old.replace(before, after))
    return folder


def test_a_flux_takes_one_new_file_and_four_changed_ones(repository):
    page = repository / "docs/add-a-process.md"
    kinds = {(file, kind) for file, kind, _ in changes(page)}
    assert sorted(kind for _, kind in kinds) == ["diff"] * 4 + ["python"]


def test_the_process_of_the_page_closes_the_balance_and_has_the_right_gradient(
    extended, repository, tmp_path, monkeypatch
):
    places = [str(extended / "src"), str(repository / "tests/vic")]
    monkeypatch.setenv("PYTHONPATH", ":".join(places))
    monkeypatch.setenv("PARAMSCAPE_CACHE", str(tmp_path))
    command = [sys.executable, "-c", RUN]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert ran.returncode == 0, ran.stderr
