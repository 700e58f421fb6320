"""Files of a trained network: its kind, shape, targets and weights."""

from pathlib import Path
from typing import Any, TypeVar

import torch

from paramscape.files import stamp, whole
from paramscape.files.tensors import load_tensors

from .network import Scaling, SurrogateNetwork

Network = TypeVar("Network", bound=SurrogateNetwork)


def save_network(network: SurrogateNetwork, path: Path) -> None:
    """Write a network for `load_network`, whole or not at all."""
    description = {
        "kind": network.kind,
        "shape": network.shape,
        "targets": list(network.targets),
        "weights": network.state_dict(),
        "provenance": stamp(),
    }
    save_whole(description, path)


def load_network(path: Path, network: type[Network]) -> Network:
    """Read a network of a class from the file that `save_network` wrote, on the CPU.

    Raises:
        ValueError: if the file holds a network of another kind, or none.
    """
    described = load_tensors(path, "file of a surrogate", "kind", "shape", "targets", "weights")
    if described["kind"] != network.kind:
        raise ValueError(
            f"{path} holds a surrogate of kind {described['kind']}, not {network.kind}; give the "
            "file that training this kind wrote"
        )
    weights = described["weights"]
    scaling = Scaling(**{name: weights[name] for name in Scaling.__dataclass_fields__})
    made = network(targets=described["targets"], scaling=scaling, **described["shape"])
    made.load_state_dict(weights)
    return made.eval()


def save_whole(state: dict[str, Any], path: Path) -> None:
    """Write plain values and tensors to a file, whole or not at all."""
    with whole(path) as partial:
        torch.save(state, partial)
