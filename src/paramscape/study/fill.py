"""Filling of gaps between the overpasses of a satellite."""

from pydantic import Field, PositiveFloat, PositiveInt

from paramscape.study._base import Settings


class Filler(Settings):
    """An LSTM with data integration (Fang et al. 2017), which fills gaps of soil moisture."""

    hidden: PositiveInt = Field(256, description="Units of the first layer and of the LSTM.")
    dropout: float = Field(
        0.5, ge=0, lt=1, description="Share of the last hidden state left out in learning [1]."
    )
    cells: PositiveInt = Field(100, description="Random cells in a mini-batch, at most.")
    days: PositiveInt = Field(30, description="Days in a mini-batch, at most.")
    epochs: PositiveInt = Field(500, description="Epochs.")
    iterations_per_epoch: PositiveInt | None = Field(
        None,
        description="Mini-batches in an epoch; by default as many as see a cell's day with 99 %.",
    )
    learning_rate: PositiveFloat = Field(
        1.0, description="Factor of the steps of Adadelta (rho 0.95, epsilon 1e-6)."
    )
