"""A method that is added by CONTRIBUTING.md's recipe touches two files, and works everywhere."""

import json
import shutil
from pathlib import Path

import pytest
import yaml

from checkout import code_of_recipe, copy_of, python
from paramscape.study.methods import methods_table

SMOOTH = {"method": "smooth", "simulator": "vic"}
RUN = """
from pathlib import Path
from conftest import make_land
from paramscape.calibration import CALIBRATORS
from paramscape.jobs.checkpoint import Checkpoint, RunPaths
from paramscape.study import load

problem = make_land().problem
paths = RunPaths(Path("history.csv"), Checkpoint(Path("checkpoint.pt"), "test"))
settings = load(Path("study.yaml")).calibration.settings_of("smooth")
found = CALIBRATORS["smooth"](problem, settings, paths, seed=1)
assert found.shape == problem.default.shape and paths.history.exists()
assert settings.contrast == 0.25
"""


@pytest.fixture(scope="module")
def extended(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the repository with the recipe's method, and a study that uses it."""
    folder = copy_of(repository, tmp_path_factory.mktemp("extended"))
    module, further = code_of_recipe(repository, "A method")
    model, row = further.split("\n\n")
    package = folder / "src/paramscape"
    (package / "calibration/methods/smooth.py").write_text(module)
    table = package / "study/methods.py"
    text = table.read_text().replace("_ROWS = (", f"{model}\n\n\n_ROWS = (\n{row.strip()},\n")
    table.write_text(f"from pydantic import Field\n{text}")
    settings = yaml.safe_load((folder / "config/demo.yaml").read_text())
    settings["calibration"]["runs"].append(SMOOTH)
    settings["calibration"]["smooth"] = {"contrast": 0.25}
    (folder / "study.yaml").write_text(yaml.safe_dump(settings))
    return folder


def test_schema_and_readme_follow(repository: Path, extended: Path) -> None:
    (extended / ".ci").mkdir()
    for name in (".ci/lists.py", "README.md"):
        shutil.copy(repository / name, extended / name)
    python(extended, ".ci/lists.py")
    schema = json.loads((extended / "config/schema.json").read_text())["$defs"]
    assert schema["Smooth"]["properties"]["contrast"]["maximum"] == 1
    assert "smooth" in schema["Run"]["properties"]["method"]["enum"]
    assert "| `smooth` | default with less contrast |" in (extended / "README.md").read_text()


def test_its_jobs_are_planned_with_its_settings(extended: Path) -> None:
    plan = python(extended, "-m", "snakemake", "--configfile", "study.yaml", "--cores", "1", "-n")
    assert "Calibrate by smooth on vic, seed 1" in plan
    assert "Score smooth on vic in vic" in plan


def test_it_calibrates_a_problem_with_its_settings(extended: Path) -> None:
    python(extended, "-c", RUN, further=Path(__file__).parent)


def test_the_readme_lists_all_methods(repository: Path) -> None:
    assert methods_table() in (repository / "README.md").read_text(), "run make lists"
