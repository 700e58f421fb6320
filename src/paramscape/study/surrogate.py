"""Surrogates of VIC."""

from typing import Literal

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt

from ._base import Settings
from .gate import Gate


class SurrogateTraining(Settings):
    """How the weights of a surrogate are found."""

    epochs: PositiveInt = Field(200, description="Most epochs.")
    patience: NonNegativeInt = Field(
        10, description="Epochs without improvement that are tolerated before stopping."
    )
    learning_rate: PositiveFloat = Field(1e-3, description="Adam's step size at the start.")
    decay: Literal["none", "cosine"] = Field(
        "none", description="How the step size falls, over all `epochs`: not, or to 0 as a cosine."
    )
    weight_decay: NonNegativeFloat = Field(0.0, description="Adam's L2 penalty of the weights.")
    largest_gradient: PositiveFloat | None = Field(
        None, description="Norm to which longer gradients are cut; by default none is."
    )


class Lstm(SurrogateTraining):
    """The LSTM of the GAN-PO paper: some days of forcing to one day's flux."""

    hidden: PositiveInt = Field(128, description="Hidden units.")
    days: PositiveInt = Field(30, description="Length of the input sequence [days].")
    batch: PositiveInt = Field(400, description="Windows in a mini-batch.")
    windows_per_epoch: PositiveInt = Field(
        2_000_000, description="Windows (member, cell, day) drawn for one epoch."
    )
    validation_windows: PositiveInt = Field(
        200_000, description="Windows of validation members that stop the training."
    )


class Seq2seq(SurrogateTraining):
    """An LSTM over long series, which remembers as long as soils do."""

    hidden: PositiveInt = Field(128, description="Hidden units.")
    forget_bias: float = Field(
        3.0, description="Added to the forget gate's bias before training; above 0 remembers long."
    )
    warmup_days: NonNegativeInt = Field(
        365, description="Days of a series that only lead in; their fluxes are not learned."
    )
    days: PositiveInt = Field(
        365, description="Days of a series that are learned; at most the training period's."
    )
    batch: PositiveInt = Field(256, description="Series in a mini-batch.")
    series_per_epoch: PositiveInt = Field(
        81_600, description="Series (member, cell, first day) drawn for one epoch."
    )
    validation_series: PositiveInt = Field(
        4_000,
        description="Cells of validation members, run freely, that stop the training; at most all.",
    )
    largest_gradient: PositiveFloat | None = Field(
        1.0, description="Norm to which longer gradients are cut; null cuts none."
    )


class Surrogates(Settings):
    """The surrogates that a study trains."""

    lstm: Lstm = Lstm()
    seq2seq: Seq2seq = Seq2seq()
    gate: Gate = Gate()
