"""Iterative ensemble smoother."""

from typing import Literal, Self

from pydantic import Field, NonNegativeFloat, PositiveFloat, PositiveInt, model_validator

from paramscape.study._base import Settings

_TEMPERING = (0.003, 0.01, 0.03, 0.1, 0.1, 0.2, 0.2, *(0.3,) * 12)


class FieldPrior(Settings):
    """Prior of a parameter's field: variances on the normal scale, and lengths."""

    constant: NonNegativeFloat = Field(0.25, description="Variance of the domain's mean.")
    attributes: NonNegativeFloat = Field(
        0.40, description="Variance that cells with similar attributes share."
    )
    space: NonNegativeFloat = Field(0.30, description="Variance that near cells share.")
    nugget: PositiveFloat = Field(0.10, description="Variance of each cell alone.")
    attribute_scale: PositiveFloat = Field(
        1.0, description="Distance of standardised attributes over which cells are alike."
    )
    length: PositiveFloat = Field(0.6, description="Correlation length in space [degrees].")


class Ies(Settings):
    """Iterative ensemble smoother with sensitivities of each cell."""

    members: PositiveInt = Field(24, ge=4, description="Members, which end as posterior samples.")
    tempering: tuple[PositiveFloat, ...] = Field(
        _TEMPERING,
        min_length=1,
        description="Weight of the observations in each update; the last is the posterior's.",
    )
    errors: Literal["independent", "neighbours"] = Field(
        "independent", description="Whether the errors of different cells are correlated."
    )
    spread: PositiveFloat = Field(
        1.2, description="Factor on the distance of members from their median at the end."
    )
    damping: PositiveFloat = Field(0.7, le=1, description="Share of an update that is made.")
    largest_step: PositiveFloat = Field(
        1.0, description="Largest change of a normal score in an update."
    )
    generations: PositiveInt = Field(
        3, description="Updates whose members the sensitivities are found from."
    )
    ridge: NonNegativeFloat = Field(0.01, description="Ridge penalty of the sensitivities.")
    pilot_steps: PositiveInt = Field(
        6, description="Levenberg-Marquardt steps of the fit that the error model is found from."
    )
    prior: FieldPrior = FieldPrior()

    @model_validator(mode="after")
    def _updates_do_not_overshoot(self) -> Self:
        if max(self.tempering) > 1:
            raise ValueError(
                f"tempering is at most 1, the observations' full weight; got {max(self.tempering)}"
            )
        return self
