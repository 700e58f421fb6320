"""What a kind of surrogate consists of."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from paramscape.simulators.interface import Simulator
from paramscape.simulators.surrogates.network import SurrogateNetwork
from paramscape.simulators.surrogates.samples import Samples
from paramscape.simulators.surrogates.simulated_study import SurrogateInputs
from paramscape.simulators.surrogates.training import Learner


@dataclass(frozen=True)
class Kind:
    """One kind of surrogate, from its settings to a simulator.

    network: its class, for `weights.load_network`.
    targets: (target to be calibrated, settings) -> names of all that it learns, that one first.
    untrained: (training samples, settings, seed) -> a network with random weights.
    learner: (network, training samples, validation samples, settings, seed) -> its learner.
    predict: (network, samples) -> (member, day, cell, target) physical values of the samples'
        last days, those of a network with memory from a free run through all of their forcing.
    simulator: (network, inputs) -> the simulator of a calibration.
    couples_cells: whether a cell's simulation depends on the others, so that processes can share
        neither cells nor mini-batches.
    """

    network: type[SurrogateNetwork]
    targets: Callable[[str, Any], tuple[str, ...]]
    untrained: Callable[[Samples, Any, int], SurrogateNetwork]
    learner: Callable[[Any, Samples, Samples, Any, int], Learner]
    predict: Callable[[Any, Samples], np.ndarray]
    simulator: Callable[[Any, SurrogateInputs], Simulator]
    couples_cells: bool = False


def only_the_target(target: str, settings: Any) -> tuple[str, ...]:
    """What a kind learns that needs no target beside the calibrated one."""
    return (target,)
