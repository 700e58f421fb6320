"""Daily targets of the study from VIC's outputs of each model step."""

from collections.abc import Mapping

from torch import Tensor

OUTPUTS = ("OUT_EVAP", "OUT_RUNOFF", "OUT_BASEFLOW", "OUT_SOIL_MOIST")


def daily_targets(
    outputs: Mapping[str, Tensor], first_depth: Tensor, steps_per_day: int
) -> dict[str, Tensor]:
    """Daily evapotranspiration, runoff and soil moisture of a simulation.

    Fluxes are summed over the day; the moisture is that of the day's end. et = OUT_EVAP [mm d-1];
    runoff = OUT_RUNOFF + OUT_BASEFLOW [mm d-1]; soil_moisture = OUT_SOIL_MOIST of layer 1 over
    the layer's thickness [m3 m-3].

    Args:
        outputs: OUT_EVAP, OUT_RUNOFF, OUT_BASEFLOW (member?, step, cell) and OUT_SOIL_MOIST
            (member?, step, cell, layer), all in mm.
        first_depth: (member?, cell) thickness of layer 1 [m].
        steps_per_day: model steps in a day.

    Returns:
        (member?, day, cell) by name.
    """
    moisture = _by_day(outputs["OUT_SOIL_MOIST"][..., 0], steps_per_day)[..., -1, :]
    runoff = outputs["OUT_RUNOFF"] + outputs["OUT_BASEFLOW"]
    return {
        "et": _by_day(outputs["OUT_EVAP"], steps_per_day).sum(-2),
        "runoff": _by_day(runoff, steps_per_day).sum(-2),
        "soil_moisture": moisture / (1000.0 * first_depth).unsqueeze(-2),
    }


def _by_day(values: Tensor, steps_per_day: int) -> Tensor:
    """Split (..., step, cell) into (..., day, step, cell)."""
    steps = values.shape[-2]
    if steps % steps_per_day:
        raise ValueError(f"{steps} model steps are not whole days of {steps_per_day} steps")
    return values.unflatten(-2, (steps // steps_per_day, steps_per_day))
