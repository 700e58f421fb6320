"""Errors of the real VIC program and of its cases."""


class CaseError(ValueError):
    """An input that VIC would refuse or silently misread, or an impossible output."""


class ProgramError(RuntimeError):
    """The program does not start, ends with an error, or does not end."""


class ExecutableError(RuntimeError):
    """A run that failed, with the cause and its folder."""
