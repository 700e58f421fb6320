"""Methods that learn parameter fields."""

from typing import Any, Literal, Self, get_args

from pydantic import BaseModel, Field, PositiveInt, field_validator, model_validator

from paramscape.study._base import Settings
from paramscape.study.learned import DplA, DplZ, GanPo, GanPoL1
from paramscape.study.sceua import CellSceua, MprSceua
from paramscape.study.search import Grid, candidates_of, checked_grids

Method = Literal["default", "mpr-sceua", "cell-sceua", "dpl-a", "dpl-z", "gan-po", "gan-po-l1"]
SimulatorName = Literal["vic", "lstm", "seq2seq", "arnet"]
STATEFUL_SIMULATORS = ("vic", "seq2seq", "arnet")


class Run(Settings):
    """One method on one simulator."""

    method: Method = Field(description="How the parameters are found.")
    simulator: SimulatorName = Field(description="What stands in for the land surface.")


def all_runs() -> list[Run]:
    """Every method on every simulator; the default, which learns nothing, on VIC alone."""
    return [
        Run(method=method, simulator=simulator)
        for method in get_args(Method)
        for simulator in get_args(SimulatorName)
        if method != "default" or simulator == "vic"
    ]


class Calibration(Settings):
    """What is calibrated, by which methods, on which simulators."""

    target: Literal["et", "runoff", "soil_moisture"] = Field(
        "et", description="Observed target that the methods fit."
    )
    seeds: PositiveInt = Field(1, description="Repetitions with different random numbers.")
    runs: list[Run] = Field(min_length=1, description="Methods and their simulators.")
    search: dict[str, Grid] = Field(
        {},
        description="Lists of values to try, by method and setting; all combinations are trained "
        "with seed 1, and the one that does best in the validation period is used.",
    )
    mpr_sceua: MprSceua = Field(MprSceua(), alias="mpr-sceua")
    cell_sceua: CellSceua = Field(CellSceua(), alias="cell-sceua")
    dpl_a: DplA = Field(DplA(), alias="dpl-a")
    dpl_z: DplZ = Field(DplZ(), alias="dpl-z")
    gan_po: GanPo = Field(GanPo(), alias="gan-po")
    gan_po_l1: GanPoL1 = Field(GanPoL1(), alias="gan-po-l1")

    @field_validator("runs")
    @classmethod
    def _are_different(cls, runs: list[Run]) -> list[Run]:
        names = [f"{run.method} on {run.simulator}" for run in runs]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"{', '.join(twice)} stands here twice; see seeds for repetitions")
        return runs

    @field_validator("search")
    @classmethod
    def _values_fit_their_methods(cls, search: dict[str, Any]) -> dict[str, Any]:
        return checked_grids(search, learned_methods())

    @model_validator(mode="after")
    def _candidates_share_a_search(self) -> Self:
        for method in self.search:
            found = {repr(search): search for search in self._searches_of(method)}
            if len(found) > 1:
                given = " and ".join(str(search.max_evaluations) for search in found.values())
                raise ValueError(
                    f"all candidates of {method} with a head start take one search of each cell, "
                    f"but search.{method}.stateful has several (max_evaluations: {given}); give "
                    "pretraining.search one value, or none, which takes that of cell-sceua"
                )
        return self

    def cell_search_of(self, method: Method, simulator: SimulatorName) -> CellSceua | None:
        """Settings of the search of each cell that a method starts from there, or None.

        Simulators that keep no states have no head start.
        """
        searches = self._searches_of(method) if simulator in STATEFUL_SIMULATORS else []
        return searches[0] if searches else None

    def _searches_of(self, method: Method) -> list[CellSceua]:
        """Searches of a method's candidates, or of its settings where none is searched for."""
        if method not in learned_methods():
            return []
        settings = getattr(self, method.replace("-", "_"))
        tried = [
            type(settings).model_validate({**settings.model_dump(by_alias=True), **values})
            for values in candidates_of(self.search.get(method, {}))
        ]
        starts = [one.stateful.pretraining for one in tried if one.stateful.pretraining]
        return [start.search or self.cell_sceua for start in starts]


def learned_methods() -> dict[str, type[BaseModel]]:
    """Models of the methods that learn in epochs, by name."""
    fields = {f.alias or name: f.annotation for name, f in Calibration.model_fields.items()}
    return {
        name: model
        for name, model in fields.items()
        if isinstance(model, type) and "epochs" in getattr(model, "model_fields", {})
    }
