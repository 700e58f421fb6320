"""The real VIC program: its run folder, and checks of its inputs and outputs."""

from paramscape.vic.executable.errors import CaseError, ExecutableError, ProgramError
from paramscape.vic.executable.folder import CaseFiles
from paramscape.vic.executable.program import Program
from paramscape.vic.executable.run_case import run_case

__all__ = ["CaseError", "CaseFiles", "ExecutableError", "Program", "ProgramError", "run_case"]
