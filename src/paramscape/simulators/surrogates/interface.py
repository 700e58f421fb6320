"""Interface of a kind of surrogate."""

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
    """What one kind of surrogate consists of, from its settings to a simulator.

    network: its class, for `weights.load_network`.
    targets: (target to be calibrated, settings) -> names of all learned targets, that one first.
    untrained: (training samples, settings, seed) -> a network with random weights.
    learner: (network, training samples, validation samples, settings, seed) -> its learner.
    predict: (network, samples) -> (member, day, cell, target) physical values of the samples'
        last days, those of a network with memory from a free run through all of their forcing.
    simulator: (network, inputs) -> the simulator of a calibration.
    couples_cells: whether a cell's simulation depends on other cells, so that neither cells nor
        mini-batches can be distributed over processes.
    """

    network: type[SurrogateNetwork]
    targets: Callable[[str, Any], tuple[str, ...]]
    untrained: Callable[[Samples, Any, int], SurrogateNetwork]
    learner: Callable[[Any, Samples, Samples, Any, int], Learner]
    predict: Callable[[Any, Samples], np.ndarray]
    simulator: Callable[[Any, SurrogateInputs], Simulator]
    couples_cells: bool = False


def only_the_target(target: str, settings: Any) -> tuple[str, ...]:
    """The calibrated target, for kinds that need no other one."""
    return (target,)
