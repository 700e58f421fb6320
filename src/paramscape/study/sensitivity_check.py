"""Check that a surrogate responds to each parameter as VIC does."""

from typing import Self

from pydantic import Field, PositiveFloat, model_validator

from paramscape.study._base import Settings


class SensitivityCheck(Settings):
    """Bounds of a surrogate's sensitivity to each parameter beyond which a study warns."""

    smallest_response: float = Field(
        0.05,
        ge=0,
        le=1,
        description="Share of VIC's largest response from which a parameter is judged [1].",
    )
    ratio_low: float = Field(
        0.5, ge=0, description="Smallest response of the surrogate relative to VIC's [1]."
    )
    ratio_high: PositiveFloat = Field(
        2.0, description="Largest response of the surrogate relative to VIC's [1]."
    )

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        if self.ratio_high <= self.ratio_low:
            raise ValueError(
                "surrogate.sensitivity_check needs ratio_low < ratio_high, got "
                f"{self.ratio_low} to {self.ratio_high}"
            )
        return self
