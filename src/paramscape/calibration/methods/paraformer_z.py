"""ParaFormer_Z: each cell's parameters from attributes and record, by a transformer."""

import torch
from torch import Tensor

from paramscape.calibration.learning.initial_parameters import start_of
from paramscape.calibration.learning.neighbours import Neighbours
from paramscape.calibration.learning.networks.paraformer_z import ParaFormerZ
from paramscape.calibration.learning.read_windows import ReadWindows, report_spread
from paramscape.calibration.learning.sample_learner import SampleLearner
from paramscape.calibration.learning.training import train
from paramscape.calibration.problem import Problem
from paramscape.calibration.training_data import TrainingSeries
from paramscape.jobs.checkpoint import RunPaths
from paramscape.study import ParaFormerSeries, random_streams


def calibrate_paraformer_z(
    problem: Problem, settings: ParaFormerSeries, paths: RunPaths, seed: int
) -> Tensor:
    """Learn parameter fields by ParaFormer_Z (Li and Lu 2023).

    The network reads windows of a cell's forcing and observations of the training period, and its
    attributes. For mini-batches and losses see `SampleLearner`. The log says how far the parameters
    differ between the windows that are read in the end.

    Args:
        problem: what is calibrated.
        settings: of the method.
        paths: history (`train/rmse` in standard deviations of the observations, `train/range`,
            validation scores) and checkpoint.
        seed: root of all random numbers.

    Returns:
        (cell, parameter) physical values of the best validated epoch.

    Raises:
        ValueError: if the training period is shorter than a sample.
    """
    own = settings.on(problem.simulator.is_stateful)
    learner = paraformer_z_learner(problem, own, seed)
    found = train(lambda *_: learner, problem, settings, paths, seed)
    with torch.no_grad():
        report_spread(problem.priors.names, learner.units())
    return found


def paraformer_z_learner(problem: Problem, settings: ParaFormerSeries, seed: int) -> SampleLearner:
    """ParaFormer_Z with first weights of a seed, and what it reads."""
    reader = _Series(problem, settings)
    sizes = reader.attributes.shape[-1], reader.series.shape[-1]
    around = reader.neighbour_features()
    network = ParaFormerZ(*sizes, settings, start_of(problem), around)
    network.initialise(random_streams.torch_generator(seed, "weights"))
    return SampleLearner(network, reader, problem, settings)


class _Series:
    """Attributes, and forcing, observation and whether it was observed on each day of a window.

    Missing observations are 0, which is their mean, and flagged by 0. With neighbours, also what
    `Neighbours.features` says of them, and which there are.
    """

    name = "paraformer-z"

    def __init__(self, problem: Problem, settings: ParaFormerSeries):
        self.attributes = problem.data.attributes.to(torch.float32)
        record = TrainingSeries.of_training(problem)
        observed = [record.readable.unsqueeze(-1), record.is_readable.unsqueeze(-1)]
        self.series = torch.cat([record.forcing, *observed], -1)
        self.windows = ReadWindows(
            settings.sequence_days, record.days, settings.inference, settings.inference_windows
        )

        self.neighbours = None
        if settings.neighbours:
            around = problem.data.cells, settings.neighbours, settings.neighbour_km
            self.neighbours = Neighbours.of(*around).to(self.series.device)

    def __call__(self, cells: Tensor, first: int) -> tuple[Tensor, ...]:
        days = self.windows.of(self.series, first)
        own = self.attributes[cells], days[:, cells].transpose(0, 1)
        if self.neighbours is None:
            return own
        features = self.neighbours.features(cells, self.attributes, days)
        return (*own, features, self.neighbours.near[cells])

    def neighbour_features(self) -> int:
        """Features of a neighbour, 0 without neighbours."""
        if self.neighbours is None:
            return 0
        first = torch.zeros(1, dtype=torch.long, device=self.series.device)
        return self(first, 0)[2].shape[-1]
