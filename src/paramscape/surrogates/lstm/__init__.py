"""`lstm`, the surrogate of the GAN-PO paper: a sequence of days to the last day's targets."""

from ..kind import Kind, only_the_target
from .learning import LstmLearner, predict, untrained
from .network import LstmNetwork
from .simulator import LstmSimulator

KIND = Kind(LstmNetwork, only_the_target, untrained, LstmLearner, predict, LstmSimulator)
