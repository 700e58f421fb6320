"""The LSTM surrogate of the GAN-PO paper: some days of forcing and the parameters to one day."""

from collections.abc import Sequence

import torch
from torch import Tensor

from paramscape.simulators.surrogates.forced_lstm import ForcedLstm
from paramscape.simulators.surrogates.network import Scaling, SurrogateNetwork


class LstmNetwork(SurrogateNetwork):
    """Sequence to value: the targets of a window's last day.

    One LSTM reads the standardised forcing of each day and the parameters in the unit cube;
    one linear layer turns its last hidden state into the standardised targets (Sun et al. 2024,
    section 3.2).

    Args:
        hidden: units of the LSTM.
        days: of a window.
        parameters: number of parameters.
        targets: names of the outputs.
        scaling: constants of standardisation.
    """

    kind = "lstm"

    def __init__(
        self, hidden: int, days: int, parameters: int, targets: Sequence[str], scaling: Scaling
    ):
        super().__init__(targets, scaling, hidden=hidden, days=days, parameters=parameters)
        self.days = days
        self.core = ForcedLstm(hidden, parameters, len(self.targets))

    def initialise(self, generator: torch.Generator) -> "LstmNetwork":
        """Draw all weights uniformly within 1 / sqrt(hidden), and return the network."""
        self.core.initialise(generator)
        return self

    def forward(self, forcing: Tensor, parameters: Tensor) -> Tensor:
        """Standardised targets of the last day.

        Args:
            forcing: (day, window, variable), standardised; no gradient flows to it.
            parameters: (window, parameter) in the unit cube.

        Returns:
            (window, target).
        """
        values, _ = self.core(forcing, parameters, first=forcing.shape[0] - 1)
        return values[0]
