"""How VIC is run."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, PositiveFloat, PositiveInt, model_validator

from paramscape.study._base import Settings
from paramscape.study.moisture import ComparedMoisture

REAL_PROGRAM = ("executable", "processes", "mpirun", "timeout_minutes")
"""Settings of `Vic` that concern the real program alone, and so only the rule that runs it."""


class Vic(Settings):
    """VIC in water-balance mode."""

    parameters: Path | None = Field(
        None, description="VIC parameter file of the user's own; built from soil if absent."
    )
    model_steps_per_day: int = Field(1, ge=1, le=1440, description="Model steps a day [1].")
    snow_steps_per_day: int = Field(
        8, ge=4, le=1440, description="Snow and forcing steps a day [1]."
    )
    runoff_steps_per_day: int = Field(24, ge=4, le=1440, description="Runoff steps a day [1].")
    snow_band: bool = Field(False, description="Use the parameter file's elevation bands.")
    fcan_src: Literal["FROM_DEFAULT", "FROM_VEGPARAM"] = Field(
        "FROM_DEFAULT", description="Source of the canopy fraction."
    )
    baseflow: Literal["ARNO", "NIJSSEN2001"] = Field("ARNO", description="Baseflow parameters.")
    water_balance: Literal["as-vic", "conserve"] = Field(
        "as-vic",
        description="Lose water where VIC 5.1 does (canopies that cover a part), or conserve all.",
    )
    precision: Literal["float32", "float64"] = Field(
        "float32", description="Arithmetic while learning; verification always uses float64."
    )

    lanes_at_once: PositiveInt | None = Field(
        None,
        description="Columns (member x cell x tile x band) that are simulated together, which "
        "bounds memory; as many as a quarter of the free memory allows if absent.",
    )

    soil_moisture: ComparedMoisture = ComparedMoisture()

    executable: Path | None = Field(
        None,
        description="The real VIC program (vic_image.exe), in which every result is verified, too.",
    )
    processes: PositiveInt = Field(
        1, description="MPI processes of the real program; 1 runs it without mpirun."
    )
    mpirun: list[str] = Field(
        ["mpirun"],
        min_length=1,
        description="Command that starts several processes, with its options; -n is added.",
    )
    timeout_minutes: PositiveFloat = Field(
        240.0, description="Time after which a run of the real program is given up [min]."
    )

    @model_validator(mode="after")
    def _steps_fit(self) -> Self:
        if self.model_steps_per_day > 1 and self.snow_steps_per_day != self.model_steps_per_day:
            raise ValueError(
                f"vic.snow_steps_per_day={self.snow_steps_per_day} must equal "
                f"vic.model_steps_per_day={self.model_steps_per_day} unless the latter is 1"
            )
        if self.runoff_steps_per_day % self.model_steps_per_day:
            raise ValueError(
                f"vic.runoff_steps_per_day={self.runoff_steps_per_day} must be a multiple of "
                f"vic.model_steps_per_day={self.model_steps_per_day}"
            )
        return self
