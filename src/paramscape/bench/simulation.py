"""Timed simulations: forward, and forward with backward."""

import torch
from torch import Tensor

from paramscape.bench.case import OUTPUTS, Inputs
from paramscape.vic import Running, simulate, with_calibrated
from paramscape.vic.parameters import CALIBRATED


def run(inputs: Inputs, lanes_at_once: int | None = None) -> dict[str, Tensor]:
    """Simulate, and return the outputs without gradient."""
    with torch.inference_mode():
        ran = simulate(*inputs, outputs=OUTPUTS, running=Running(lanes_at_once))
    _wait(ran.outputs["OUT_EVAP"])
    return ran.outputs


def run_with_gradient(inputs: Inputs) -> dict[str, Tensor]:
    """Simulate, and return the outputs and the gradient of their sum in the calibrated parameters.

    Raises:
        FloatingPointError: if the gradient is not finite.
    """
    values = calibrated_of(inputs).requires_grad_()
    changed = inputs._replace(parameters=with_calibrated(inputs.parameters, values))
    outputs = simulate(*changed, outputs=OUTPUTS).outputs
    sum(v.sum() for v in outputs.values()).backward()
    if not values.grad.isfinite().all():
        raise FloatingPointError("the gradient of the benchmark's case is not finite")
    return {name: v.detach() for name, v in outputs.items()}


def calibrated_of(inputs: Inputs) -> Tensor:
    """The calibrated parameters (cell, 7) of the case."""
    soil = inputs.parameters.soil
    layered = {"depth2": soil["depth"][:, 1], "depth3": soil["depth"][:, 2]}
    layered["expt"] = soil["expt"][:, 0]
    fields = [layered[n] if n in layered else soil[n] for n in CALIBRATED]
    return torch.stack(fields, -1).clone()


def largest_difference(one: dict[str, Tensor], other: dict[str, Tensor]) -> float:
    """Largest absolute difference of any output [mm]; NaN if a value is not finite."""
    differences = [float((one[n].double() - other[n].double()).abs().max()) for n in one]
    return float("nan") if any(d != d for d in differences) else max(differences)


def _wait(values: Tensor) -> None:
    if values.device.type == "cuda":
        torch.cuda.synchronize(values.device)
