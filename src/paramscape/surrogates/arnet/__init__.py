"""`arnet`, an image-to-image surrogate: a day's targets from the day before (Mo et al. 2019)."""

import numpy as np

from ..kind import Kind
from ..region import Region
from ..stateful import StatefulSimulator, predict_freely
from ..windows import Samples
from .dynamics import ArnetDynamics
from .learning import ArnetLearner, targets_of, untrained
from .network import ArnetNetwork


def _predict(network: ArnetNetwork, samples: Samples) -> np.ndarray:
    return predict_freely(ArnetDynamics(network, samples.domain), samples)


def _simulator(network: ArnetNetwork, region: Region) -> StatefulSimulator:
    return StatefulSimulator(ArnetDynamics(network, region.cells), region)


KIND = Kind(ArnetNetwork, targets_of, untrained, ArnetLearner, _predict, _simulator, True)
