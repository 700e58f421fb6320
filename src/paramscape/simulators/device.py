"""The device that networks and VIC run on."""

import logging
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from paramscape.study import Compute

if TYPE_CHECKING:
    import torch

WITHOUT_GPU = "PARAMSCAPE_WITHOUT_GPU"
"""Environment variable that passes `compute.without_gpu` to a job: a change triggers no rerun."""
_LOG = logging.getLogger(__name__)


class NoGpuError(RuntimeError):
    """A GPU is required, and there is none."""


def device_of(compute: Compute) -> "torch.device":
    """The device of the settings, or the CPU if a GPU is missing and `without_gpu` allows it.

    Raises:
        NoGpuError: if there is no GPU and `without_gpu` does not allow the CPU.
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
        _LOG.warning("%s: running on the CPU, as compute.without_gpu is cpu", why)
        return torch.device("cpu")
    raise NoGpuError(
        f"compute.device is cuda, but {why}. Start the job on a machine with a GPU, set "
        "compute.device to cpu, or set compute.without_gpu to cpu to use the CPU where a GPU is "
        "missing"
    )


def processes_of(compute: Compute, resources: Mapping[str, Any]) -> int:
    """Number of processes of a training: one for each GPU of the job, or one on a CPU.

    Raises:
        NoGpuError: if the job's resources name more GPUs than there are.
    """
    import torch

    wanted = int(resources.get("gpu", 1)) if device_of(compute).type == "cuda" else 1
    if wanted > 1 and wanted > torch.cuda.device_count():
        raise NoGpuError(
            f"the job has gpu={wanted}, but PyTorch finds {torch.cuda.device_count()}; request at "
            "most as many GPUs as a node has, and check CUDA_VISIBLE_DEVICES"
        )
    return max(1, wanted)
