"""`arnet`, an image-to-image surrogate: a day's targets from the day before (Mo et al. 2019)."""

import numpy as np

from paramscape.surrogates.arnet.dynamics import ArnetDynamics
from paramscape.surrogates.arnet.learning import ArnetLearner, targets_of, untrained
from paramscape.surrogates.arnet.network import ArnetNetwork
from paramscape.surrogates.kind import Kind
from paramscape.surrogates.region import Region
from paramscape.surrogates.stateful import StatefulSimulator, predict_freely
from paramscape.surrogates.windows import Samples


def _predict(network: ArnetNetwork, samples: Samples) -> np.ndarray:
    return predict_freely(ArnetDynamics(network, samples.domain), samples)


def _simulator(network: ArnetNetwork, region: Region) -> StatefulSimulator:
    return StatefulSimulator(ArnetDynamics(network, region.cells), region)


KIND = Kind(ArnetNetwork, targets_of, untrained, ArnetLearner, _predict, _simulator, True)
