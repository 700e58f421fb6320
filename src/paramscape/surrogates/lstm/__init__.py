"""`lstm`, the surrogate of the GAN-PO paper: a sequence of days to the last day's targets."""

from paramscape.surrogates.kind import Kind, only_the_target
from paramscape.surrogates.lstm.learning import LstmLearner, predict, untrained
from paramscape.surrogates.lstm.network import LstmNetwork
from paramscape.surrogates.lstm.simulator import LstmSimulator

KIND = Kind(LstmNetwork, only_the_target, untrained, LstmLearner, predict, LstmSimulator)
