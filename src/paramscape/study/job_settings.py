"""Which settings each job takes, so that a change of a setting reruns the jobs that use it."""

from collections.abc import Mapping
from typing import Any

from paramscape.study.methods import METHODS
from paramscape.study.model import REAL_PROGRAM
from paramscape.study.mpr_inputs import mpr_attributes
from paramscape.study.study import Study

Sections = dict[str, Any]
"""Plain values of sections of the settings, by their dotted path."""

CELL_SEARCH = "cell-sceua"
"""The method by which each cell is searched, for its own sake or to pre-train others."""

_WITHOUT_EFFECT = {"vic": REAL_PROGRAM, "compute": ("without_gpu",)}
"""Settings that change no result of the jobs that take the section."""


class JobSettings:
    """The settings of a study by section, and the sections that each kind of job takes."""

    def __init__(self, study: Study) -> None:
        self._study = study
        self._values: Mapping[str, Any] = study.model_dump(mode="json", by_alias=True)

    @property
    def all(self) -> Mapping[str, Any]:
        """All settings, with their defaults."""
        return self._values

    def of(self, *paths: str) -> Sections:
        """The sections at dotted paths, such as `surrogate.lstm`."""
        return {path: self._section(path) for path in paths}

    def calibration(self, method: str, simulator: str) -> Sections:
        """Sections of a calibration by a method on a simulator."""
        own = METHODS[method].section
        return self.of(
            *(f"periods.{name}" for name in type(self._study.periods.without_test).model_fields),
            *("priors", "calibration.target", "space"),
            *([own] if own else []),
            simulator_section(simulator),
            "compute",
        )

    def candidate(self, method: str, simulator: str, number: int) -> Sections:
        """Sections of a calibration with a candidate of the method's settings, from 1."""
        values = self._study.calibration.candidates_of(method)[number - 1]
        return self._calibration_with(method, simulator, values)

    def cell_search(self, search: str, simulator: str) -> Sections:
        """Sections of a search of each cell, by the digest of its settings."""
        own = self._study.calibration.cell_searches[search].model_dump(mode="json")
        return {**self.calibration(CELL_SEARCH, simulator), f"calibration.{CELL_SEARCH}": own}

    def pilot(self, method: str, surrogate: str) -> Sections:
        """Sections of a pilot calibration: its method's, with the refinement's epochs."""
        epochs = self._study.surrogate.refinement.epochs
        return self._calibration_with(method, surrogate, {"epochs": epochs})

    def batch(self, number: int) -> list[int]:
        """First member of a batch of the ensemble, and the first beyond it."""
        members = self._study.ensemble.members_of_batch(number)
        return [members.start, members.stop]

    def surrogate_training(self, kind: str) -> Sections:
        """Sections of the training of a surrogate."""
        return self.of(
            "study.seed",
            "periods.train",
            "priors",
            f"surrogate.{kind}",
            "calibration.target",
            "compute",
        )

    def fine_tuning(self, kind: str) -> Sections:
        """Sections of fine-tuning: the surrogate's, with the refinement's epochs and step size."""
        refinement = self._study.surrogate.refinement
        tuned = getattr(self._study.surrogate, kind).tuned(
            refinement.fine_tune_epochs, refinement.learning_rate
        )
        return {**self.surrogate_training(kind), f"surrogate.{kind}": tuned.model_dump(mode="json")}

    def simulation(self, verifier: str) -> Sections:
        """Sections of a simulation in VIC or in a surrogate."""
        own = simulator_section(verifier)
        return self.of("periods", "calibration.target", own, "priors", "compute")

    def mpr_soil(self) -> Sections:
        """Sections of the files that MPR reads soil and terrain from."""
        found = self.of("products.elevation", "products.attributes")
        return {**found, "products.attributes": mpr_attributes(found["products.attributes"])}

    def _section(self, path: str) -> Any:
        value: Any = self._values
        for part in path.split("."):
            value = value[part]
        left_out = _WITHOUT_EFFECT.get(path)
        return value if left_out is None else {k: v for k, v in value.items() if k not in left_out}

    def _calibration_with(self, method: str, simulator: str, values: Mapping[str, Any]) -> Sections:
        found, own = self.calibration(method, simulator), f"calibration.{method}"
        return {**found, own: {**found[own], **values}}


def simulator_section(simulator: str) -> str:
    """The section of VIC or of a surrogate."""
    return "vic" if simulator == "vic" else f"surrogate.{simulator}"
