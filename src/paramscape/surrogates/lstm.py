"""The LSTM surrogate of the GAN-PO paper: some days of forcing and the parameters to one day."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from paramscape.names import FORCINGS, PARAMETERS, TARGETS

from .recurrence import last_hidden


@dataclass(frozen=True)
class Scaling:
    """Means and standard deviations from training members and the training period.

    forcing_mean, forcing_std: (variable,) in the forcing's units.
    target_mean, target_std: (target,) in the targets' units.
    """

    forcing_mean: Tensor
    forcing_std: Tensor
    target_mean: Tensor
    target_std: Tensor


class LstmNetwork(nn.Module):
    """Sequence to value: the targets of a window's last day.

    One LSTM reads the standardised forcing of each day beside the parameters in the unit cube;
    one linear layer turns its last hidden state into the standardised targets (Sun et al. 2024,
    section 3.2). The constants of standardisation are kept with the weights.
    """

    def __init__(self, hidden: int, days: int, targets: Sequence[str], scaling: Scaling):
        super().__init__()
        unknown = set(targets) - set(TARGETS)
        if unknown or not targets:
            raise ValueError(
                f"a surrogate's targets are some of {', '.join(TARGETS)}; got {list(targets)}"
            )
        self.hidden, self.days, self.targets = hidden, days, tuple(targets)
        features = len(FORCINGS) + len(PARAMETERS)
        # Made without values, for `initialise` or loaded weights: no global random number is drawn.
        self.lstm = nn.LSTM(features, hidden, device="meta").to_empty(device="cpu")
        self.head = nn.Linear(hidden, len(self.targets), device="meta").to_empty(device="cpu")
        for name, values in asdict(scaling).items():
            self.register_buffer(name, values.to(torch.float32))

    def initialise(self, generator: torch.Generator) -> "LstmNetwork":
        """Draw all weights uniformly within 1 / sqrt(hidden), and return the network."""
        bound = self.hidden**-0.5
        with torch.no_grad():
            for weight in self.parameters():
                weight.uniform_(-bound, bound, generator=generator)
        return self

    def standardise_forcing(self, forcing: Tensor) -> Tensor:
        """Standardised forcing (..., variable) of physical values in the order of FORCINGS."""
        return (forcing.to(self.forcing_mean) - self.forcing_mean) / self.forcing_std

    def standardise_targets(self, targets: Tensor) -> Tensor:
        """Standardised targets (..., target) of physical values."""
        return (targets.to(self.target_mean) - self.target_mean) / self.target_std

    def to_physical(self, standardised: Tensor) -> Tensor:
        """Targets (..., target) in their units of standardised values."""
        return standardised * self.target_std + self.target_mean

    def forward(self, forcing: Tensor, parameters: Tensor) -> Tensor:
        """Standardised targets of the last day.

        Args:
            forcing: (day, window, variable), standardised; no gradient flows to it.
            parameters: (window, parameter) in the unit cube.

        Returns:
            (window, target).
        """
        if torch.is_grad_enabled() and forcing.device.type == "cpu":
            return self.head(self._recur(forcing, parameters).t())
        still = parameters.expand(forcing.shape[0], *parameters.shape)
        _, (hidden, _) = self.lstm(torch.cat([forcing, still], -1))
        return self.head(hidden[0])

    def _recur(self, forcing: Tensor, parameters: Tensor) -> Tensor:
        """Last hidden state (hidden, window) with the constant inputs projected once."""
        lstm = self.lstm
        moving, still = lstm.weight_ih_l0.split([len(FORCINGS), len(PARAMETERS)], 1)
        bias = (lstm.bias_ih_l0 + lstm.bias_hh_l0).unsqueeze(1)
        weight = torch.cat([lstm.weight_hh_l0, moving], 1)
        return last_hidden(
            forcing.transpose(1, 2), torch.addmm(bias, still, parameters.t()), weight
        )


def describe(network: LstmNetwork) -> dict[str, object]:
    """Everything from which `rebuild` makes the same network; plain values and tensors."""
    return {
        "hidden": network.hidden,
        "days": network.days,
        "targets": list(network.targets),
        "weights": network.state_dict(),
    }


def rebuild(description: dict) -> LstmNetwork:
    """The network of which `describe` gave this description."""
    weights = description["weights"]
    scaling = Scaling(**{name: weights[name] for name in Scaling.__dataclass_fields__})
    network = LstmNetwork(
        description["hidden"], description["days"], description["targets"], scaling
    )
    network.load_state_dict(weights)
    return network


def load_network(path: Path) -> LstmNetwork:
    """Read a trained network from the file that training wrote, on the CPU."""
    return rebuild(torch.load(path, map_location="cpu", weights_only=True))
