"""Surrogates of VIC: networks, training, skill against VIC, and the simulators made of them."""

from .arnet import ArnetNetwork
from .kind import Kind
from .kinds import KINDS
from .load import EnsembleFiles, daily_forcing, load_samples
from .lstm import LstmNetwork, LstmSimulator
from .network import Scaling, SurrogateNetwork
from .region import Region
from .report import skill_by_member
from .seq2seq import Seq2seqNetwork
from .skill import score_cells, sensitivity_table, skill_table
from .stateful import StatefulSimulator
from .training import Learner, TrainingFiles, train
from .weights import load_network, save_network
from .windows import Samples, scaling_of

__all__ = [
    "KINDS",
    "ArnetNetwork",
    "EnsembleFiles",
    "Kind",
    "Learner",
    "LstmNetwork",
    "LstmSimulator",
    "Region",
    "Samples",
    "Scaling",
    "Seq2seqNetwork",
    "StatefulSimulator",
    "SurrogateNetwork",
    "TrainingFiles",
    "daily_forcing",
    "load_network",
    "load_samples",
    "save_network",
    "scaling_of",
    "score_cells",
    "sensitivity_table",
    "skill_by_member",
    "skill_table",
    "train",
]
