"""Samples for a surrogate from the files of an ensemble."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import xarray as xr

from paramscape.files import read_dataset
from paramscape.grid.cells import Cells
from paramscape.parameters.datasets import fields_of, members_of_role
from paramscape.parameters.priors import PriorBox
from paramscape.simulators.surrogates.samples import Samples
from paramscape.simulators.surrogates.simulated_study import FORCING
from paramscape.study import Period
from paramscape.study.days import DayAxis
from paramscape.study.quantities import FORCINGS


@dataclass(frozen=True)
class EnsembleFiles:
    """Files of an ensemble: members' fields, their fluxes by batch, and the daily forcing."""

    members: Path
    fluxes: tuple[Path, ...]
    forcing: Path


def load_samples(
    files: EnsembleFiles,
    role: str,
    targets: Sequence[str],
    period: Period,
    cells: Cells,
    priors: PriorBox,
) -> Samples:
    """Samples of the members of one role over the training period.

    Args:
        files: of the ensemble.
        role: train, validation or test.
        targets: names of the fluxes to learn.
        period: the training period; the forcing before it is the warm-up of the first windows.
        cells: the active cells.
        priors: the box in whose unit cube networks read parameters.

    Raises:
        ValueError: if a member of the role is in no file of fluxes, or no forcing covers the
            period.
    """
    members = read_dataset(files.members, "members")
    chosen = members_of_role(members, role)
    unit = priors.to_unit(
        torch.from_numpy(fields_of(members, priors.names, cells)[chosen]).double()
    )
    forcing = read_dataset(files.forcing, "forcing-daily")
    days = DayAxis.of(forcing["time"].values, FORCING).slice(period)
    return Samples(
        forcing=daily_forcing(forcing.isel(time=slice(days.stop)), cells),
        parameters=unit.float(),
        targets=torch.from_numpy(_read_targets(files.fluxes, chosen, targets, period, cells)),
        warmup_days=days.start,
        names=tuple(targets),
        domain=cells,
    )


def daily_forcing(forcing: xr.Dataset, cells: Cells) -> torch.Tensor:
    """Forcing (time, cell, variable) in the order of FORCINGS, float32, physical."""
    fields = [cells.gather(forcing[name]) for name in FORCINGS]
    return torch.from_numpy(np.stack(fields, -1).astype(np.float32))


def _read_targets(
    paths: Sequence[Path],
    members: np.ndarray,
    targets: Sequence[str],
    period: Period,
    cells: Cells,
) -> np.ndarray:
    """Targets (member, day, cell, target) of some members, in their order, float32."""
    shape = (len(members), period.days, cells.count, len(targets))
    values = np.full(shape, np.nan, dtype=np.float32)
    missing = set(members.tolist())
    for path in paths:
        fluxes = read_dataset(path, "ensemble-fluxes").sel(time=period.slice)
        here = [m for m in fluxes["member"].values.tolist() if m in missing]
        rows = np.searchsorted(members, here)
        for position, name in enumerate(targets):
            values[rows, ..., position] = cells.gather(fluxes[name].sel(member=here))
        missing -= set(here)
    if missing:
        raise ValueError(
            f"members {sorted(missing)} are in none of the {len(paths)} files of fluxes; rerun the "
            "batches of the ensemble"
        )
    return values
