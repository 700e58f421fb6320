"""Surrogates of VIC."""

from typing import Literal

from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt

from ._base import Settings


class Lstm(Settings):
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
    epochs: PositiveInt = Field(200, description="Most epochs.")
    patience: NonNegativeInt = Field(
        10, description="Epochs without improvement that are tolerated before stopping."
    )
    learning_rate: PositiveFloat = Field(1e-3, description="Adam's step size at the start.")
    decay: Literal["none", "cosine"] = Field(
        "none", description="How the step size falls, over all `epochs`: not, or to 0 as a cosine."
    )


class Surrogates(Settings):
    """The surrogates that a study trains."""

    lstm: Lstm = Lstm()
