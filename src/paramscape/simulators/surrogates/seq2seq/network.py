"""The sequence-to-sequence surrogate: an LSTM through long series, with targets every day."""

from collections.abc import Sequence

import torch
from torch import Tensor

from paramscape.simulators.surrogates.forced_lstm import ForcedLstm
from paramscape.simulators.surrogates.free_run import SimulatedDays
from paramscape.simulators.surrogates.network import Scaling, SurrogateNetwork


class Seq2seqNetwork(SurrogateNetwork):
    """Sequence to sequence: the targets of every day of a series.

    One LSTM reads the standardised forcing of each day and the parameters in the unit cube;
    one linear layer turns its hidden state of each day into that day's standardised targets.

    Args:
        hidden: units of the LSTM.
        parameters: number of parameters.
        targets: names of the outputs.
        scaling: constants of standardisation.
    """

    kind = "seq2seq"

    def __init__(self, hidden: int, parameters: int, targets: Sequence[str], scaling: Scaling):
        super().__init__(targets, scaling, hidden=hidden, parameters=parameters)
        self.core = ForcedLstm(hidden, parameters, len(self.targets))

    def initialise(self, generator: torch.Generator, forget_bias: float) -> "Seq2seqNetwork":
        """Draw all weights; see `ForcedLstm.initialise`."""
        self.core.initialise(generator, forget_bias)
        return self

    def forward(
        self, forcing: Tensor, parameters: Tensor, state: Tensor | None = None, first: int = 0
    ) -> tuple[Tensor, Tensor]:
        """Targets (day, series, target), standardised, and last state; see `ForcedLstm`."""
        return self.core(forcing, parameters, state, first)


class Seq2seqDynamics:
    """Hidden and cell state of every run and cell; see `free_run.Dynamics`."""

    couples_cells = False

    def __init__(self, network: Seq2seqNetwork):
        # cuDNN has no backward pass in evaluation mode; without dropout the modes do not differ.
        self.network = network.train()

    def start(self, runs: int, cells: int) -> Tensor:
        """Zeros."""
        return self.network.forcing_mean.new_zeros(runs, cells, 2 * self.network.core.hidden)

    def advance(self, forcing: Tensor, unit: Tensor, state: Tensor) -> SimulatedDays:
        """Simulate every cell of every run as a separate series."""
        values, end = self.network(forcing.flatten(1, 2), unit.flatten(0, 1), state.flatten(0, 1))
        shape = unit.shape[:2]
        return SimulatedDays(values.unflatten(1, shape), end.unflatten(0, shape))
