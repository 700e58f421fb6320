"""Which of a study's files each job reads, where that depends on settings."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from paramscape.study.calibration import Run
from paramscape.study.job_settings import CELL_SEARCH
from paramscape.study.methods import METHODS
from paramscape.study.needs import possible_runs
from paramscape.study.paths import StudyPaths
from paramscape.study.sceua import CellSceua
from paramscape.study.study import Study

Files = dict[str, str | list[str]]
"""Input files by name; an empty list stands for a file that a job does without."""

ALL_METHODS = "all-methods"
"""The selection of every method on every simulator; `methods` are the study's own runs."""
REAL_VIC = "vic-image"
"""The verifier that is the real VIC program."""

_DEFAULT = Run(method="default", simulator="vic")


def fills_gaps(study: Study) -> bool:
    """Whether gaps in observations of the calibrated target are filled."""
    observed = study.products.observations[study.calibration.target]
    return getattr(observed, "fill", "none") != "none"


@dataclass(frozen=True)
class JobFiles:
    """Input files of a study's jobs."""

    study: Study
    paths: StudyPaths

    def simulator(self, name: str, years: Iterable[int]) -> Files:
        """What a simulator reads: VIC its forcing of some years, a surrogate its weights."""
        if name == "vic":
            return {"vic_forcing": [self.paths.vic_forcing(year) for year in years]}
        return {"weights": self.paths.surrogate(name).weights}

    def calibration(self, method: str, simulator: str) -> Files:
        """What a method learns from and what its simulator reads."""
        return {
            "domain": self.paths.domain,
            "attributes": self.paths.attributes,
            "soil": self._soil(method),
            "forcing": self.paths.learning.forcing,
            "observations": self.paths.learning.observations(self.study.calibration.target),
            "parameters": self.paths.vic_parameters,
            **self.simulator(simulator, self.study.periods.without_test.record.years),
            **({"scaling": self.scaling} if self.scaling else {}),
            **({"filled": self.paths.filled} if fills_gaps(self.study) else {}),
        }

    @property
    def scaling(self) -> str | list[str]:
        """The scaling of the simulated target, nothing without one."""
        return [] if self.study.calibration.scaling == "none" else self.paths.scaling

    def searched(self, method: str, simulator: str, seed: int | str) -> Files:
        """Fields and history of the search that a method is pre-trained on, if it is.

        With the settings of `cell-sceua` the search is that method's calibration.
        """
        search = self._cell_search(method, simulator)
        if search is None:
            return {}
        if search == self.study.calibration.settings_of(CELL_SEARCH):
            found = self.paths.run(CELL_SEARCH, simulator, seed)
        else:
            found = self.paths.cell_search(search.digest, simulator, seed)
        return {"searched": found.parameters, "search_history": found.history}

    def choice(self, method: str, simulator: str) -> Files:
        """The choice among a method's candidates, where its settings are searched."""
        searched = method in self.study.calibration.search
        return {"choice": self.paths.choice(method, simulator)} if searched else {}

    def candidate_histories(self, method: str, simulator: str) -> list[str]:
        """Histories of all candidates of a method, in their order."""
        count = len(self.study.calibration.candidates_of(method))
        return [
            self.paths.candidate(method, simulator, number).history
            for number in range(1, count + 1)
        ]

    def round(self, method: str, surrogate: str, number: int) -> Files:
        """What a calibration in a refinement round reads: the surrogate is that before it."""
        weights = self.weights_before_round(surrogate, number)
        return {**self.calibration(method, surrogate), "weights": weights}

    def weights_before_round(self, surrogate: str, number: int) -> str:
        """The surrogate that a refinement round starts from."""
        return self.paths.surrogate(surrogate).round(number - 1).weights

    def pilot(self, method: str, surrogate: str, number: int) -> Files:
        """What a pilot calibration reads, with the round's search of each cell if it needs one."""
        found, search = self.round(method, surrogate, number), self._cell_search(method, surrogate)
        if search is None:
            return found
        own = self.paths.surrogate(surrogate).round(number)
        fields, history = (own.cell_search(search.digest, suffix) for suffix in ("nc", "csv"))
        return {**found, "searched": fields, "search_history": history}

    def fine_tuning(self, surrogate: str, number: int) -> Files:
        """What fine-tuning reads in a refinement round: weights, and the members of all rounds."""
        rounds = [self.paths.surrogate(surrogate).round(n) for n in range(1, number + 1)]
        return {
            "weights": self.weights_before_round(surrogate, number),
            "round_members": [each.members for each in rounds],
            "round_fluxes": [each.fluxes for each in rounds],
        }

    def forcing_for_observations(self, target: str, forcing: str) -> str | list[str]:
        """The daily forcing where observations of a target need it, else nothing.

        A tower's latent heat needs air temperature, runoff is compared with precipitation; what a
        twin observes needs neither.
        """
        form = self.study.products.observations[target].form
        needed = form == "points" or (target == "runoff" and form != "twin")
        return forcing if needed else []

    def runs(self, selection: str) -> Sequence[Run]:
        """Runs of a table: the study's, or all for which it has what they need."""
        return possible_runs(self.study) if selection == ALL_METHODS else self._own_runs

    def of_runs(
        self,
        pattern: str,
        runs: Sequence[Run] | None = None,
        seeds: Iterable[int] | None = None,
    ) -> list[str]:
        """The pattern with method, simulator and seed of runs, by default all of the study."""
        return [
            pattern.format(method=run.method, simulator=run.simulator, seed=seed)
            for run in (self._own_runs if runs is None else runs)
            for seed in (self._seeds if seeds is None else seeds)
        ]

    def scores(
        self,
        scored: str,
        period: str,
        runs: Sequence[Run] | None = None,
        seeds: Iterable[int] | None = None,
        *,
        of_default: bool = False,
    ) -> list[str]:
        """Scores of runs in a period, one for each seed, by default of all runs.

        Args:
            scored: where: on each run's own `simulator`, in `vic`, or in `vic-image`, the real VIC.
            period: its name.
            runs: which runs.
            seeds: which of their seeds.
            of_default: give the scores of the default parameters there in place of the run's.
        """
        return [
            file
            for run in (self._own_runs if runs is None else runs)
            for file in self.of_runs(
                self.paths.scores(period, run.simulator if scored == "simulator" else scored),
                [_DEFAULT if of_default else run],
                seeds,
            )
        ]

    def table_of_scores(self, selection: str) -> Files:
        """Scores of a selection of runs in both periods, by where they were scored.

        `default` are those of the default parameters on each run's own simulator.
        """
        runs = self.runs(selection)

        def both(scored: str, of_default: bool = False) -> list[str]:
            return [
                file
                for period in ("train", "test")
                for file in self.scores(scored, period, runs, of_default=of_default)
            ]

        return {
            "simulator": both("simulator"),
            "vic": both("vic"),
            "real": both(REAL_VIC) if self.study.vic.executable else [],
            "default": both("simulator", of_default=True),
        }

    def check_scores(self, selection: str) -> list[str]:
        """Scores of variables that nothing learns from, of a selection of runs in both periods.

        They are of simulations in VIC and in the real VIC: a surrogate gives the target alone.
        """
        verifiers = ("vic", REAL_VIC) if self.study.vic.executable else ("vic",)
        return [
            file
            for variable in self.study.products.checks
            for verifier in verifiers
            for period in ("train", "test")
            for file in self.of_runs(
                self.paths.check_scores(period, variable, verifier), self.runs(selection)
            )
        ]

    @property
    def _own_runs(self) -> Sequence[Run]:
        return self.study.calibration.runs

    @property
    def _seeds(self) -> range:
        return range(1, self.study.calibration.seeds + 1)

    def _soil(self, method: str) -> str | list[str]:
        """Native soil: that of `products.soil` for every method, else MPR's own of attributes."""
        given = self.study.products.soil is not None
        return self.paths.soil if given or METHODS[method].needs_soil else []

    def _cell_search(self, method: str, simulator: str) -> CellSceua | None:
        return self.study.calibration.cell_search_of(method, simulator)
