"""Timed simulations: forward, and forward with backward."""

import torch
from torch import Tensor

from paramscape.bench.case import OUTPUTS, Inputs
from paramscape.study.parameters import GAN_PO_PARAMETERS
from paramscape.vic import Running, simulate, with_calibrated
from paramscape.vic.calibrated import uncalibrated_values


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
    changed = inputs._replace(
        parameters=with_calibrated(inputs.parameters, values, GAN_PO_PARAMETERS)
    )
    outputs = simulate(*changed, outputs=OUTPUTS).outputs
    sum(v.sum() for v in outputs.values()).backward()
    if not values.grad.isfinite().all():
        raise FloatingPointError("the gradient of the benchmark's case is not finite")
    return {name: v.detach() for name, v in outputs.items()}


def calibrated_of(inputs: Inputs) -> Tensor:
    """The calibrated parameters (cell, parameter) that the case has."""
    return uncalibrated_values(inputs.parameters.soil, GAN_PO_PARAMETERS)


def largest_difference(one: dict[str, Tensor], other: dict[str, Tensor]) -> float:
    """Largest absolute difference of any output [mm]; NaN if a value is not finite."""
    differences = [float((one[n].double() - other[n].double()).abs().max()) for n in one]
    return float("nan") if any(d != d for d in differences) else max(differences)


def _wait(values: Tensor) -> None:
    if values.device.type == "cuda":
        torch.cuda.synchronize(values.device)
