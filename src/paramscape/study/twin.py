"""The twin: raw files of a made climate, and observations of a hidden truth."""

from pydantic import Field, NonNegativeFloat

from paramscape.study._base import Settings


class Twin(Settings):
    """How the hidden truth differs from what the methods know."""

    climate: bool = Field(
        True, description="Write CMFD, soil and land-cover files; else use the real ones."
    )
    seed: int = Field(1979, ge=0, description="Seed of climate, soil, truth and noise.")
    unexplained: float = Field(
        0.35, ge=0, le=1, description="Share of the true fields' variance without an attribute [1]."
    )
    rain_error: NonNegativeFloat = Field(
        0.15, description="Log standard deviation of the error in the forcing's rain [1]."
    )
    temperature_error: NonNegativeFloat = Field(
        0.5, description="Standard deviation of the error in the forcing's temperature [C]."
    )
    radiation_error: NonNegativeFloat = Field(
        0.05, description="Log standard deviation of the error in the forcing's shortwave [1]."
    )
    observation_noise: NonNegativeFloat = Field(
        0.15, description="Standard deviation of the observations' relative noise [1]."
    )
    noise_length: float = Field(0.75, gt=0, description="Length scale of the noise [degrees].")
    noise_days: float = Field(5.0, gt=0, description="Time scale of the noise [days].")
