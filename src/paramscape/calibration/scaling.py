"""Linear scaling of a simulated target to the observations: y' = a y + b in each cell.

Level and spread of satellite soil moisture differ from those of a model's layer, which is thicker.
a and b match mean and standard deviation of the run with default parameters, and are the same for
all methods. Parameters still move the mean and spread of y.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
import xarray as xr

from paramscape.calibration.observed_data import default_values
from paramscape.calibration.problem import target_of
from paramscape.files import read_dataset
from paramscape.grid.cells import Cells
from paramscape.grid.learners import nearest_of
from paramscape.simulators.build import SimulatorFiles, SimulatorSettings, simulator_for
from paramscape.study import section
from paramscape.study.days import days_of
from paramscape.study.quantities import UNITS

FEWEST_DAYS = 30
"""Observed training days below which a cell has the scaling of the nearest cell with more."""
FLAT = 1e-3
"""Standard deviation of the default run below which the slope is 1 [m3 m-3]."""
_LOG = logging.getLogger(__name__)


def prepare_scaling(
    domain: Path, observations: Path, files: SimulatorFiles, settings: Mapping[str, Any]
) -> xr.Dataset:
    """Slope and intercept (lat, lon) of a study's target, from VIC with default parameters.

    Args:
        domain: the active cells. Those that are only scored have the scaling of the nearest
            learner, or by `moments` their own if `space.unseen_sees` is `observations`.
        observations: what methods may see.
        files: of VIC.
        settings: a rule's sections.

    Returns:
        `slope` [1] and `intercept` [the target's unit]; NaN outside the domain.

    Raises:
        ValueError: if no cell that is learned from has enough observations.
    """
    cells = Cells.of(read_dataset(domain, "domain"))
    target, kind = (section(settings, f"calibration.{n}") for n in ("target", "scaling"))
    vic = SimulatorSettings.of("vic", settings)
    observed = read_dataset(observations, target)[target]
    train = vic.periods.train
    observed = cells.gather(observed.reindex(time=days_of(train)))
    default = default_values(read_dataset(files.parameters, "vic-parameters"), cells, vic.priors)
    simulator = simulator_for(vic, files, cells, verifying=True)
    with torch.no_grad():
        simulated = target_of(simulator.run(default, train), target).cpu().numpy()
    own = cells.learners
    if kind == "moments" and section(settings, "space").unseen_sees == "observations":
        own = np.ones(cells.count, bool)
    slope, intercept = matched(observed, simulated, own, cells, kind)
    fields = {"slope": (slope, "1", "slope"), "intercept": (intercept, UNITS[target], "intercept")}
    return xr.Dataset(
        {
            name: cells.scatter(values).assign_attrs(
                units=unit, long_name=f"{word} of simulated {target} in y' = a y + b"
            )
            for name, (values, unit, word) in fields.items()
        },
        attrs={"scaling": kind},
    )


def matched(
    observed: np.ndarray,
    default: np.ndarray,
    own: np.ndarray,
    cells: Cells,
    kind: Literal["moments", "global"],
) -> tuple[np.ndarray, np.ndarray]:
    """Slope and intercept (cell,) that match mean and standard deviation on observed days.

    a = sd(observed) / sd(default), b = mean(observed) - a mean(default), over the training days on
    which a cell is observed. `global` takes all days of these cells together. A cell that is not
    one of them, or that has fewer than `FEWEST_DAYS` observed days or constant observations, has
    the values of the nearest other one (great circle; of equal distances the first).

    Args:
        observed: (day, cell), NaN where missing.
        default: (day, cell), the run with default parameters.
        own: (cell,) bool: cells whose observations count.
        cells: where they are.
        kind: `moments` of each cell, or `global`.

    Raises:
        ValueError: if none of these cells has enough observations.
    """
    present = np.isfinite(observed)
    if kind == "global":
        chosen = present & own
        pair = _moments(observed[chosen][:, None], default[chosen][:, None])
        usable = np.array([chosen.sum() >= FEWEST_DAYS and pair[0][1][0] > 0])
    else:
        hidden = (np.where(present, values, np.nan) for values in (observed, default))
        pair = _moments(*hidden)
        usable = own & (present.sum(0) >= FEWEST_DAYS) & (np.nan_to_num(pair[0][1]) > 0)
    if not usable.any():
        raise ValueError(
            f"calibration.scaling: {kind} needs {FEWEST_DAYS} observed training days that vary in "
            f"a cell; {int(own.sum())} cells have at most "
            f"{int(present[:, own].sum(0).max(initial=0))}"
        )
    slope, intercept = _line(*pair, usable)
    if kind == "global":
        return slope.repeat(cells.count), intercept.repeat(cells.count)
    nearest = nearest_of(cells, usable)
    return slope[nearest], intercept[nearest]


def _moments(observed: np.ndarray, default: np.ndarray) -> tuple[tuple, tuple]:
    """Mean and standard deviation (cell,) of both; NaN in a cell without a value."""
    known = np.isfinite(observed)
    days = np.where(known.any(0), known.sum(0), np.nan)
    result = []
    for values in (observed, default):
        mean = np.where(known, values, 0).sum(0) / days
        spread = np.sqrt(np.square(np.where(known, values - mean, 0)).sum(0) / days)
        result.append((mean, spread))
    return tuple(result)


def _line(observed: tuple, default: tuple, usable: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    flat = usable & (default[1] < FLAT)
    if flat.any():
        _LOG.warning(
            "the default run hardly varies in %d cells (standard deviation below %g); their slope "
            "of the scaling is 1", flat.sum(), FLAT,
        )  # fmt: skip
    slope = np.where(flat, 1.0, observed[1] / np.where(flat | ~usable, 1.0, default[1]))
    return slope, observed[0] - slope * default[0]
