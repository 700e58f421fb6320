"""The device that networks and VIC run on."""

import logging
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from paramscape.study import Compute

if TYPE_CHECKING:
    import torch

WITHOUT_GPU = "PARAMSCAPE_WITHOUT_GPU"
"""How `compute.without_gpu` reaches a job: beside its settings, so that a change runs nothing."""
_LOG = logging.getLogger(__name__)


class NoGpuError(RuntimeError):
    """A GPU was asked for, and there is none."""


def device_of(compute: Compute) -> "torch.device":
    """The device of the settings; where a GPU is missing, what `without_gpu` says.

    Raises:
        NoGpuError: if there is no GPU and the study is not to do without one.
    """
    import torch

    if compute.device == "cpu" or torch.cuda.is_available():
        return torch.device(compute.device)
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    why = (
        f"PyTorch {torch.__version__} is built without CUDA"
        if torch.version.cuda is None
        else f"PyTorch finds no GPU (CUDA_VISIBLE_DEVICES is {visible!r})"
    )
    if os.environ.get(WITHOUT_GPU, compute.without_gpu) == "cpu":
        _LOG.warning("%s: running on the CPU, as compute.without_gpu says", why)
        return torch.device("cpu")
    raise NoGpuError(
        f"compute.device is cuda, but {why}. Start the job where a GPU is, or set compute.device "
        "to cpu, or compute.without_gpu to cpu to run on the CPU wherever a GPU is missing"
    )


def processes_of(compute: Compute, resources: Mapping[str, Any]) -> int:
    """Processes that share a training: one for each GPU of the job, or one on a CPU.

    Raises:
        NoGpuError: if there are fewer GPUs than the job was given.
    """
    import torch

    wanted = int(resources.get("gpu", 1)) if device_of(compute).type == "cuda" else 1
    if wanted > 1 and wanted > torch.cuda.device_count():
        raise NoGpuError(
            f"the job has gpu={wanted}, but PyTorch finds {torch.cuda.device_count()}: let the "
            "profile ask for as many as a node has, or look at CUDA_VISIBLE_DEVICES"
        )
    return max(1, wanted)
