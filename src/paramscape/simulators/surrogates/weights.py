"""Files of trained networks: kind, shape, targets and weights."""

from pathlib import Path
from typing import TypeVar

from paramscape.files import stamp
from paramscape.files.tensors import load_tensors, save_tensors
from paramscape.simulators.surrogates.network import Scaling, SurrogateNetwork

Network = TypeVar("Network", bound=SurrogateNetwork)


def save_network(network: SurrogateNetwork, path: Path) -> None:
    """Write a network for `load_network`, atomically."""
    description = {
        "kind": network.kind,
        "shape": network.shape,
        "targets": list(network.targets),
        "weights": network.state_dict(),
        "provenance": stamp(),
    }
    save_tensors(description, path)


def load_network(path: Path, network: type[Network]) -> Network:
    """Read a network of a class on the CPU from a file of `save_network`.

    Raises:
        ValueError: if the file holds no network, or one of another kind.
    """
    described = load_tensors(path, "file of a surrogate", "kind", "shape", "targets", "weights")
    if described["kind"] != network.kind:
        raise ValueError(
            f"{path} holds a surrogate of kind {described['kind']}, not {network.kind}; use the "
            f"weights that training {network.kind} wrote"
        )
    weights = described["weights"]
    scaling = Scaling(**{name: weights[name] for name in Scaling.__dataclass_fields__})
    made = network(targets=described["targets"], scaling=scaling, **described["shape"])
    made.load_state_dict(weights)
    return made.eval()
