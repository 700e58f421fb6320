"""What can go wrong with the real VIC program."""


class CaseError(ValueError):
    """An input that VIC would refuse or silently misread, or an output that cannot be right."""


class ProgramError(RuntimeError):
    """The program does not start, ends with an error, or does not end."""


class ExecutableError(RuntimeError):
    """A run that failed: the cause, and where its folder is kept."""
