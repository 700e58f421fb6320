"""Methods that learn parameter fields by gradients."""

from collections.abc import Mapping
from typing import ClassVar, Literal, Self

from pydantic import (
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
)

from paramscape.study._base import Settings
from paramscape.study.sceua import CellSceua


class Pretraining(Settings):
    """Pre-training of a network on the parameters that SCE-UA finds in each cell."""

    former_names: ClassVar = {
        "evaluations": "search.max_evaluations",
        "lead_in_days": "search.warmup_days",
    }

    search: CellSceua | None = Field(
        None,
        description="Settings of the search of each cell; by default those of "
        "`calibration.cell-sceua`. Methods with equal settings share one search.",
    )
    steps: PositiveInt = Field(300, description="Adam's steps of the pre-training.")
    learning_rate: PositiveFloat = Field(
        1e-3, description="Its initial learning rate, which decays to 0 as a cosine."
    )


class Preconditioning(Settings):
    """Preconditioning of gradients with the inverse Gauss-Newton matrix of each cell."""

    every: PositiveInt = Field(
        5,
        description="Epochs between updates of the matrices; each takes n + 1 model runs in n "
        "parameters.",
    )
    damping: PositiveFloat = Field(
        0.05, description="Share of the mean diagonal that is added to the diagonal [1]."
    )


class StatefulWindows(Settings):
    """How a method learns on simulators with states: VIC, `seq2seq` and `arnet`.

    Every training day is learned from once in an epoch.
    """

    former_names: ClassVar = {"head_start": "pretraining", "curvature": "preconditioner"}

    days: PositiveInt = Field(
        30,
        description="Days in a window, at most; the training period is cut into the fewest "
        "windows, all as long.",
    )
    windows: PositiveInt = Field(
        1, description="Windows in a mini-batch, at most; they run side by side."
    )
    learning_rate: PositiveFloat | None = Field(
        None, description="Adam's step size there; by default the method's."
    )
    pretraining: Pretraining | None = Field(
        None,
        description="Pre-training on a search of each cell; none by default, as in the papers.",
    )
    preconditioner: Preconditioning | None = Field(
        None,
        description="Gauss-Newton preconditioning of gradients; none by default, as in the papers.",
    )


class DplWindows(StatefulWindows):
    """The same, with more windows: each mini-batch runs the network over its cells once."""

    windows: PositiveInt = Field(
        12, description="Windows of each cell in a mini-batch, at most; they run side by side."
    )
    cells: PositiveInt | None = Field(
        None, description="Random cells in a mini-batch there, at most; by default the method's."
    )


class Learned(Settings):
    """Settings shared by all methods that learn by gradients."""

    former_names: ClassVar = {"vic": "stateful"}

    epochs: PositiveInt = Field(200, description="Epochs, at most.")
    learning_rate: PositiveFloat = Field(1e-4, description="Adam's step size.")
    validate_every: PositiveInt = Field(
        1, description="Epochs between validations; the last epoch is always validated."
    )
    patience: PositiveInt | None = Field(
        None,
        description="Validations without improvement that end the training; never by default.",
    )
    stateful: StatefulWindows = StatefulWindows()

    @property
    def weights(self) -> Mapping[str, float]:
        """Weights of the losses whose sum the method minimises, by loss; empty for a single one."""
        return {}

    def on(self, is_stateful: bool) -> Self:
        """These settings with those of `stateful` in their place, if the simulator has states."""
        if not is_stateful:
            plain = {"pretraining": None, "preconditioner": None}
            return self.model_copy(update={"stateful": self.stateful.model_copy(update=plain)})
        own = {name: getattr(self.stateful, name, None) for name in ("learning_rate", "cells")}
        known = {k: v for k, v in own.items() if v is not None and k in type(self).model_fields}
        return self.model_copy(update=known)


class Optimized(Learned):
    """Settings of methods whose optimizer can be chosen."""

    optimizer: Literal["adam", "adamw", "adadelta"] = Field(
        "adam",
        description="Adam with decay rates 0.5 and 0.999; AdamW with 0.9 and 0.999; or Adadelta "
        "with rho 0.95 and epsilon 1e-6, whose step size is `learning_rate`.",
    )
    weight_decay: NonNegativeFloat = Field(
        0.0, description="L2 penalty of the weights; with AdamW their decay in a step."
    )
    lr_schedule: Literal["constant", "cosine"] = Field(
        "constant", description="Learning-rate schedule: constant, or cosine decay to 0."
    )
    max_grad_norm: PositiveFloat | None = Field(
        None, description="Gradient-norm clipping threshold; null disables it."
    )


