"""Files of a trained network: its kind, shape, targets and weights."""

from pathlib import Path
from typing import TypeVar

from paramscape.files import stamp
from paramscape.files.tensors import load_tensors, save_tensors
from paramscape.simulators.surrogates.network import Scaling, SurrogateNetwork

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
    save_tensors(description, path)


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
