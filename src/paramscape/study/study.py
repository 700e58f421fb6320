"""A whole study."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, PositiveInt, model_validator

from paramscape.study._base import Settings
from paramscape.study.calibration import Calibration
from paramscape.study.domain import Domain
from paramscape.study.ensemble import Ensemble
from paramscape.study.model import Vic
from paramscape.study.moisture import resolved_moment
from paramscape.study.needs import require_needs
from paramscape.study.priors import Priors, resolved_priors
from paramscape.study.products import Products
from paramscape.study.profile import Profile
from paramscape.study.space import Space
from paramscape.study.surrogate import Surrogates
from paramscape.study.time import Periods
from paramscape.study.twin import Twin


class About(Settings):
    """What a study is called and where its randomness starts."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$", description="Name of its results folder.")
    title: str = Field(description="Title in figures and the report.")
    seed: int = Field(
        ge=0,
        description="Seed of the ensemble's members and of the surrogates' training. Methods take "
        "the number of their repetition (calibration.seeds), the twin has its own seed.",
    )


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
        "paper", description="Which defaults to use: the paper's, or more robust ones."
    )
    study: About
    domain: Annotated[Domain, Field(discriminator="kind")]
    space: Space = Space()
    periods: Periods
    products: Products
    vic: Vic = Vic()
    priors: Priors = Field(
        Priors(),
        description="Ranges of the calibrated parameters that differ from the catalogue's.",
    )
    ensemble: Ensemble | None = Field(
        None, description="Members that teach surrogates; needed where a run learns on one."
    )
    surrogate: Surrogates = Surrogates()
    calibration: Calibration
    twin: Twin | None = None
    compute: Compute = Compute()

    @model_validator(mode="before")
    @classmethod
    def _has_what_follows_from_others(cls, values: Any) -> Any:
        return resolved_moment(resolved_priors(values))

    @model_validator(mode="after")
    def _has_what_its_runs_use(self) -> Self:
        require_needs(self)
        return self
