"""`arnet`, an image-to-image surrogate: a day's targets from the day before (Mo et al. 2019)."""

import numpy as np

from paramscape.simulators.surrogates.arnet.dynamics import ArnetDynamics
from paramscape.simulators.surrogates.arnet.learning import ArnetLearner, targets_of, untrained
from paramscape.simulators.surrogates.arnet.network import ArnetNetwork
from paramscape.simulators.surrogates.free_run import predict_freely
from paramscape.simulators.surrogates.interface import Kind
from paramscape.simulators.surrogates.samples import Samples
from paramscape.simulators.surrogates.simulated_study import SurrogateInputs
from paramscape.simulators.surrogates.stateful import StatefulSimulator


def _predict(network: ArnetNetwork, samples: Samples) -> np.ndarray:
    return predict_freely(ArnetDynamics(network, samples.domain), samples)


def _simulator(network: ArnetNetwork, inputs: SurrogateInputs) -> StatefulSimulator:
    return StatefulSimulator(ArnetDynamics(network, inputs.cells), inputs)


KIND = Kind(
    network=ArnetNetwork,
    targets=targets_of,
    untrained=untrained,
    learner=ArnetLearner,
    predict=_predict,
    simulator=_simulator,
    couples_cells=True,
)
