from paramscape.files.places import require_writable
from paramscape.jobs.records import (
    SNAKEMAKE_ARGS,
    broken_files,
    lost_files,
    move_aside,
    snakemake_args,
)
from paramscape.jobs.study_lock import SNAKEMAKE, StudyInUse, begin_run, prepare_run
from paramscape.native.compiler import NO_COMPILER, TOLD, compiler
from paramscape.simulators.device import WITHOUT_GPU

# Threads that wait asleep leave the cores to the other jobs.
os.environ.update(
    PYTHONPATH=str(Path(workflow.basedir) / "src"),
    OMP_WAIT_POLICY="passive",
    **{
        WITHOUT_GPU: STUDY.compute.without_gpu,
        SNAKEMAKE_ARGS: snakemake_args(
            workflow.configfiles, workflow.config_settings.config
        ),
    },
)

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


def is_raw(file):
    """Whether a file is the user's own data, which stay where they are."""
    return file in [raw.path for raw in required_files(STUDY) if not raw.made]


if workflow.is_main_process:
    for broken, problem in broken_files(Path(ROOT)):
        if not is_raw(broken):
            logger.warning(f"{broken}: {problem}. Moved to {move_aside(broken)}.")

# What was moved aside is made again, even if nothing else needs it now.
LOST = lost_files(Path(ROOT))
