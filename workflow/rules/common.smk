from snakemake.exceptions import WorkflowError
from snakemake.logging import logger

from paramscape.files.code_digest import code_digest, module_file
from paramscape.data.ledger import LedgerError
from paramscape.simulators.device import WITHOUT_GPU
from paramscape.native.compiler import NO_COMPILER, TOLD, compiler
from paramscape.jobs.study_lock import SNAKEMAKE, StudyInUse, begin_run, prepare_run
from paramscape.files.places import require_writable
from paramscape.products.catalogue import (
    MissingFiles,
    domain_files,
    forcing_files,
    mpr_files,
    observation_files,
    public_files,
    require_files,
    required_files,
    static_files,
)
from paramscape.products.modules import code_of_readers
from paramscape.jobs.records import (
    SNAKEMAKE_ARGS,
    broken_files,
    lost_files,
    move_aside,
    snakemake_args,
)
from paramscape.study import (
    METHODS,
    REAL_PROGRAM,
    STATEFUL_SIMULATORS,
    SettingsError,
    candidates_of,
    learned_methods,
    mpr_attributes,
    possible_runs,
    read_settings,
    validate,
)

try:
    for configfile in workflow.configfiles:
        read_settings(Path(configfile))
    STUDY = validate(config)
    require_files(STUDY, fetched=True)
    PUBLIC = public_files(STUDY)
except (SettingsError, LedgerError, MissingFiles) as mistake:
    raise WorkflowError(str(mistake))
config.update(STUDY.model_dump(mode="json", by_alias=True))  # for the report

ROOT = f"results/{STUDY.study.name}"
SCRIPTS = Path(workflow.basedir) / "scripts"
MODULES = Path(workflow.basedir) / "src" / "paramscape"
# Threads that wait asleep leave the cores to the other jobs.
os.environ.update(
    PYTHONPATH=str(MODULES.parent),
    OMP_WAIT_POLICY="passive",
    **{
        WITHOUT_GPU: STUDY.compute.without_gpu,
        SNAKEMAKE_ARGS: snakemake_args(
            workflow.configfiles, workflow.config_settings.config
        ),
    },
)

RECORD_YEARS = {part.start.year: part for part in STUDY.periods.record.by_year()}
# Whole years: the record's end may move without another climate.
TWIN_YEARS = {
    year: part.model_copy(update={"end": part.end.replace(month=12, day=31)})
    for year, part in RECORD_YEARS.items()
}
TARGET = STUDY.calibration.target
SEEDS = range(1, STUDY.calibration.seeds + 1)
FIRST_SEED = [1]
LEARNING_YEARS = [part.start.year for part in STUDY.periods.learning.by_year()]
SEEN = STUDY.periods.without_test
SEEN_YEARS = [part.start.year for part in SEEN.record.by_year()]
SEEN_PERIODS = [f"periods.{name}" for name in type(SEEN).model_fields]
POSSIBLE_RUNS = possible_runs(STUDY)
REAL_VIC = ["vic-image"] if STUDY.vic.executable else []
RUN = f"{ROOT}/calibration/{{method}}/{{simulator}}/seed-{{seed}}"
ROUND = f"{ROOT}/surrogate/{{surrogate}}/round"
SEARCH = f"{ROOT}/search/{{method}}/{{simulator}}"
CELL_SEARCH = f"{ROOT}/cell-search/{{search}}/{{simulator}}/seed-{{seed}}"
CANDIDATES = {
    method: candidates_of(grid) for method, grid in STUDY.calibration.search.items()
}
CELL_SEARCHES = {
    search.digest: search
    for method in learned_methods()
    for simulator in STATEFUL_SIMULATORS
    if (search := STUDY.calibration.cell_search_of(method, simulator))
}

if workflow.is_main_process:
    try:
        for folder in (SNAKEMAKE, Path(ROOT)):
            require_writable(folder)
    except OSError as mistake:
        raise WorkflowError(str(mistake))
    if notice := prepare_run(Path(ROOT)):
        logger.warning(notice)


onstart:
    try:
        for process in begin_run(Path(ROOT), here=workflow.local_exec):
            logger.warning(
                f"Ended process {process}, a job of a run that was killed"
            )
    except StudyInUse as refusal:
        raise WorkflowError(str(refusal))
    if compiler() is None:
        logger.warning(f"Warning: {NO_COMPILER}")
        os.environ[TOLD] = "1"


wildcard_constraints:
    year=r"\d{4}",
    batch=r"\d+",
    round=r"[1-9]\d*",
    seed=r"\d+",
    candidate=r"\d+",
    search=r"[0-9a-f]{8}",
    method=r"[a-z][a-z0-9-]*",
    simulator=r"[a-z][a-z0-9]*",
    surrogate=r"[a-z][a-z0-9]*",
    verifier=r"[a-z][a-z0-9-]*",
    scored="simulator|vic",
    selection="methods|all-methods",
    target="|".join(STUDY.products.observations),


