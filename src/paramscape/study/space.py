"""Which cells of a domain are learned from, and which are only scored."""

from typing import Literal, Self

from pydantic import Field, PositiveInt, model_validator

from paramscape.study._base import Settings
from paramscape.study.sampled_cells import MarkedCells


class Space(Settings):
    """The split of a domain's cells into learners and cells that are only scored."""

    learn: Literal["all", "sampled"] | MarkedCells | None = Field(
        None,
        description="Cells that are learned from: all, the sampled ones of `domain.kind: blocks`, "
        "or those that a file marks; by default the sampled ones of blocks, else all. The other "
        "cells of the domain are only scored.",
    )
    leave_out: tuple[float, float, float, float] | None = Field(
        None,
        description="West, east, south and north edge of a box [degrees]: cells whose centre lies "
        "inside are only scored.",
    )
    minimum_days: PositiveInt = Field(
        30, description="Fewest observed training days of a learner, where the cells are split."
    )
    below_minimum: Literal["refuse", "leave_out"] = Field(
        "refuse",
        description="What happens with learners that have fewer days: stop, or do not learn from "
        "them.",
    )
    unseen_sees: Literal["observations", "nothing"] = Field(
        "observations",
        description="What networks that read observations read in cells that are only scored: "
        "their observations of the training period, or nothing, as in an unobserved place.",
    )

    @model_validator(mode="after")
    def _leaves_out_a_box(self) -> Self:
        if self.leave_out is not None:
            west, east, south, north = self.leave_out
            if west >= east or south >= north:
                raise ValueError(
                    f"space.leave_out is {list(self.leave_out)}; give west, east, south, north, "
                    "with west below east and south below north"
                )
        return self
