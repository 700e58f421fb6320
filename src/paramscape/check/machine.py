"""Tests of the machine: compiler, results folder, real VIC, GPU."""

import os
import shutil
import tempfile
from pathlib import Path

from paramscape.check.report import Finding, Report
from paramscape.native.compiler import NO_COMPILER, compilers
from paramscape.study import Study


def check_machine(study: Study, report: Report) -> None:
    """Add what this machine lacks."""
    _check_compiler(report)
    _check_results(Path("results") / study.study.name, report)
    if study.vic.executable is not None:
        _check_real_program(study, report)
    if study.compute.device == "cuda":
        _check_gpu(study, report)


def _check_compiler(report: Report) -> None:
    if os.environ.get("PARAMSCAPE_VIC") == "eager":
        report.warn(Finding("PARAMSCAPE_VIC is eager: VIC runs uncompiled, many times slower"))
    elif not (found := compilers()):
        report.warn(Finding(NO_COMPILER))
    else:
        report.good.append(f"compiler: {found[0]}")


def _check_results(folder: Path, report: Report) -> None:
    there = folder
    while not there.exists():
        there = there.parent
    try:
        with tempfile.TemporaryFile(dir=there):
            pass
    except OSError as error:
        report.error(
            Finding(
                f"results cannot be written there ({error.strerror or error})",
                str(there.resolve()),
                cure="start the study in a folder that you may write to",
            )
        )
        return
    report.good.append(f"results: {folder} can be written")


def _check_real_program(study: Study, report: Report) -> None:
    program = study.vic.executable
    if program.is_file() and not os.access(program, os.X_OK):
        report.error(
            Finding("the program may not be executed", str(program), cure=f"chmod +x {program}")
        )
    starter = study.vic.mpirun[0]
    if study.vic.processes > 1 and shutil.which(starter) is None:
        report.error(
            Finding(
                f"vic.processes is {study.vic.processes}, but vic.mpirun starts with {starter}, "
                "which is not there",
                cure="install MPI, name its program in vic.mpirun, or set vic.processes to 1",
            )
        )


def _check_gpu(study: Study, report: Report) -> None:
    from paramscape.simulators.device import NoGpuError, device_of

    try:
        report.good.append(f"device: {device_of(study.compute)}")
    except NoGpuError as error:
        report.error(Finding(str(error)))
