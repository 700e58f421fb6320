"""ParaFormer: transformers from a cell's attributes and record to its parameters."""

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import (
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    model_validator,
)

from paramscape.study.learned import DplWindows, Optimized


class ParaFormerWindows(DplWindows):
    """The same, with more cells, which share the window that is read."""

    cells: PositiveInt = Field(256, description="Random cells in a mini-batch there, at most.")


class ParaFormer(Optimized):
    """ParaFormer (Li and Lu 2023), in mini-batches of samples: a cell and a window of days.

    By default as in the paper. What it leaves open is our choice: patience, norm, dropout of
    attention, and how the windows of a finished training are joined.
    """

    epochs: PositiveInt = Field(3000, description="Epochs, at most.")
    patience: PositiveInt | None = Field(
        100, description="Validations without improvement that end the training; null for never."
    )
    optimizer: Literal["adam", "adamw", "adadelta"] = Field(
        "adadelta",
        description='See `dpl-a`. The paper: "optimized using the AdaDelta optimizer, with a '
        "scaling coefficient of 0.5 applied to delta; a coefficient of 0.95 was used to compute a "
        'running average of squared gradients".',
    )
    learning_rate: PositiveFloat = Field(
        0.5,
        description='Step size. The paper says "a scaling coefficient of 0.5 applied to delta", '
        'and also "the initial learning rate was set to 0.001"; Adadelta has one such number, and '
        "with 0.001 its steps would be too small to learn.",
    )
    weight_decay: NonNegativeFloat = Field(1e-5, description="See `dpl-a`.")
    width: PositiveInt = Field(description="Size of a token, d.")
    heads: PositiveInt = Field(description="Heads of an attention; they must divide the width.")
    layers: PositiveInt = Field(2, description="Layers of the encoder, N.")
    norm: Literal["post", "pre"] = Field(
        "post",
        description="Layer norm after each residual, as in Vaswani et al. (2017), or before each "
        "attention and feed-forward network, which learns more steadily.",
    )
    dropout: float = Field(
        0.1,
        ge=0,
        lt=1,
        description="Share of what attention and feed-forward networks give that learning leaves "
        "out [1].",
    )
    attribute_dropout: float = Field(
        0.0,
        ge=0,
        lt=1,
        description="Share of whole attributes that learning leaves out [1]; none in the paper.",
    )
    pooling: Literal["mean", "queries"] = Field(
        "mean",
        description="Parameters from the mean over the attributes, as in the paper, or from one "
        "learned query for each parameter, which attends to attributes and days.",
    )
    range_weight: NonNegativeFloat = Field(
        1.0, description="Weight of the range boundary loss of unit-scaled parameters."
    )
    batch: PositiveInt = Field(
        2000,
        description="Samples in a mini-batch on a surrogate without states, at most; else see "
        "`stateful`.",
    )
    batch_windows: PositiveInt = Field(
        4, description="Windows among which the samples of such a mini-batch are divided, at least."
    )
    iterations_per_epoch: PositiveInt | None = Field(
        None,
        description="Mini-batches in an epoch on a surrogate without states; by default as many "
        "as see a cell's day with 99 %.",
    )
    sequence_days: PositiveInt = Field(
        240,
        description="Days of a sample, which a surrogate without states simulates, and which "
        "`paraformer-z` reads.",
    )
    simulated_days: PositiveInt | None = Field(
        None,
        description="Days of a sample that a surrogate without states simulates, at most, anywhere "
        "in it; by default all. `lstm` reads a sequence for every day, which takes long.",
    )
    samples_at_once: PositiveInt = Field(
        256,
        description="Samples that the network learns from at once, at most, which bounds memory; "
        "mini-batches are not affected.",
    )
    cells_at_once: PositiveInt | None = Field(
        None, description="The same for cells that the simulator runs; by default all."
    )
    stateful: ParaFormerWindows = ParaFormerWindows()

    @property
    def weights(self) -> Mapping[str, float]:
        """Weights of the losses, by loss."""
        return {"rmse": 1.0, "range": self.range_weight}

    @model_validator(mode="after")
    def _heads_divide_the_width(self) -> Self:
        if self.width % self.heads:
            raise ValueError(
                f"heads={self.heads} must divide width={self.width}, because each head attends in "
                "an equal part of a token; choose others"
            )
        return self


class ParaFormerAttributes(ParaFormer):
    """ParaFormer from a cell's attributes alone (ParaFormer_A)."""

    width: PositiveInt = Field(128, description="Size of a token, d.")
    heads: PositiveInt = Field(4, description="Heads of an attention; they must divide the width.")


class ParaFormerSeries(ParaFormer):
    """ParaFormer from attributes, forcing and observations (ParaFormer_Z)."""

    width: PositiveInt = Field(256, description="Size of a token, d.")
    heads: PositiveInt = Field(8, description="Heads of an attention; they must divide the width.")
    neighbours: NonNegativeInt = Field(
        0,
        description="Nearest learners whose attributes and records the network also sees; none in "
        "the paper. They help where parameters follow something that no attribute shows.",
    )
    neighbour_km: PositiveFloat = Field(
        150.0, description="Distance up to which learners are neighbours [km]."
    )
    hide_own: float = Field(
        0.0,
        ge=0,
        lt=1,
        description="Share of samples whose own observations learning hides [1], so that the "
        "network learns what to do in cells that are not observed; with `neighbours`, such as 0.5.",
    )
    consistency_weight: NonNegativeFloat = Field(
        0.0,
        description="Weight of the variance of unit-scaled parameters between two random windows "
        "of a cell, which should be the same from any window; none in the paper.",
    )
    inference: Literal["last", "mean"] = Field(
        "mean",
        description="Parameters of the last days of the training period, or their mean over "
        "evenly spaced windows of it.",
    )
    inference_windows: PositiveInt = Field(
        4, description="Windows over which `mean` takes the mean."
    )

    @property
    def weights(self) -> Mapping[str, float]:
        """Weights of the losses, by loss."""
        more = {"consistency": self.consistency_weight} if self.consistency_weight else {}
        return {**super().weights, **more}
