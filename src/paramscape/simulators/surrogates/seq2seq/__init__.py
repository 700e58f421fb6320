"""`seq2seq`, a surrogate with long memory: a series of days to the targets of every day."""

import numpy as np

from paramscape.simulators.surrogates.free_run import predict_freely
from paramscape.simulators.surrogates.interface import Kind, only_the_target
from paramscape.simulators.surrogates.samples import Samples
from paramscape.simulators.surrogates.seq2seq.learning import Seq2seqLearner, untrained
from paramscape.simulators.surrogates.seq2seq.network import Seq2seqDynamics, Seq2seqNetwork
from paramscape.simulators.surrogates.simulated_study import SurrogateInputs
from paramscape.simulators.surrogates.stateful import StatefulSimulator


def _predict(network: Seq2seqNetwork, samples: Samples) -> np.ndarray:
    return predict_freely(Seq2seqDynamics(network), samples)


def _simulator(network: Seq2seqNetwork, inputs: SurrogateInputs) -> StatefulSimulator:
    return StatefulSimulator(Seq2seqDynamics(network), inputs)


KIND = Kind(Seq2seqNetwork, only_the_target, untrained, Seq2seqLearner, _predict, _simulator)
