"""Paths of a study's files, relative to the folder where Snakemake is started.

Words in braces, such as `{method}`, are wildcards of rules. Where a name may be given, the path
holds it; otherwise it holds the wildcard.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class CalibrationPaths:
    """Files of one calibration, in its folder."""

    folder: str

    @property
    def parameters(self) -> str:
        """Estimated parameter fields."""
        return f"{self.folder}/parameters.nc"

    @property
    def posterior(self) -> str:
        """Samples of the posterior, of a method that gives them."""
        return f"{self.folder}/posterior.nc"

    @property
    def history(self) -> str:
        """A row for each epoch or loop."""
        return f"{self.folder}/history.csv"

    @property
    def vic_parameters(self) -> str:
        """The estimated parameters as a VIC parameter file."""
        return f"{self.folder}/params.nc"


@dataclass(frozen=True)
class EnsemblePaths:
    """Members of an ensemble and what VIC gives for them, in one folder."""

    folder: str

    @property
    def members(self) -> str:
        """Parameter fields of all members."""
        return f"{self.folder}/members.nc"

    def members_of_batch(self, batch: int | str = "{batch}") -> str:
        """Parameter fields of a batch of members."""
        return f"{self.folder}/members-{batch}.nc"

    def fluxes_of_batch(self, batch: int | str = "{batch}") -> str:
        """Daily targets of a batch of members."""
        return f"{self.folder}/fluxes-{batch}.nc"


@dataclass(frozen=True)
class RoundPaths:
    """Files of one refinement round of a surrogate, in its folder; round 0 has `weights` only."""

    folder: str

    @property
    def weights(self) -> str:
        """The surrogate after the round."""
        return f"{self.folder}/weights.pt"

    @property
    def history(self) -> str:
        """A row for each epoch of fine-tuning."""
        return f"{self.folder}/history.csv"

    @property
    def members(self) -> str:
        """Members near the pilots' fields."""
        return f"{self.folder}/members.nc"

    @property
    def fluxes(self) -> str:
        """Daily targets of these members."""
        return f"{self.folder}/fluxes.nc"

    def pilot(self, method: str = "{method}", suffix: str = "nc") -> str:
        """Fields (`nc`) or history (`csv`) of a pilot calibration."""
        return f"{self.folder}/pilot-{method}.{suffix}"

    def cell_search(self, search: str = "{search}", suffix: str = "nc") -> str:
        """Fields (`nc`) or history (`csv`) of the search of each cell that pilots start from."""
        return f"{self.folder}/cell-search-{search}.{suffix}"


@dataclass(frozen=True)
class SurrogatePaths:
    """Files of one surrogate, in its folder."""

    folder: str

    @property
    def weights(self) -> str:
        """The surrogate that methods learn on, after all rounds."""
        return f"{self.folder}/weights.pt"

    @property
    def history(self) -> str:
        """A row for each epoch of the first training."""
        return f"{self.folder}/history.csv"

    @property
    def skill(self) -> str:
        """Skill by member and cell."""
        return f"{self.folder}/skill.nc"

    @property
    def skill_table(self) -> str:
        """Skill by target."""
        return f"{self.folder}/skill.csv"

    @property
    def sensitivity(self) -> str:
        """Response to each parameter, of the surrogate and of VIC."""
        return f"{self.folder}/sensitivity.csv"

    def sensitivity_check(self, suffix: str = "csv") -> str:
        """The responses, and where that of the surrogate differs too much, as a table."""
        return f"{self.folder}/sensitivity-check.{suffix}"

    def round(self, number: int | str = "{round}") -> RoundPaths:
        """Files of a refinement round."""
        return RoundPaths(f"{self.folder}/round-{number}")


@dataclass(frozen=True)
class DailyPaths:
    """Daily forcing, and the folder of daily observations."""

    forcing: str
    folder: str

    def observations(self, target: str = "{target}") -> str:
        """Observations of a target."""
        return f"{self.folder}/{target}.nc"


