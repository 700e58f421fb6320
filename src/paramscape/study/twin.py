"""The twin: raw files of a made climate, and observations of a hidden truth."""

from typing import Literal

from pydantic import Field, NonNegativeFloat

from paramscape.study._base import Settings

Kind = Literal["huaihe", "conus"]
FORMATS: dict[str | None, Kind] = {
    "cmfd-v1.6": "huaihe",
    "china-soil": "huaihe",
    "nldas-2": "conus",
    "conus-soil": "conus",
    "smap-l3-e": "conus",
    "mod16a2": "conus",
}
"""The kind of twin that writes the files of a product."""


class SmapErrors(Settings):
    """How SMAP's soil moisture differs from the moisture of VIC's first layer."""

    factor_spread: NonNegativeFloat = Field(
        0.2, description="Standard deviation over the cells of a factor with mean 1 [1]."
    )
    bias_spread: NonNegativeFloat = Field(
        0.03, description="Standard deviation over the cells of a constant difference [m3 m-3]."
    )
    noise: NonNegativeFloat = Field(
        0.03, description="Standard deviation of the noise of each overpass [m3 m-3]."
    )
    noise_days: float = Field(2.0, gt=0, description="Time scale of the noise [days].")


class Twin(Settings):
    """How the hidden truth differs from what the methods know."""

    kind: Kind = Field(
        "huaihe",
        description="A monsoon climate in the formats of CMFD, China's soil data and GLEAM; or "
        "the plains to the Rocky Mountains in those of NLDAS-2, CONUS-SOIL, SMAP and MOD16.",
    )
    climate: bool = Field(
        True, description="Write forcing, soil and land-cover files; else use the real ones."
    )
    seed: int = Field(1979, ge=0, description="Seed of climate, soil, truth and noise.")
    unexplained: float = Field(
        0.35, ge=0, le=1, description="Share of the true fields' variance without an attribute [1]."
    )
    fixed_true: bool = Field(
        False,
        description="Whether those of the GAN-PO paper's seven parameters that are not calibrated "
        "are true in the default; else the truth has other values (kind conus).",
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
    smap: SmapErrors = Field(SmapErrors(), description="Errors of SMAP's files (kind conus).")
