"""Daily targets of the study from VIC's outputs of each model step."""

from collections.abc import Mapping

import torch
from torch import Tensor

from paramscape.study import ComparedMoisture

OUTPUTS = ("OUT_EVAP", "OUT_RUNOFF", "OUT_BASEFLOW", "OUT_SOIL_MOIST")
_AT_DAYS_END = ComparedMoisture()


def daily_targets(
    outputs: Mapping[str, Tensor],
    depth: Tensor,
    steps_per_day: int,
    compared: ComparedMoisture = _AT_DAYS_END,
    before: Tensor | None = None,
) -> dict[str, Tensor]:
    """Daily evapotranspiration, runoff and soil moisture of a simulation.

    Fluxes are summed over the day. et = OUT_EVAP [mm d-1]; runoff = OUT_RUNOFF + OUT_BASEFLOW
    [mm d-1]; soil_moisture = OUT_SOIL_MOIST of layer 1 over the layer's thickness [m3 m-3] at the
    end of the day, or what `compared` says.

    Args:
        outputs: OUT_EVAP, OUT_RUNOFF, OUT_BASEFLOW (member?, step, cell) and OUT_SOIL_MOIST
            (member?, step, cell, layer), all in mm.
        depth: (member?, cell, layer) thickness of the layers [m].
        steps_per_day: model steps in a day.
        compared: moment and depth of the moisture.
        before: (member?, cell, layer) moisture at the start of the first day [mm]; needed for the
            middle of days of one step.

    Returns:
        (member?, day, cell) by name.

    Raises:
        ValueError: if the steps are not whole days, or `before` is needed and absent.
    """
    runoff = outputs["OUT_RUNOFF"] + outputs["OUT_BASEFLOW"]
    layers = _by_day(outputs["OUT_SOIL_MOIST"], steps_per_day, -3)
    layers = _at_noon(layers, before) if compared.moment == "middle" else layers[..., -1, :, :]
    return {
        "et": _by_day(outputs["OUT_EVAP"], steps_per_day).sum(-2),
        "runoff": _by_day(runoff, steps_per_day).sum(-2),
        "soil_moisture": _volumetric(layers, depth, compared.depth),
    }


def needs_state(compared: ComparedMoisture, steps_per_day: int) -> bool:
    """Whether the moisture of the first day needs that at its start."""
    return compared.moment == "middle" and steps_per_day == 1


def _at_noon(layers: Tensor, before: Tensor | None) -> Tensor:
    """(..., day, cell, layer) at 12 UTC of (..., day, step, cell, layer), which ends each step."""
    steps = layers.shape[-3]
    if steps > 1:
        return (layers[..., steps // 2 - 1, :, :] + layers[..., (steps + 1) // 2 - 1, :, :]) / 2
    ends = layers[..., 0, :, :]
    if before is None:
        raise ValueError(
            "the moisture in the middle of a day of one model step is the mean of its two ends, "
            "and the start of the first day is not given"
        )
    first = before.unsqueeze(-3).expand_as(ends[..., :1, :, :])
    return (torch.cat([first, ends[..., :-1, :, :]], -3) + ends) / 2


def _volumetric(layers: Tensor, depth: Tensor, compared: float | None) -> Tensor:
    """(..., day, cell) [m3 m-3] of the water of the layers (..., day, cell, layer) [mm]."""
    if compared is None:
        return layers[..., 0] / (1000.0 * depth[..., 0]).unsqueeze(-2)
    top = depth.cumsum(-1) - depth
    part = torch.minimum((compared - top).clamp(min=0), depth)
    water = (layers * (part / depth).unsqueeze(-3)).sum(-1)
    return water / (1000.0 * part.sum(-1)).unsqueeze(-2)


def _by_day(values: Tensor, steps_per_day: int, axis: int = -2) -> Tensor:
    """Split the axis of steps, such as (..., step, cell), into days and steps of a day."""
    steps = values.shape[axis]
    if steps % steps_per_day:
        raise ValueError(f"{steps} model steps are not whole days of {steps_per_day} steps")
    return values.unflatten(axis, (steps // steps_per_day, steps_per_day))
