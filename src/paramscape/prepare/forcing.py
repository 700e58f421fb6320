"""VIC forcing of a study, a calendar year at a time."""

from __future__ import annotations

import numpy as np
import xarray as xr

from paramscape.prepare.regrid import conservative
from paramscape.products import ProductError
from paramscape.products.bounding_box import Box, nearest
from paramscape.products.forcing import forcing_file, read_forcing
from paramscape.products.time_steps import joined_steps
from paramscape.study import Period, SettingsError
from paramscape.study.forcing_products import ForcingSettings
from paramscape.study.quantities import FORCINGS, LONG_NAMES, UNITS

MINIMUM_SHARE = 0.5  # of a cell's area that must have forcing, [1]
_TOLERANCE = 1e-3  # [degrees]


def prepare_forcing(
    settings: ForcingSettings,
    days: Period,
    domain: xr.Dataset,
    steps_per_day: int,
    ends_record: bool,
) -> xr.Dataset:
    """A part of the record, such as a calendar year, ready for VIC.

    Args:
        settings: the product.
        days: the days of the record that lie in the year.
        domain: `mask` (lat, lon) of the study's grid.
        steps_per_day: VIC's snow steps a day.
        ends_record: whether the record ends with `days`, so that data may end there, too.

    Returns:
        (time, lat, lon) float32: tas [C], prcp [mm per step], pres [kPa], dswrf, dlwrf [W m-2],
        vp [kPa], wind [m s-1]; time is the start of a step, NaN is outside the domain.

    Raises:
        ProductError: if a raw file is wrong, or an active cell lacks forcing.
        SettingsError: if VIC's snow steps are shorter than the product's steps.
    """
    native = read_forcing(settings, days, Box.of(domain), ends_record=ends_record)
    native = to_steps(native, steps_per_day)
    if settings.on_study_grid:
        _require_same_grid(native, domain, settings)
        found = native.reindex(
            lat=domain.lat, lon=domain.lon, method="nearest", tolerance=_TOLERANCE
        )
        found = found.assign_coords(lat=domain.lat, lon=domain.lon)
    else:
        # One variable at a time, and none in 64 bits longer than needed: a year fills the memory.
        parts = []
        for name in FORCINGS:
            parts.append(conservative(native[[name]], domain, MINIMUM_SHARE).astype("f4"))
            native = native.drop_vars(name)
        found = xr.merge(parts, join="exact", compat="no_conflicts")
    inside = domain["mask"] > 0
    _require_complete(found, inside, settings)
    fields = {n: found[n].where(inside).astype("f4") for n in FORCINGS}
    for name, field in fields.items():
        field.attrs = {"units": UNITS[name], "long_name": LONG_NAMES[name]}
    return xr.Dataset(fields).transpose("time", "lat", "lon")


def to_steps(steps: xr.Dataset, steps_per_day: int) -> xr.Dataset:
    """Means, and totals of `prcp`, over `steps_per_day` longer steps a day.

    Raises:
        SettingsError: if the data's own steps are longer, or do not fit into the new ones.
    """
    times = steps["time"].values
    own = round(np.timedelta64(1, "D") / np.median(np.diff(times)))
    if own == steps_per_day:
        return steps
    if own < steps_per_day or own % steps_per_day:
        fitting = [n for n in range(4, own + 1) if own % n == 0]
        raise SettingsError(
            f"vic.snow_steps_per_day={steps_per_day}, but the forcing has {own} steps a day, "
            f"which cannot be joined to so many; choose one of {fitting}"
        )
    return joined_steps(steps, own // steps_per_day).assign_attrs(steps.attrs)


def _require_same_grid(native: xr.Dataset, domain: xr.Dataset, settings: ForcingSettings) -> None:
    active = domain["mask"].transpose("lat", "lon").values > 0
    for number, axis in enumerate(("lat", "lon")):
        have, wanted = native[axis].values, domain[axis].values[active.any(axis=1 - number)]
        lacking = nearest(have, wanted, _TOLERANCE) < 0
        if lacking.any():
            worst = float(wanted[lacking][0])
            raise ProductError(
                f"the domain has {axis} {worst:g}, which the forcing's grid lacks; its nearest is "
                f"{have[np.abs(have - worst).argmin()]:g}",
                forcing_file(settings)("tas", native["time"].values[0]),
                axis,
                f"{axis} {worst:g}",
                "give forcing on the domain's own grid",
            )


def _require_complete(found: xr.Dataset, inside: xr.DataArray, settings: ForcingSettings) -> None:
    for name in FORCINGS:
        gaps = (found[name].isnull() & inside).transpose("time", "lat", "lon").values
        if gaps.any():
            step, row, column = np.argwhere(gaps)[0]
            time = found["time"].values[step]
            cells = int(gaps.any(axis=0).sum())
            raise ProductError(
                f"forcing is missing in {cells} of {int(inside.sum())} active cells",
                forcing_file(settings)(name, time),
                name,
                f"{np.datetime_as_string(time, 'm')}, cell at latitude "
                f"{float(found.lat[row]):g}, longitude {float(found.lon[column]):g}",
                "take those cells out of the domain's mask, or fill the product there; "
                f"{MINIMUM_SHARE:.0%} of a cell's area must have forcing",
            )
