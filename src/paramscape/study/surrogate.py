"""Surrogates of VIC."""

from typing import ClassVar, Literal, Self

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveFloat, PositiveInt

from paramscape.study._base import Settings
from paramscape.study.refinement import Refinement
from paramscape.study.sensitivity_check import SensitivityCheck


class SurrogateTraining(Settings):
    """Training of a surrogate's weights."""

    former_names: ClassVar = {"decay": "lr_schedule", "largest_gradient": "max_grad_norm"}

    epochs: PositiveInt = Field(200, description="Most epochs.")
    patience: NonNegativeInt = Field(
        10, description="Epochs without improvement that are tolerated before stopping."
    )
    learning_rate: PositiveFloat = Field(1e-3, description="Adam's step size at the start.")
    lr_schedule: Literal["constant", "cosine"] = Field(
        "constant", description="Learning-rate schedule: constant, or cosine decay to 0."
    )
    weight_decay: NonNegativeFloat = Field(0.0, description="Adam's L2 penalty of the weights.")
    max_grad_norm: PositiveFloat | None = Field(
        None, description="Gradient-norm clipping threshold; null disables it."
    )

    def tuned(self, epochs: int, learning_rate: float) -> Self:
        """These settings for a surrogate that has learned already: steps of a constant size."""
        few = {"epochs": epochs, "learning_rate": learning_rate, "lr_schedule": "constant"}
        return self.model_copy(update=few)


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
    max_grad_norm: PositiveFloat | None = Field(
        1.0, description="Gradient-norm clipping threshold; null disables it."
    )


class Rollout(Settings):
    """A stage of the encoder-decoder's training."""

    days: PositiveInt = Field(description="Days of a run from a true state on.")
    windows: PositiveInt = Field(description="Runs in a mini-batch.")


class Arnet(SurrogateTraining):
    """The autoregressive dense encoder-decoder of Mo et al. (2019): images from images."""

    former_names: ClassVar = {
        **SurrogateTraining.former_names,
        "memory": "hidden_channels",
        "mixed": "shuffle_cells",
        "truncation": "bptt_days",
    }

    layers: tuple[PositiveInt, PositiveInt, PositiveInt] = Field(
        (5, 10, 5), description="Layers of the dense blocks."
    )
    growth: PositiveInt = Field(40, description="Channels that each layer adds.")
    channels: PositiveInt = Field(48, description="Channels of the first convolution.")
    kernel: Literal[1, 3, 5, 7] = Field(7, description="Size of the first convolution's kernel.")
    stride: Literal[1, 2] = Field(
        2, description="Of the first convolution; 1 keeps full resolution, at four times the cost."
    )
    feedback: tuple[Literal["et", "runoff", "soil_moisture"], ...] = Field(
        ("soil_moisture",),
        description="Targets that are learned and fed back in addition to the calibrated one.",
    )
    hidden_channels: NonNegativeInt = Field(
        0, description="Extra recurrent channels for hidden state."
    )
    loss: Literal["l1", "mse"] = Field("l1", description="What the training lowers.")
    noise: NonNegativeFloat = Field(
        0.1, description="Noise on the states that runs start from [standard deviations]."
    )
    shuffle_cells: float = Field(
        0.0,
        ge=0,
        le=1,
        description="Share of runs whose cells come from any member and place, as VIC's cells can.",
    )
    rollouts: tuple[Rollout, ...] = Field(
        (
            Rollout(days=1, windows=200),
            Rollout(days=4, windows=50),
            Rollout(days=8, windows=25),
            Rollout(days=30, windows=8),
        ),
        min_length=1,
        description="Stages of the training, which share the epochs evenly.",
    )
    bptt_days: PositiveInt = Field(8, description="Days of truncated backpropagation through time.")
    images_per_epoch: PositiveInt = Field(
        146_000, description="Images (member, day) that are learned in one epoch."
    )
    validation_members: PositiveInt = Field(
        20, description="Validation members, run freely, that stop the training; at most all."
    )
    learning_rate: PositiveFloat = Field(5e-3, description="Adam's step size at the start.")
    weight_decay: NonNegativeFloat = Field(5e-5, description="Adam's L2 penalty of the weights.")
    max_grad_norm: PositiveFloat | None = Field(
        1.0, description="Gradient-norm clipping threshold; null disables it."
    )

    def tuned(self, epochs: int, learning_rate: float) -> Self:
        """As for every surrogate; the last stage alone, since the others lead up to it."""
        return (
            super().tuned(epochs, learning_rate).model_copy(update={"rollouts": self.rollouts[-1:]})
        )


class Surrogates(Settings):
    """The surrogates that a study trains."""

    former_names: ClassVar = {"gate": "sensitivity_check", "refresh": "refinement"}

    lstm: Lstm = Lstm()
    seq2seq: Seq2seq = Seq2seq()
    arnet: Arnet = Arnet()
    sensitivity_check: SensitivityCheck = SensitivityCheck()
    refinement: Refinement = Refinement()
