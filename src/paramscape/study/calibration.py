"""Methods that learn parameter fields."""

from typing import Any, Literal, Self, get_args

from pydantic import Field, PositiveInt, create_model, field_validator, model_validator

from paramscape.study._base import Settings
from paramscape.study.methods import METHODS, learned_methods
from paramscape.study.parameters import GAN_PO_PARAMETERS, in_order
from paramscape.study.sceua import CellSceua
from paramscape.study.search import Grid, candidates_of, checked_grids

MethodName = Literal[*METHODS]
SimulatorName = Literal["vic", "lstm", "seq2seq", "arnet"]
STATEFUL_SIMULATORS = ("vic", "seq2seq", "arnet")
COUPLED_SIMULATORS = ("arnet",)
"""Simulators in which a cell's fluxes depend on the parameters of other cells."""


class Run(Settings):
    """One method on one simulator."""

    method: MethodName = Field(description="How the parameters are found.")
    simulator: SimulatorName = Field(description="Model of the land surface that it learns on.")

    @property
    def lacks_independent_cells(self) -> bool:
        """Whether the method needs independent cells, and the simulator couples them."""
        needed = METHODS[self.method].needs_independent_cells
        return needed and self.simulator in COUPLED_SIMULATORS


def all_runs() -> list[Run]:
    """Every method on every simulator that it can learn on; the default on VIC alone."""
    runs = [Run(method=m, simulator=s) for m in METHODS for s in get_args(SimulatorName)]
    estimates = [run for run in runs if METHODS[run.method].estimates or run.simulator == "vic"]
    return [run for run in estimates if not run.lacks_independent_cells]


class _Calibration(Settings):
    """What is calibrated, by which methods, on which simulators."""

    target: Literal["et", "runoff", "soil_moisture"] = Field(
        "et", description="Observed target that the methods fit."
    )
    parameters: list[str] = Field(
        list(GAN_PO_PARAMETERS),
        min_length=1,
        description="VIC's parameters that are calibrated; docs/parameters.md lists those that can "
        "be. By default the seven of the GAN-PO paper.",
    )
    scaling: Literal["none", "moments", "global"] = Field(
        "none",
        description="Linear scaling a y + b of simulated soil moisture before it is compared with "
        "observations: none; `moments` matches mean and standard deviation of the default run in "
        "each cell over the observed training days; `global` has one a and b for all cells.",
    )
    seeds: PositiveInt = Field(1, description="Repetitions with different random numbers.")
    runs: list[Run] = Field(min_length=1, description="Methods and their simulators.")
    search: dict[str, Grid] = Field(
        {},
        description="Lists of values to try, by method and setting; all combinations are trained "
        "with seed 1, and the one that does best in the validation period is used.",
    )

    @field_validator("parameters")
    @classmethod
    def _are_in_the_catalogue(cls, names: list[str]) -> list[str]:
        return list(in_order(names))

    @field_validator("runs")
    @classmethod
    def _are_different(cls, runs: list[Run]) -> list[Run]:
        names = [f"{run.method} on {run.simulator}" for run in runs]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(
                f"{', '.join(twice)} is listed twice; repetitions are set by calibration.seeds"
            )
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
                    f"candidates of {method} must be pre-trained on the same search of each cell, "
                    f"but search.{method}.stateful has several (max_evaluations: {given}); give "
                    "pretraining.search one value, or none, which takes that of cell-sceua"
                )
        return self

    @model_validator(mode="after")
    def _budgets_hold_the_first_population(self) -> Self:
        points = 2 * len(self.parameters) + 1
        of_methods = {
            f"{m}.stateful.pretraining.search": self._searches_of(m) for m in learned_methods()
        }
        for place, searches in {
            "cell-sceua": [self.settings_of("cell-sceua")],
            **of_methods,
        }.items():
            for search in searches:
                least = search.complexes * points
                if search.max_evaluations < least:
                    raise ValueError(
                        f"{place}.max_evaluations is at least {points} for each complex, {least} "
                        f"for {search.complexes}, because the first population in "
                        f"{len(self.parameters)} parameters is simulated whole; got "
                        f"{search.max_evaluations}"
                    )
        return self

    def cell_search_of(self, method: MethodName, simulator: SimulatorName) -> CellSceua | None:
        """Settings of the search of each cell that a method is pre-trained on, or None.

        There is no pre-training on simulators without states.
        """
        searches = self._searches_of(method) if simulator in STATEFUL_SIMULATORS else []
        return searches[0] if searches else None

    def candidates_of(self, method: MethodName) -> list[dict[str, Any]]:
        """Settings of a method that are tried, one combination each; empty without a search."""
        return candidates_of(self.search[method]) if method in self.search else []

    @property
    def cell_searches(self) -> dict[str, CellSceua]:
        """Searches of each cell for pre-training, by the digest of their settings."""
        found = [
            self.cell_search_of(method, simulator)
            for method in learned_methods()
            for simulator in STATEFUL_SIMULATORS
        ]
        return {search.digest: search for search in found if search}

    def settings_of(self, method: MethodName) -> Settings | None:
        """The settings of a method, None where it has none."""
        return getattr(self, _field_name(method)) if METHODS[method].settings else None

    def _searches_of(self, method: MethodName) -> list[CellSceua]:
        """Searches that a method's candidates, or its settings without candidates, start from."""
        if method not in learned_methods():
            return []
        settings = self.settings_of(method)
        tried = [
            type(settings).model_validate({**settings.model_dump(by_alias=True), **values})
            for values in candidates_of(self.search.get(method, {}))
        ]
        starts = [one.stateful.pretraining for one in tried if one.stateful.pretraining]
        return [start.search or self.settings_of("cell-sceua") for start in starts]


def _field_name(method: str) -> str:
    return method.replace("-", "_")


Calibration = create_model(
    "Calibration",
    __base__=_Calibration,
    __doc__=_Calibration.__doc__,
    **{
        _field_name(method.name): (method.settings, Field(method.settings(), alias=method.name))
        for method in METHODS.values()
        if method.settings
    },
)
