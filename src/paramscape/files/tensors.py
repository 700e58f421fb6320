"""Files of tensors and plain values; code in a file is never run."""

import io
import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from paramscape.files.atomic import atomic_write

# The rest of torch's message advises the user to trust the file.
_REASON = re.compile(
    "(Trying to load|Unsupported) .*?(?= was not| whose|$)|PytorchStreamReader [^:.]*", re.MULTILINE
)


def save_tensors(values: Mapping[str, Any], path: Path) -> None:
    """Write tensors and plain values atomically; equal values give equal bytes.

    `torch.save` would write the temporary name into the file if it wrote the file itself.
    """
    with atomic_write(path) as partial:
        held = io.BytesIO()
        torch.save(dict(values), held)
        partial.write_bytes(held.getbuffer())


def load_tensors(path: Path, what: str, *names: str) -> Mapping[str, Any]:
    """Read what `torch.save` wrote, on the CPU.

    Args:
        path: of the file.
        what: it should be, for the message.
        names: it must hold.

    Raises:
        ValueError: if the file was cut off, holds other objects than tensors and plain values, or
            lacks a name.
    """
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Detected pickle protocol")
            found = torch.load(path, map_location="cpu", weights_only=True)
    except OSError:
        raise
    except Exception as error:
        reason = _REASON.search(str(error))
        raise _no(path, what, reason[0] if reason else type(error).__name__) from error
    if not isinstance(found, Mapping):
        raise _no(path, what, f"it holds a {type(found).__name__}")
    missing = [name for name in names if name not in found]
    if missing:
        raise _no(path, what, f"it lacks {', '.join(missing)}")
    return found


def _no(path: Path, what: str, reason: str) -> ValueError:
    return ValueError(
        f"{path}: this is not a {what} ({reason}). It is truncated or comes from elsewhere; "
        "nothing in it was run; delete it to start anew"
    )
