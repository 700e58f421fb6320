"""Surrogates of VIC: networks, training, skill against VIC, and the simulators made of them."""

from paramscape.surrogates.arnet import ArnetNetwork
from paramscape.surrogates.kind import Kind
from paramscape.surrogates.kinds import KINDS
from paramscape.surrogates.load import EnsembleFiles, daily_forcing, load_samples
from paramscape.surrogates.lstm import LstmNetwork, LstmSimulator
from paramscape.surrogates.network import Scaling, SurrogateNetwork
from paramscape.surrogates.region import Region
from paramscape.surrogates.report import skill_by_member
from paramscape.surrogates.seq2seq import Seq2seqNetwork
from paramscape.surrogates.skill import score_cells, sensitivity_table, skill_table
from paramscape.surrogates.stateful import StatefulSimulator
from paramscape.surrogates.training import Learner, TrainingFiles, train
from paramscape.surrogates.weights import load_network, save_network
from paramscape.surrogates.windows import Samples, scaling_of

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
