"""A score that is added by CONTRIBUTING.md's recipe touches two files, and is tabulated."""

from __future__ import annotations

import json

import pytest

from checkout import code_of_recipe, copy_of, python

RUN = """
import json
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
row = tabulate([file], {("vic", "test"): file}).iloc[0]
print(json.dumps([scores["nse"].values.tolist(), row["nse"], int(row["cells_nse"])]))
"""


def test_the_observed_mean_has_the_efficiency_zero_in_each_cell(tmp_path, repository):
    copy = copy_of(repository, tmp_path)
    metrics = copy / "src" / "paramscape" / "metrics"
    module, row = code_of_recipe(repository, "A score")
    (metrics / "nse.py").write_text(module)
    table = metrics / "scores.py"
    text = table.read_text().replace("\n_ALL = (\n", f"\n_ALL = (\n    {row.strip()},\n")
    table.write_text(text.replace("\n\n@", "\nfrom paramscape.metrics.nse import nse\n\n\n@", 1))
    maps, mean, cells = json.loads(python(copy, "-c", RUN).splitlines()[-1])
    assert maps == [[pytest.approx(0, abs=1e-12)] * 2] * 2
    assert mean == pytest.approx(0, abs=1e-12) and cells == 4
