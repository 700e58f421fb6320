"""Runs one case in the real VIC program, from checked inputs to checked outputs."""

import logging
import shlex
import shutil
from pathlib import Path

import numpy as np

from paramscape.vic.executable.check_forcing import check_forcing
from paramscape.vic.executable.check_outputs import check_water, read_history
from paramscape.vic.executable.check_parameters import check_parameters, read_grid
from paramscape.vic.executable.errors import CaseError, ExecutableError, ProgramError
from paramscape.vic.executable.folder import CaseFiles, clear_folder, write_folder
from paramscape.vic.executable.program import LOG, Program, run_program
from paramscape.vic.image.write_global import GLOBAL, RESULTS, ImageCase

_LOG = logging.getLogger(__name__)


def run_case(
    case: ImageCase, files: CaseFiles, program: Program, folder: Path
) -> dict[str, np.ndarray]:
    """Run a case in a folder of its own, which is removed when all is well.

    VIC ends without an error on input that it misreads (Kelvin, Pa, packed integers, missing
    values, latitudes from the other end). So everything is checked as it lies in the folder before
    the run, and completeness and water balance after it.

    Args:
        case: period, options and outputs, among them `check_outputs.BALANCE`.
        files: domain, parameters and forcing.
        program: how VIC is started.
        folder: where; a run that was left there is replaced.

    Returns:
        daily outputs [mm] of the active cells, (day, cell) or (day, cell, layer), by name.

    Raises:
        ExecutableError: with the cause; the folder is kept without VIC's output.
        ProgramError: if there is no such program; nothing is written then.
        FileExistsError: if the folder holds something else than a run.
    """
    program.require()
    clear_folder(folder)
    try:
        write_folder(folder, case, files)
        outputs = _run_checked(case, program, folder)
    except (CaseError, ProgramError) as error:
        raise ExecutableError(
            f"{error}\nThe run folder is kept: {folder}. Its files are {GLOBAL}, what VIC was "
            f"handed, and {LOG}. To run it by hand: {shlex.join(program.command)}, in this folder "
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
    land = check_parameters(folder, case.options, grid)
    weather = check_forcing(folder, case, grid)
    _report(run_program(program, folder))
    outputs = read_history(folder, case, grid)
    check_water(outputs, case, grid, land, weather)
    return outputs


def _report(log: Path) -> None:
    """Pass VIC's warnings on: how many there are, and the first."""
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
