"""Running a case in the real VIC program, from checked inputs to checked outputs."""

import logging
import shlex
import shutil
from pathlib import Path

import numpy as np

from paramscape.vic.executable.check_forcing import check_case_forcing
from paramscape.vic.executable.check_outputs import check_water, read_history
from paramscape.vic.executable.check_parameters import check_case_parameters, read_grid
from paramscape.vic.executable.errors import CaseError, ExecutableError, ProgramError
from paramscape.vic.executable.folder import CaseFiles, clear_folder, write_folder
from paramscape.vic.executable.program import LOG, Program, run_program
from paramscape.vic.image.write_global import GLOBAL, RESULTS, ImageCase

_LOG = logging.getLogger(__name__)


def run_case(
    case: ImageCase, files: CaseFiles, program: Program, folder: Path
) -> dict[str, np.ndarray]:
    """Run a case in a new folder, which is removed after success.

    VIC ends without an error on input that it misreads (Kelvin, Pa, packed integers, missing
    values, latitudes in the opposite order). So all files in the folder are checked before the
    run, and completeness and water balance after it.

    Args:
        case: period, options and outputs, among them `check_outputs.BALANCE`.
        files: domain, parameters and forcing.
        program: the executable and its options.
        folder: the run folder; that of an earlier run is replaced.

    Returns:
        Daily outputs [mm] of the active cells, (day, cell) or (day, cell, layer), by name.

    Raises:
        ExecutableError: with the cause; the folder is kept without VIC's output.
        ProgramError: if the program does not exist; nothing is written then.
        FileExistsError: if the folder is not a run folder.
    """
    program.require()
    clear_folder(folder)
    try:
        write_folder(folder, case, files)
        outputs = _run_checked(case, program, folder)
    except (CaseError, ProgramError) as error:
        raise ExecutableError(
            f"{error}\nThe run folder is kept: {folder}. Its files are {GLOBAL}, the input files "
            f"of VIC, and {LOG}. To run it by hand: {shlex.join(program.command)}, in this folder "
            f"and with a folder {RESULTS} in it"
        ) from error
    finally:
        shutil.rmtree(folder / RESULTS, ignore_errors=True)
    shutil.rmtree(folder)
    return outputs


def _run_checked(case: ImageCase, program: Program, folder: Path) -> dict[str, np.ndarray]:
    grid = read_grid(folder)
    if program.processes > grid.count:
        raise CaseError(
            f"vic.processes={program.processes} is more than the {grid.count} active cells; VIC "
            "needs a cell for each process"
        )
    stores = check_case_parameters(folder, case.options, grid)
    forcing = check_case_forcing(folder, case, grid)
    _report(run_program(program, folder))
    outputs = read_history(folder, case, grid)
    check_water(outputs, case, grid, stores, forcing)
    return outputs


def _report(log: Path) -> None:
    """Log the number of VIC's warnings, and the first."""
    count, first = 0, ""
    with log.open(errors="replace") as lines:
        for line in lines:
            if "[WARN]" not in line:
                continue
            if "Unrecognized option" in line:
                raise ProgramError(f"this VIC does not know an option of the run: {line.strip()}")
            count, first = count + 1, first or line.strip()
    if count:
        _LOG.info("VIC gave %d warnings, the first: %s", count, first)
