"""CONTRIBUTING.md's recipe of a score, followed in a temporary checkout."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from checkout import copy_of

RUN = """
import json
import sys
import textwrap
from pathlib import Path
import numpy as np
import xarray as xr
from paramscape.files import save_netcdf
from paramscape.metrics.evaluate import evaluate
from paramscape.metrics.summary import tabulate

axes = {"time": np.arange("2008-01-01", "2008-01-06", dtype="datetime64[D]").astype("M8[ns]"),
        "lat": [31.0, 31.25], "lon": [112.0, 112.25]}
observed = xr.DataArray(np.arange(20.0).reshape(5, 2, 2) ** 1.5, axes, tuple(axes), name="et")
mask = xr.DataArray(np.ones((2, 2)), {k: axes[k] for k in ("lat", "lon")}, ("lat", "lon"))
file = Path("default/vic/seed-1/vic-test.nc")
file.parent.mkdir(parents=True)
scores = evaluate(observed.mean("time").broadcast_like(observed), observed, mask).assign(mask=mask)
save_netcdf(scores, file)
print(json.dumps([scores["nse"].values.tolist(), *tabulate([file], {("vic", "test"): file})[
    ["nse", "cells_nse"]].iloc[0].tolist()]))
"""


@pytest.fixture(scope="module")
def recipe(repository) -> list[str]:
    """The two code blocks of the recipe: a module, and a row of the table of scores."""
    section = (repository / "CONTRIBUTING.md").read_text().split("\n## A score\n")[1]
    blocks = re.findall(r"```python\n(.*?)```", section.split("\n## ")[0], re.DOTALL)
    return [textwrap.dedent(block) for block in blocks]


def test_a_score_is_two_files(tmp_path, repository, recipe):
    """The mean is no better than itself: the efficiency of the observed mean is 0 in each cell."""
    copy = copy_of(repository, tmp_path)
    metrics = copy / "src" / "paramscape" / "metrics"
    module, row = recipe
    (metrics / "nse.py").write_text(module)
    table = metrics / "scores.py"
    text = table.read_text().replace("\n_ALL = (\n", f"\n_ALL = (\n    {row.strip()},\n")
    table.write_text(text.replace("\n\n@", "\nfrom paramscape.metrics.nse import nse\n\n\n@", 1))
    maps, mean, cells = _run(copy, tmp_path)
    assert maps == [[pytest.approx(0, abs=1e-12)] * 2] * 2
    assert mean == pytest.approx(0, abs=1e-12) and cells == 4


def _run(copy: Path, folder: Path) -> list:
    """What the program prints with the package of the copy."""
    environment = {**os.environ, "PYTHONPATH": str(copy / "src")}
    result = subprocess.run(
        [sys.executable, "-c", RUN], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout.splitlines()[-1])