@dataclass(frozen=True)
class StudyPaths:
    """Paths of a study's files; `root` is its folder of results."""

    root: str

    @classmethod
    def of(cls, name: str) -> "StudyPaths":
        """The paths of the study of that name."""
        return cls(f"results/{name}")

    @property
    def domain(self) -> str:
        """The active cells."""
        return f"{self.root}/domain.nc"

    @property
    def attributes(self) -> str:
        """Attributes of the cells."""
        return f"{self.root}/attributes.nc"

    @property
    def soil(self) -> str:
        """Native soil."""
        return f"{self.root}/soil-native.nc"

    @property
    def vic_parameters(self) -> str:
        """The default VIC parameters."""
        return f"{self.root}/vic/params.nc"

    def vic_forcing(self, year: int | str = "{year}") -> str:
        """VIC's forcing of a year."""
        return f"{self.root}/vic/forcing.{year}.nc"

    @property
    def record(self) -> DailyPaths:
        """Daily forcing and observations of the whole record."""
        return DailyPaths(f"{self.root}/forcing-daily.nc", f"{self.root}/observations")

    @property
    def learning(self) -> DailyPaths:
        """Daily forcing and observations that methods may see: without any test day."""
        folder = f"{self.root}/learning"
        return DailyPaths(f"{folder}/forcing-daily.nc", folder)

    @property
    def filled(self) -> str:
        """Observations that methods may see, with their gaps filled."""
        return f"{self.root}/learning/fill/filled.nc"

    @property
    def filler(self) -> str:
        """The network that fills gaps of observations."""
        return f"{self.root}/learning/fill/filler.pt"

    @property
    def filler_history(self) -> str:
        """A row for each epoch of the filler."""
        return f"{self.root}/learning/fill/history.csv"

    @property
    def filler_scores(self) -> str:
        """Skill of the filler at hidden observations."""
        return f"{self.root}/scores/gap-filling.csv"

    @property
    def scaling(self) -> str:
        """Scaling of the simulated target to the observations that methods may see."""
        return f"{self.root}/learning/scaling.nc"

    @property
    def true_parameters(self) -> str:
        """The twin's hidden parameters."""
        return f"{self.root}/truth/parameters.nc"

    def truth(self, target: str = "{target}", *, learning: bool = False) -> str:
        """What is observed of the twin's truth; if `learning`, in what methods may see."""
        return f"{self.root}/truth/{'learning/' if learning else ''}{target}.nc"

    @property
    def ensemble(self) -> EnsemblePaths:
        """Members that teach the surrogates."""
        return EnsemblePaths(f"{self.root}/ensemble")

    def surrogate(self, kind: str = "{surrogate}") -> SurrogatePaths:
        """Files of a surrogate."""
        return SurrogatePaths(f"{self.root}/surrogate/{kind}")

    def run(
        self,
        method: str = "{method}",
        simulator: str = "{simulator}",
        seed: int | str = "{seed}",
    ) -> CalibrationPaths:
        """Files of a method's calibration on a simulator with one seed."""
        return CalibrationPaths(f"{self.root}/calibration/{method}/{simulator}/seed-{seed}")

    def cell_search(
        self,
        search: str = "{search}",
        simulator: str = "{simulator}",
        seed: int | str = "{seed}",
    ) -> CalibrationPaths:
        """Files of a search of each cell, by the digest of its settings."""
        return CalibrationPaths(f"{self.root}/cell-search/{search}/{simulator}/seed-{seed}")

    def search(self, method: str = "{method}", simulator: str = "{simulator}") -> str:
        """Folder of the search of a method's settings."""
        return f"{self.root}/search/{method}/{simulator}"

    def candidate(
        self,
        method: str = "{method}",
        simulator: str = "{simulator}",
        number: int | str = "{candidate}",
    ) -> CalibrationPaths:
        """Files of the calibration with a candidate of a method's settings, counted from 1."""
        return CalibrationPaths(f"{self.search(method, simulator)}/candidate-{number}")

    def choice(self, method: str = "{method}", simulator: str = "{simulator}") -> str:
        """The chosen candidate of a method's settings."""
        return f"{self.search(method, simulator)}/choice.json"

    def candidates_table(self, method: str = "{method}", simulator: str = "{simulator}") -> str:
        """All candidates of a method's settings with their scores."""
        return f"{self.search(method, simulator)}/candidates.csv"

    def simulation(self, verifier: str = "{verifier}") -> str:
        """Simulation with a run's parameters in a verifier, for every run."""
        return f"{self.root}/validation/{{method}}/{{simulator}}/seed-{{seed}}/{verifier}.nc"

    def scores(self, period: str, verifier: str = "{verifier}") -> str:
        """Scores of a simulation in a period, for every run."""
        folder = f"{self.root}/scores/{{method}}/{{simulator}}/seed-{{seed}}"
        return f"{folder}/{verifier}-{period}.nc"

    def scores_table(self, selection: str = "{selection}") -> str:
        """Mean scores of each run of a selection, in each verifier and period."""
        return f"{self.root}/scores/{selection}/runs.csv"

    def check(self, variable: str = "{variable}") -> str:
        """Observed totals of a variable that is only scored."""
        return f"{self.root}/checks/{variable}.nc"

    def check_scores(
        self, period: str, variable: str = "{variable}", verifier: str = "{verifier}"
    ) -> str:
        """Scores of such a variable of a simulation in a period, for every run."""
        folder = f"{self.root}/checks/scores/{{method}}/{{simulator}}/seed-{{seed}}"
        return f"{folder}/{variable}-{verifier}-{period}.nc"

    def checks_table(self, selection: str = "{selection}") -> str:
        """Scores of such variables of each run of a selection, in each verifier and period."""
        return f"{self.root}/scores/{selection}/checks.csv"

    def recovery_table(self, selection: str = "{selection}") -> str:
        """Recovery of the true parameters by each run of a selection."""
        return f"{self.root}/scores/{selection}/recovery.csv"
