"""The twin's hidden truth: VIC with true parameters and perturbed forcing, observed with noise."""

from dataclasses import dataclass

import numpy as np
import torch
import xarray as xr

from paramscape.grid.cells import Cells
from paramscape.parameters.datasets import fields_of, names_of, targets_dataset
from paramscape.simulators.vic.engine import Engine
from paramscape.study import LearningPeriods, Priors, Twin, Vic
from paramscape.study.days import days_of
from paramscape.study.moisture import ComparedMoisture
from paramscape.study.parameters import BY_NAME, GAN_PO_PARAMETERS, in_order
from paramscape.twin import add_observation_noise, perturb_forcing, truth_parameters
from paramscape.twin.plains.climate import PlainsClimate


@dataclass(frozen=True)
class TruthInputs:
    """What the hidden truth is made of.

    params: default VIC parameter file. forcing: VIC forcing files joined along time, from the
    warm-up's start or before. attributes: fields (lat, lon).
    """

    params: xr.Dataset
    forcing: xr.Dataset
    attributes: xr.Dataset
    cells: Cells


def hidden_parameters(inputs: TruthInputs, priors: Priors, twin: Twin) -> xr.Dataset:
    """The true parameter fields (parameter, lat, lon), dataset of kind `parameters`.

    They follow the attributes, and with `twin.kind: conus` the mean climate, too.
    """
    attributes = inputs.attributes
    if twin.kind == "conus":
        attributes = attributes.assign(_climate(inputs.cells, twin.seed))
    attributes = attributes.where(xr.DataArray(inputs.cells.mask, dims=("lat", "lon")))
    return truth_parameters(attributes, priors, twin, twin.seed)


def observe_truth(
    inputs: TruthInputs, truth: xr.Dataset, periods: LearningPeriods, vic: Vic, twin: Twin
) -> xr.Dataset:
    """What the twin's instruments report in the scored days of the periods.

    The true parameters run through VIC in float64 with perturbed forcing; every target gets its
    own noise. With `twin.kind: conus` there is none: files of SMAP and MOD16 get their own errors.

    Args:
        inputs: parameter file, forcing and cells.
        truth: from `hidden_parameters`.
        periods: the run starts cold with the warm-up.
        vic: how VIC is run.
        twin: sizes of the errors, and the seed.

    Returns:
        daily targets (time, lat, lon), dataset of kind `simulation`; NaN outside the domain.
    """
    perturbed = perturb_forcing(inputs.forcing, twin, twin.seed)
    if twin.kind == "conus" and not twin.fixed_true:
        truth = _with_others(truth, inputs, twin)
    if twin.kind == "conus":
        # Files of SMAP are written from the ends of the days.
        vic = vic.model_copy(update={"soil_moisture": ComparedMoisture()})
    names = names_of(truth)
    engine = Engine.of(inputs.params, perturbed, inputs.cells, vic, names)
    values = torch.from_numpy(fields_of(truth, names, inputs.cells).astype(np.float64))
    period = periods.scored
    targets = engine.run(values, periods.warmup.start, period, progress=True)
    exact = targets_dataset(
        {name: value.numpy() for name, value in targets.items()}, inputs.cells, days_of(period)
    )
    if twin.kind == "conus":
        return exact
    return xr.Dataset({n: add_observation_noise(exact[n], twin, twin.seed) for n in exact})


def _with_others(truth: xr.Dataset, inputs: TruthInputs, twin: Twin) -> xr.Dataset:
    """The truth, and true fields of those of the seven parameters that are not calibrated."""
    known = names_of(truth)
    others = tuple(n for n in GAN_PO_PARAMETERS if n not in known and BY_NAME[n].below is None)
    if not others:
        return truth
    hidden = hidden_parameters(inputs, Priors.of(others), twin)
    joined = xr.concat([truth, hidden], "parameter")
    return joined.sel(parameter=list(in_order((*known, *others))))


def _climate(cells: Cells, seed: int) -> dict[str, xr.DataArray]:
    """Mean climate (lat, lon) of the plains, as attributes of the truth."""
    normals = PlainsClimate(seed, cells.lat, cells.lon).normals()
    axes = {"lat": cells.lat, "lon": cells.lon}
    return {f"climate_{n}": xr.DataArray(v, axes, ("lat", "lon")) for n, v in normals.items()}