def settings(*sections):
    """The named sections of the settings, as plain values."""
    dumped = STUDY.model_dump(mode="json", by_alias=True)
    chosen = {}
    for section in sections:
        value = dumped
        for part in section.split("."):
            value = value[part]
        if section == "vic":
            # Whether there is a real program changes nothing in the embedded VIC.
            value = {k: v for k, v in value.items() if k not in REAL_PROGRAM}
        if section == "compute":
            # Nor does what is done without a GPU; the jobs are told of it beside their settings.
            value = {k: v for k, v in value.items() if k != "without_gpu"}
        chosen[section] = value
    return chosen


def code(script, *products):
    """Digest of the code behind a script, and behind the reading of some products, so that a
    change runs the rule again.
    """
    return code_digest(SCRIPTS / script, *code_of_readers(products))


def modules_of_simulator(simulator):
    """Modules that only one simulator uses."""
    if simulator == "vic":
        return []
    return [MODULES / "simulators" / "surrogates" / simulator / "__init__.py"]


def code_of_calibration(method, simulator):
    """Digest of the code behind one method's calibration on one simulator."""
    return code_digest(
        SCRIPTS / "calibrate.py",
        module_file(METHODS[method].module),
        *modules_of_simulator(simulator),
    )


def environment():
    """The conda environment of rules that may use the device."""
    return (
        "../../envs/gpu.yaml"
        if STUDY.compute.device == "cuda"
        else "../../envs/cpu.yaml"
    )


def gpus():
    """GPUs of a rule that runs VIC or a network."""
    return 1 if STUDY.compute.device == "cuda" else 0


def growing(first):
    """Memory [MB] or minutes of a job: with each attempt of a failed one as much more."""
    return lambda wildcards, attempt: first * attempt


def rule_name(*words):
    """The name of a rule that the workflow makes for one file."""
    return re.sub(r"\W", "_", "_".join(words))


def made_files(files):
    """Paths of those raw files that the study's twin writes."""
    return [str(file.path) for file in files if file.made]


def climate_files(days):
    """CMFD files of a year that the twin writes, without the next year's first month."""
    after = [part for part in RECORD_YEARS.values() if part.start > days.end]
    later = {path for part in after for path in made_files(forcing_files(STUDY, part))}
    return [
        path for path in made_files(forcing_files(STUDY, days)) if path not in later
    ]


def source_files(files):
    """Paths of raw files, as inputs."""
    return [str(file.path) for file in files]


def forcing_for_observations(target, forcing):
    """The daily forcing that observations need: air temperature for a tower's latent heat,
    precipitation to compare runoff with; nothing for the twin's and for other targets.
    """
    form = STUDY.products.observations[target].form
    needed = form == "points" or (target == "runoff" and form != "twin")
    return forcing if needed else []


def twin_gleam_files(target):
    """GLEAM files that the twin writes: those of years before the test's, and the others."""
    first = STUDY.periods.test.start.year
    early = [part for part in SEEN.scored.by_year() if part.start.year < first]
    before = [
        path
        for part in early
        for path in made_files(observation_files(STUDY, target, part))
    ]
    every = made_files(observation_files(STUDY, target))
    return before, [path for path in every if path not in before]


def elevation_files(study):
    """The file that the domain's elevation comes from."""
    return [
        file
        for file in static_files(study)
        if file.path == (study.vic.parameters or study.products.elevation.path)
    ]


def method_sections(method):
    """Settings of a method, where it has any."""
    section = METHODS[method].section
    return [section] if section else []


def simulator_sections(simulator):
    """Settings of VIC or of a surrogate."""
    return ["vic"] if simulator == "vic" else [f"surrogate.{simulator}"]


def files_of_simulator(simulator, years):
    """What a simulator needs: VIC its forcing of some years, a surrogate its weights."""
    if simulator == "vic":
        return {"vic_forcing": expand(f"{ROOT}/vic/forcing.{{year}}.nc", year=years)}
    return {"weights": f"{ROOT}/surrogate/{simulator}/weights.pt"}


def mpr_settings():
    """Settings of the files that MPR reads its soil and terrain from."""
    found = settings("products.elevation", "products.attributes")
    used = mpr_attributes(found["products.attributes"])
    return {**found, "products.attributes": used}


def soil_file(method):
    """Native soil: that of `products.soil` for every method, else MPR's own of attributes."""
    has_soil = STUDY.products.soil or (method and METHODS[method].needs_soil)
    return f"{ROOT}/soil-native.nc" if has_soil else []