class Dpl(Optimized):
    """Differentiable parameter learning, in mini-batches of random cells and days."""

    hidden: PositiveInt = Field(description="Hidden units of a layer.")
    dropout: float = Field(
        0.5, ge=0, lt=1, description="Share of the hidden units left out in learning [1]."
    )
    cells: PositiveInt = Field(50, description="Random cells in a mini-batch, at most.")
    days: PositiveInt = Field(
        30, description="Days in a mini-batch on a surrogate without states; else see `stateful`."
    )
    iterations_per_epoch: PositiveInt | None = Field(
        None,
        description="Mini-batches in an epoch on a surrogate without states; by default as many "
        "as see a cell's day with 99 %.",
    )
    stateful: DplWindows = DplWindows()


class DplA(Dpl):
    """Differentiable parameter learning from a cell's attributes alone (FFN_A)."""

    hidden: PositiveInt = Field(256, description="Hidden units of each of the two layers.")


class DplZ(Dpl):
    """Differentiable parameter learning from forcing, observations and attributes (LSTM_Z)."""

    hidden: PositiveInt = Field(128, description="Hidden units of the LSTM.")
    sequence_days: PositiveInt = Field(
        365, description="Days that the LSTM reads, at most; see `inference`."
    )
    inference: Literal["last", "mean"] = Field(
        "last",
        description="Read the last days of the training period, in learning too; or learn from "
        "random windows of it, and give the mean of what evenly spaced windows give.",
    )
    inference_windows: PositiveInt = Field(
        4, description="Windows over which `mean` takes the mean."
    )


class GanPoL1(Learned):
    """GAN-PO without its discriminator."""

    l1_weight: NonNegativeFloat = Field(
        30.0,
        description="Weight of the L1 loss of the target in its standard deviations, lambda_l.",
    )
    range_weight: NonNegativeFloat = Field(
        1.0, description="Weight of the range loss of unit-scaled parameters, lambda_r."
    )
    batch_days: PositiveInt = Field(
        32,
        description="Days (images) in a mini-batch on a surrogate without states, at most; else "
        "see `stateful`.",
    )
    beta1: float = Field(0.5, ge=0, lt=1, description="Adam's first decay rate.")
    beta2: float = Field(0.999, ge=0, lt=1, description="Adam's second decay rate.")
    channels: PositiveInt = Field(64, description="Channels of a network's first layer.")

    @property
    def weights(self) -> Mapping[str, float]:
        """Weights of the generator's losses, by loss."""
        return {"l1": self.l1_weight, "range": self.range_weight}


class Stabilisers(Settings):
    """Stabilisation of adversarial training; all of it is off by default, as in the paper."""

    spectral_norm: bool = Field(
        False, description="Divide the discriminator's weights by their largest singular value."
    )
    r1_gamma: NonNegativeFloat = Field(
        0.0, description="Weight gamma of the R1 penalty of the discriminator; 0 is none."
    )
    r1_every: PositiveInt = Field(
        16, description="Steps of the discriminator between R1 penalties, each that much heavier."
    )
    discriminator_learning_rate: PositiveFloat | None = Field(
        None, description="Adam's step size of the discriminator; by default the generator's."
    )
    instance_noise: NonNegativeFloat = Field(
        0.0,
        description="Standard deviation of noise on observed and simulated images in the first "
        "epoch, in that of the observations; it falls linearly to 0 after the last epoch.",
    )
    real_label: float = Field(
        1.0, gt=0, le=1, description="Score that the discriminator gives observations; 0.9 smooths."
    )
    ema: float | None = Field(
        None,
        ge=0,
        lt=1,
        description="Decay of the generator's moving average, which is then validated and "
        "returned; such as 0.999.",
    )
    warmup_epochs: NonNegativeInt = Field(
        0, description="First epochs without the discriminator, of L1 and range loss alone."
    )
    patch: bool = Field(
        False, description="Score parts of an image (3 x 3 of 17 x 24 cells) in place of the whole."
    )


class GanPo(GanPoL1):
    """The generative adversarial network of the GAN-PO paper."""

    adversarial_weight: NonNegativeFloat = Field(
        1.0, description="Weight of the generator's adversarial loss."
    )
    stabilisers: Stabilisers = Stabilisers()

    @property
    def weights(self) -> Mapping[str, float]:
        """Weights of the generator's losses, by loss."""
        return {**super().weights, "adversarial": self.adversarial_weight}
