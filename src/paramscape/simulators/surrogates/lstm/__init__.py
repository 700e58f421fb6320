"""`lstm`, the surrogate of the GAN-PO paper: a sequence of days to the last day's targets."""

from paramscape.simulators.surrogates.interface import Kind, only_the_target
from paramscape.simulators.surrogates.lstm.learning import LstmLearner, predict, untrained
from paramscape.simulators.surrogates.lstm.network import LstmNetwork
from paramscape.simulators.surrogates.lstm.simulator import LstmSimulator

KIND = Kind(LstmNetwork, only_the_target, untrained, LstmLearner, predict, LstmSimulator)