def calibration_files(wildcards, simulator=None):
    """What a method learns from and what its simulator, by default the wildcards', needs."""
    return {
        "domain": f"{ROOT}/domain.nc",
        "attributes": f"{ROOT}/attributes.nc",
        "soil": soil_file(wildcards.get("method")),
        "forcing": f"{ROOT}/learning/forcing-daily.nc",
        "observations": f"{ROOT}/learning/{TARGET}.nc",
        "parameters": f"{ROOT}/vic/params.nc",
        **files_of_simulator(simulator or wildcards.simulator, SEEN_YEARS),
    }


def settings_of_calibration(method, simulator):
    """Settings that a method and its simulator use."""
    return settings(
        *SEEN_PERIODS,
        "priors",
        "calibration.target",
        *method_sections(method),
        *simulator_sections(simulator),
        "compute",
    )


def calibration_settings(wildcards):
    """Settings that the wildcards' method and simulator use."""
    return settings_of_calibration(wildcards.method, wildcards.simulator)


def cell_search_settings(wildcards, simulator=None):
    """Settings of a search of each cell on a simulator, by default the wildcards'."""
    found = settings_of_calibration("cell-sceua", simulator or wildcards.simulator)
    search = CELL_SEARCHES[wildcards.search].model_dump(mode="json")
    return {**found, "calibration.cell-sceua": search}


def cell_search_of(method, simulator):
    """Settings of the search of each cell that a method starts from, or None."""
    return STUDY.calibration.cell_search_of(method, simulator)


def searched_files(wildcards):
    """Fields and history of the search that a method starts from, where it has a head start.

    With the settings of `cell-sceua` the search is that method's calibration.
    """
    search = cell_search_of(wildcards.method, wildcards.simulator)
    if search is None:
        return {}
    folder = RUN if search == STUDY.calibration.cell_sceua else CELL_SEARCH
    place = folder.format(
        method="cell-sceua",
        search=search.digest,
        simulator=wildcards.simulator,
        seed=wildcards.get("seed", 1),
    )
    return {
        "searched": f"{place}/parameters.nc",
        "search_history": f"{place}/history.csv",
    }


def choice_file(wildcards):
    """The choice among a method's candidates, where its settings are searched."""
    return {"choice": f"{SEARCH}/choice.json"} if wildcards.method in CANDIDATES else {}


def candidate_settings(wildcards):
    """Settings of a calibration with one candidate's values in their place."""
    found, section = calibration_settings(wildcards), f"calibration.{wildcards.method}"
    values = CANDIDATES[wildcards.method][int(wildcards.candidate) - 1]
    return {**found, section: {**found[section], **values}}


def candidate_histories(wildcards):
    """Histories of all candidates of a method, in their order."""
    return [
        f"{SEARCH}/candidate-{number}/history.csv"
        for number, _ in enumerate(CANDIDATES[wildcards.method], start=1)
    ]


def verifier_files(wildcards):
    """What the verifier of a simulation needs."""
    return files_of_simulator(wildcards.verifier, RECORD_YEARS)


def runs_of(selection):
    """Runs that a table holds: the study's, or all for which it has what they use."""
    return POSSIBLE_RUNS if selection == "all-methods" else STUDY.calibration.runs


def of_runs(pattern, seeds=SEEDS, runs=STUDY.calibration.runs):
    """The pattern with every run and seed filled in, by default all of the study."""
    return [
        pattern.format(method=run.method, simulator=run.simulator, seed=seed)
        for run in runs
        for seed in seeds
    ]


def of_selection(pattern):
    """Function that fills every run and seed of the selection into the pattern."""
    return lambda wildcards: of_runs(pattern, runs=runs_of(wildcards.selection))


def score_files(scored, period, seeds=SEEDS, method=None, runs=STUDY.calibration.runs):
    """Scores of all runs, of one method if it is given.

    `scored` is where: on each run's own `simulator`, in `vic`, or in `vic-image`, the real VIC.
    """
    return [
        f"{ROOT}/scores/{method or run.method}/{'vic' if method else run.simulator}/seed-{seed}/"
        f"{run.simulator if scored == 'simulator' else scored}-{period}.nc"
        for run in runs
        for seed in seeds
    ]


def scores_of_selection(*verifiers, method=None):
    """Function that gives the scores of a selection, of both periods."""
    return lambda wildcards: [
        file
        for scored in verifiers
        for period in ("train", "test")
        for file in score_files(
            scored, period, method=method, runs=runs_of(wildcards.selection)
        )
    ]


PARAMETER_FILES = of_runs(f"{RUN}/params.nc")


def is_raw(file):
    """Whether a file is the user's own data, which nobody may move."""
    return file in [raw.path for raw in required_files(STUDY) if not raw.made]


if workflow.is_main_process:
    for broken, fault in broken_files(Path(ROOT)):
        if not is_raw(broken):
            logger.warning(f"{broken}: {fault}. Moved to {move_aside(broken)}.")

# What was moved aside is made again, even if nothing else needs it now.
LOST = lost_files(Path(ROOT))
