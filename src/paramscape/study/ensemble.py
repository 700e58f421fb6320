"""Priors of the calibrated parameters and the ensemble drawn from them."""

import math
from typing import Literal, Self

from pydantic import Field, PositiveInt, model_validator

from paramscape.study._base import Settings

_ABOVE = 1e-6  # so that the bound itself is excluded in single precision, too
_TAKEN_BY_VIC = {
    "infilt": (_ABOVE, math.inf, "above 0"),
    "Ds": (0.0, 1.0, "0 to 1"),
    "Dsmax": (0.0, math.inf, "0 or more"),
    "Ws": (_ABOVE, 1.0, "0 to 1, without 0"),
    "depth2": (0.1, math.inf, "0.1 or more"),
    "depth3": (0.1, math.inf, "0.1 or more"),
    "expt": (3.0 + _ABOVE, math.inf, "above 3"),
}


class Prior(Settings):
    """The range of one parameter."""

    low: float = Field(description="Smallest value [the parameter's unit].")
    high: float = Field(description="Largest value [the parameter's unit].")
    scale: Literal["linear", "log"] = Field("linear", description="Scale of the unit interval.")

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        if self.high <= self.low:
            raise ValueError(f"a prior needs low < high, got {self.low} to {self.high}")
        if self.scale == "log" and self.low <= 0:
            raise ValueError(f"a prior on a log scale needs low > 0, got {self.low}")
        return self


class Priors(Settings):
    """Ranges of the seven calibrated VIC parameters, in their fixed order.

    Ds never exceeds Ws: its upper end is the smaller of `Ds.high` and the cell's Ws.
    """

    infilt: Prior = Prior(low=0.001, high=0.4)
    Ds: Prior = Prior(low=0.001, high=1.0)
    Dsmax: Prior = Prior(low=0.1, high=30.0, scale="log")
    Ws: Prior = Prior(low=0.5, high=1.0)
    depth2: Prior = Prior(low=0.1, high=1.5)
    depth3: Prior = Prior(low=0.1, high=2.0)
    expt: Prior = Prior(low=4.0, high=30.0)

    @model_validator(mode="after")
    def _are_what_vic_takes(self) -> Self:
        for name, (least, most, words) in _TAKEN_BY_VIC.items():
            prior = getattr(self, name)
            if prior.low < least or prior.high > most:
                raise ValueError(
                    f"{name} from {prior.low:g} to {prior.high:g} is not what VIC takes: {words}"
                )
        if self.Ds.low >= self.Ws.low:
            raise ValueError(
                f"Ds starts at {self.Ds.low:g} and Ws at {self.Ws.low:g}; Ds lies between its low "
                "end and the cell's Ws, so Ds.low must be below Ws.low"
            )
        return self


class FieldMixture(Settings):
    """Shares of the ways in which members' parameter fields are drawn; normalised by their sum."""

    independent: float = Field(0.25, ge=0, description="Every cell on its own [weight].")
    correlated: float = Field(0.35, ge=0, description="Spatially correlated fields [weight].")
    mpr: float = Field(0.3, ge=0, description="Random transfer functions of soil [weight].")
    constant: float = Field(0.1, ge=0, description="One value in the whole domain [weight].")


class FieldSampling(Settings):
    """How the parameter field of a member is drawn."""

    mixture: FieldMixture = FieldMixture()
    correlation_length: float = Field(
        1.0, gt=0, description="Length scale of the correlated fields [degrees]."
    )


class Ensemble(FieldSampling):
    """Members that teach the surrogate."""

    train: PositiveInt = Field(description="Members to learn from.")
    validation: PositiveInt = Field(description="Members that stop the learning.")
    test: PositiveInt = Field(description="Members for the surrogate's printed skill.")
    batch: PositiveInt = Field(50, description="Members in one job.")

    @property
    def members(self) -> int:
        """Number of members."""
        return self.train + self.validation + self.test

    @property
    def batches(self) -> int:
        """Number of jobs."""
        return -(-self.members // self.batch)

    def members_of_batch(self, batch: int) -> range:
        """The members of a batch, counted from 0.

        Raises:
            IndexError: if there is no such batch.
        """
        if not 0 <= batch < self.batches:
            raise IndexError(f"batch {batch} does not exist; there are {self.batches} batches")
        first = batch * self.batch
        return range(first, min(first + self.batch, self.members))
