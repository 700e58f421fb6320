"""Whether simulations are compiled."""

import logging
import os
from functools import cache

import torch

from paramscape.files.notices import tell
from paramscape.native.compiler import NO_COMPILER, TOLD, compiler

LOG = logging.getLogger(__name__)
WAYS = ("compiled", "eager")


def compiled_here(device: torch.device) -> bool:
    """Whether a simulation on the device is compiled: on the CPU, where a C++ compiler is found.

    $PARAMSCAPE_VIC=eager asks for PyTorch's own operations instead.

    Raises:
        ValueError: if $PARAMSCAPE_VIC is neither "compiled" nor "eager".
    """
    way = os.environ.get("PARAMSCAPE_VIC", "compiled")
    if way not in WAYS:
        raise ValueError(f"PARAMSCAPE_VIC={way!r} is not one of {', '.join(WAYS)}")
    if way == "eager" or device.type != "cpu":
        return False
    if compiler() is None:
        _say_once()
    return compiler() is not None


@cache
def _say_once() -> None:
    """Say it in the log of this process, and on the terminal unless the workflow has said it."""
    if os.environ.get(TOLD):
        LOG.warning(NO_COMPILER)
    else:
        tell(NO_COMPILER, logging.WARNING)
