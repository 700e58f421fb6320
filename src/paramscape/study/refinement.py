"""Refinement rounds of a surrogate near calibrated parameters."""

from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt, field_validator

from paramscape.study._base import Settings
from paramscape.study.calibration import MethodName
from paramscape.study.methods import learned_methods


class Refinement(Settings):
    """Refinement rounds: pilot calibrations, VIC runs near their fields, and fine-tuning.

    All methods share the surrogate of the last round (after Tsai et al. 2021).
    """

    rounds: NonNegativeInt = Field(0, description="Rounds; 0 keeps the surrogate as first trained.")
    methods: list[MethodName] = Field(
        ["gan-po"], min_length=1, description="Methods of the pilot calibrations, with seed 1."
    )
    epochs: PositiveInt = Field(40, description="Epochs of a pilot calibration.")
    perturbed: NonNegativeInt = Field(
        10, description="Members near each pilot's field, in addition to the field itself."
    )
    spread: PositiveFloat = Field(
        0.1, description="Standard deviation of these members on the unit scale of the priors [1]."
    )
    fine_tune_epochs: PositiveInt = Field(10, description="Most epochs of fine-tuning in a round.")
    learning_rate: PositiveFloat = Field(1e-4, description="Adam's step size in fine-tuning.")

    @property
    def members(self) -> int:
        """VIC runs of all rounds."""
        return self.rounds * len(self.methods) * (1 + self.perturbed)

    @field_validator("methods")
    @classmethod
    def _learn_in_epochs(cls, methods: list[MethodName]) -> list[MethodName]:
        unfit = [method for method in methods if method not in learned_methods()]
        if unfit or len(set(methods)) < len(methods):
            raise ValueError(
                f"pilots are different methods that learn in epochs: {', '.join(learned_methods())}"
            )
        return methods
