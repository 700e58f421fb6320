"""A whole study."""

from typing import Annotated, Literal, Self

from pydantic import Field, PositiveInt, model_validator

from ._base import Settings
from .calibration import Calibration
from .ensemble import Ensemble, Priors
from .grid import Domain
from .model import Vic
from .products import Products
from .profile import Profile
from .surrogate import Surrogates
from .time import Periods
from .twin import Twin


class About(Settings):
    """What a study is called and where its randomness starts."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$", description="Name of its results folder.")
    title: str = Field(description="Title in figures and the report.")
    seed: int = Field(ge=0, description="Root of all seeds of ensemble, surrogate and methods.")


class Compute(Settings):
    """What a job may use; part of the settings because it can change the last digit."""

    torch_threads: PositiveInt = Field(1, description="Threads of one job's tensor operations.")
    device: Literal["cpu", "cuda"] = Field("cpu", description="Where networks and VIC run.")
    without_gpu: Literal["error", "cpu"] = Field(
        "error", description="What a job for cuda does that finds no GPU: stop, or use the CPU."
    )


class Study(Settings):
    """All settings of one study, checked before anything runs."""

    profile: Profile = Field(
        "paper", description="Defaults of what is not set: the paper's, or sturdier ones."
    )
    study: About
    domain: Annotated[Domain, Field(discriminator="kind")]
    periods: Periods
    products: Products
    vic: Vic = Vic()
    priors: Priors = Priors()
    ensemble: Ensemble
    surrogate: Surrogates = Surrogates()
    calibration: Calibration
    twin: Twin | None = None
    compute: Compute = Compute()

    @model_validator(mode="after")
    def _has_days_for_the_lstm(self) -> Self:
        used = any(run.simulator == "lstm" for run in self.calibration.runs)
        before, days = self.periods.warmup.start, self.surrogate.lstm.days
        lead = (self.periods.train.start - before).days
        if used and days > lead + 1:
            raise ValueError(
                f"surrogate.lstm.days is {days}, but the first day of training has only the {lead} "
                f"days from {before} before it; lower it, or begin periods.warmup earlier"
            )
        return self

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        target = self.calibration.target
        if target not in self.products.observations:
            raise ValueError(
                f"calibration.target is {target}, but products.observations has only "
                f"{', '.join(self.products.observations)}"
            )
        if not any(r.method == "default" and r.simulator == "vic" for r in self.calibration.runs):
            raise ValueError(
                "calibration.runs must hold the method default on vic: every score is shown "
                "beside the uncalibrated one"
            )
        if self.vic.parameters is None:
            missing = [
                n for n in ("elevation", "soil", "land_cover") if not getattr(self.products, n)
            ]
            if missing:
                raise ValueError(
                    f"products.{', products.'.join(missing)} are needed to build VIC's parameter "
                    "file; give them, or your own file as vic.parameters"
                )
        twin_targets = [t for t, o in self.products.observations.items() if o.product == "twin"]
        if twin_targets and self.twin is None:
            raise ValueError(
                f"products.observations.{twin_targets[0]} is the twin's, but there is no twin "
                "section"
            )
        return self
