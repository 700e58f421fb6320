"""Methods that learn parameter fields."""

from typing import Any, Literal, get_args

from pydantic import (
    BaseModel,
    Field,
    NonNegativeFloat,
    PositiveFloat,
    PositiveInt,
    field_validator,
)

from ._base import Settings
from .search import Grid, checked_grids

Method = Literal["default", "mpr-sceua", "dpl-z", "gan-po"]
SimulatorName = Literal["vic", "lstm", "seq2seq"]


class Default(Settings):
    """The parameters that soil and vegetation give, uncalibrated."""


class MprSceua(Settings):
    """Multiscale parameter regionalisation, its ten coefficients found by SCE-UA."""

    complexes: PositiveInt = Field(
        4, description="Complexes p; each has 21 points, all of which are simulated first."
    )
    max_evaluations: PositiveInt = Field(
        2000, description="Most simulations of the domain; at least 21 for each complex."
    )
    stall_loops: PositiveInt = Field(
        10, description="Loops over which the best value must improve by `stall_percent`."
    )
    stall_percent: NonNegativeFloat = Field(
        1.0, description="Improvement of the best value, relative to its mean, that counts [%]."
    )
    smallest_range: NonNegativeFloat = Field(
        1e-3, description="Normalised geometric range of the population that ends the search [1]."
    )
    mutation: Literal["hypercube", "bounds"] = Field(
        "hypercube",
        description="Random points lie in the smallest box around the complex, or in all bounds.",
    )


class VicWindows(Settings):
    """How a learned method cuts the training record on VIC, whose states last from day to day."""

    days: PositiveInt = Field(
        30, description="Days in a window; windows start at multiples of it in the training period."
    )
    windows: PositiveInt = Field(4, description="Windows in a mini-batch, run side by side.")


class DplZ(Settings):
    """Differentiable parameter learning from forcing, observations and attributes (LSTM_Z)."""

    hidden: PositiveInt = Field(128, description="Hidden units of the LSTM.")
    dropout: float = Field(
        0.5, ge=0, lt=1, description="Share of the LSTM's last state left out in learning [1]."
    )
    sequence_days: PositiveInt = Field(
        365, description="Last days of the training period that the LSTM reads."
    )
    cells: PositiveInt = Field(50, description="Random cells in a mini-batch, at most all.")
    days: PositiveInt = Field(
        30, description="Days in a mini-batch on a surrogate; on VIC see `vic`."
    )
    epochs: PositiveInt = Field(200, description="Epochs.")
    iterations_per_epoch: PositiveInt | None = Field(
        None,
        description="Mini-batches in an epoch; by default as many as see a cell's day with 99 %.",
    )
    learning_rate: PositiveFloat = Field(1e-4, description="Adam's step size.")
    validate_every: PositiveInt = Field(
        1, description="Epochs between validations; the last epoch is always validated."
    )
    vic: VicWindows = VicWindows()


class GanPo(Settings):
    """The generative adversarial network of the GAN-PO paper."""

    l1_weight: NonNegativeFloat = Field(
        30.0,
        description="Weight of the L1 loss of the target in its standard deviations, lambda_l.",
    )
    range_weight: NonNegativeFloat = Field(
        1.0, description="Weight of the range loss of unit-scaled parameters, lambda_r."
    )
    adversarial_weight: NonNegativeFloat = Field(
        1.0, description="Weight of the generator's adversarial loss."
    )
    epochs: PositiveInt = Field(200, description="Epochs.")
    batch_days: PositiveInt = Field(
        32, description="Days (images) in a mini-batch on a surrogate, at most; on VIC see `vic`."
    )
    learning_rate: PositiveFloat = Field(1e-4, description="Adam's step size of both networks.")
    beta1: float = Field(0.5, ge=0, lt=1, description="Adam's first decay rate.")
    beta2: float = Field(0.999, ge=0, lt=1, description="Adam's second decay rate.")
    channels: PositiveInt = Field(64, description="Channels of the networks' first layer.")
    validate_every: PositiveInt = Field(
        1, description="Epochs between validations; the last epoch is always validated."
    )
    vic: VicWindows = VicWindows()


class Run(Settings):
    """One method on one simulator."""

    method: Method = Field(description="How the parameters are found.")
    simulator: SimulatorName = Field(description="What stands in for the land surface.")


def all_runs() -> list[Run]:
    """Every method on every simulator; the default, which learns nothing, on VIC alone."""
    return [
        Run(method=method, simulator=simulator)
        for method in get_args(Method)
        for simulator in get_args(SimulatorName)
        if method != "default" or simulator == "vic"
    ]


class Calibration(Settings):
    """What is calibrated, by which methods, on which simulators."""

    target: Literal["et", "runoff", "soil_moisture"] = Field(
        "et", description="Observed target that the methods fit."
    )
    seeds: PositiveInt = Field(1, description="Repetitions with different random numbers.")
    runs: list[Run] = Field(min_length=1, description="Methods and their simulators.")
    search: dict[str, Grid] = Field(
        {},
        description="Lists of values to try, by method and setting; all combinations are trained "
        "with seed 1, and the one that does best in the validation period is used.",
    )
    mpr_sceua: MprSceua = Field(MprSceua(), alias="mpr-sceua")
    dpl_z: DplZ = Field(DplZ(), alias="dpl-z")
    gan_po: GanPo = Field(GanPo(), alias="gan-po")

    @field_validator("search")
    @classmethod
    def _values_fit_their_methods(cls, search: dict[str, Any]) -> dict[str, Any]:
        fields = {f.alias or name: f.annotation for name, f in cls.model_fields.items()}
        models = {
            name: model
            for name, model in fields.items()
            if isinstance(model, type) and issubclass(model, BaseModel)
        }
        return checked_grids(search, models)
