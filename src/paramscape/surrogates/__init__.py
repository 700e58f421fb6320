"""Surrogates of VIC: network, training, skill against VIC, and the simulator made of one."""

from .load import EnsembleFiles, daily_forcing, load_samples
from .lstm import LstmNetwork, Scaling, load_network
from .report import skill_by_member
from .simulator import LstmSimulator
from .skill import predict, score_cells, sensitivity_table, skill_table
from .training import TrainingFiles, save_network, train
from .windows import Samples, scaling_of

__all__ = [
    "EnsembleFiles",
    "LstmNetwork",
    "LstmSimulator",
    "Samples",
    "Scaling",
    "TrainingFiles",
    "daily_forcing",
    "load_network",
    "load_samples",
    "predict",
    "save_network",
    "scaling_of",
    "score_cells",
    "sensitivity_table",
    "skill_by_member",
    "skill_table",
    "train",
]
