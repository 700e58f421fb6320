from snakemake.exceptions import WorkflowError
from snakemake.logging import logger

from paramscape.data.ledger import LedgerError
from paramscape.files.code_digest import code_digest, module_file
from paramscape.products.catalogue import (
    MissingFiles,
    check_files,
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
from paramscape.products.rule_files import (
    climate_paths,
    elevation_files,
    made_paths,
    paths_of,
    twin_observation_paths,
    twin_pixels,
    twin_years,
)
from paramscape.study import (
    METHODS,
    REAL_PROGRAM,
    SettingsError,
    possible_runs,
    read_settings,
    validate,
)
from paramscape.study.job_files import JobFiles, fills_gaps
from paramscape.study.job_settings import CELL_SEARCH, JobSettings
from paramscape.study.methods import sampling_methods
from paramscape.study.paths import StudyPaths

try:
    for configfile in workflow.configfiles:
        read_settings(Path(configfile))
    STUDY = validate(config)
    require_files(STUDY, fetched=True)
    PUBLIC = public_files(STUDY)
except (SettingsError, LedgerError, MissingFiles) as mistake:
    raise WorkflowError(str(mistake))

SETTINGS = JobSettings(STUDY)
PATHS = StudyPaths.of(STUDY.study.name)
FILES = JobFiles(STUDY, PATHS)
ROOT = PATHS.root
SCRIPTS = Path(workflow.basedir) / "scripts"
config.update(SETTINGS.all)  # for the report

RECORD_YEARS = {part.start.year: part for part in STUDY.periods.record.by_year()}
LEARNING_YEARS = STUDY.periods.learning.years
SEEN = STUDY.periods.without_test
SEEN_YEARS = SEEN.record.years
SEEN_PERIODS = [f"periods.{name}" for name in type(SEEN).model_fields]
TARGET = STUDY.calibration.target
PARAMETER_FILES = FILES.of_runs(PATHS.run().vic_parameters)


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
    return SETTINGS.of(*sections)


def code(script, *products):
    """Digest of the code behind a script, and behind the reading of some products; a change
    reruns the rule.
    """
    return code_digest(SCRIPTS / script, *code_of_readers(products))


def code_on_simulator(script, simulator, *modules):
    """Digest of the code behind a script, further modules and a simulator."""
    return code_digest(
        SCRIPTS / script,
        *map(module_file, (*modules, *simulator_modules(simulator))),
    )


def simulator_modules(simulator):
    """Modules that only one simulator uses."""
    surrogates = "paramscape.simulators.surrogates"
    return [] if simulator == "vic" else [f"{surrogates}.{simulator}"]


def code_of_calibration(method, simulator):
    """Digest of the code behind one method's calibration on one simulator."""
    return code_on_simulator("calibrate.py", simulator, METHODS[method].module)


def environment():
    """The conda environment of rules that may use the device."""
    device = "gpu" if STUDY.compute.device == "cuda" else "cpu"
    return f"../../envs/{device}.yaml"


def gpus():
    """GPUs of a rule that runs VIC or a network."""
    return 1 if STUDY.compute.device == "cuda" else 0


def growing(first):
    """Memory [MB] or minutes of a job: with each attempt of a failed one as much more."""
    return lambda wildcards, attempt: first * attempt


def rule_name(*words):
    """The name of a rule that the workflow makes for one file."""
    return re.sub(r"\W", "_", "_".join(words))
