"""Methods that search by shuffled complex evolution."""

import hashlib
from typing import ClassVar, Literal

from pydantic import Field, NonNegativeFloat, NonNegativeInt, PositiveInt

from paramscape.study._base import Settings


class Sceua(Settings):
    """Shuffled complex evolution (SCE-UA): budget, stopping rules and mutation."""

    former_names: ClassVar = {"lead_in_days": "warmup_days"}

    complexes: PositiveInt = Field(
        4, description="Complexes p; each has 2 n + 1 points in n dimensions."
    )
    max_evaluations: PositiveInt = Field(
        2000, description="Most evaluations; at least 2 n + 1 for each complex."
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
    warmup_days: NonNegativeInt | None = Field(
        None,
        description="Days simulated before training, after a warm-up of the largest tile of each "
        "cell alone; by default the whole warm-up is simulated for every set.",
    )


class MprSceua(Sceua):
    """Multiscale parameter regionalisation, its ten coefficients found by SCE-UA."""

    complexes: PositiveInt = Field(
        4, description="Complexes p; each has 21 points, all of which are simulated first."
    )
    max_evaluations: PositiveInt = Field(
        2000, description="Most simulations of the domain; at least 21 for each complex."
    )


class CellSceua(Sceua):
    """The parameters of each cell by themselves, found by SCE-UA."""

    @property
    def digest(self) -> str:
        """Eight hexadecimal digits that name these settings in paths."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:8]

    complexes: PositiveInt = Field(
        2, description="Complexes p of each cell; each has 2 n + 1 points in n parameters."
    )
    max_evaluations: PositiveInt = Field(
        500, description="Most parameter sets tried in a cell; at least 2 n + 1 for each complex."
    )
