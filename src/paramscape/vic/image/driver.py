"""Runs a case given by VIC's global parameter file."""

from pathlib import Path

import torch

from paramscape.vic.image.global_file import GlobalFile, GlobalFileError, read_global_file
from paramscape.vic.image.history import History
from paramscape.vic.image.inputs import read_domain, read_parameters, yearly_forcing
from paramscape.vic.outputs import OUTPUTS
from paramscape.vic.simulate import Running, simulate


def run_global(path: Path | str, progress: bool = False) -> list[Path]:
    """Run the case of a global parameter file, in float64, and write its history files.

    Paths in the file are relative to the working directory, as for VIC's own executable. Inputs
    are checked before the first step, forcing year by year.

    Args:
        path: the global parameter file.
        progress: show a bar for each year.

    Returns:
        The files written, one for each OUTFILE: RESULT_DIR/OUTFILE.<start>.nc.

    Raises:
        ValueError: for options, files or values that the model cannot run with.
        FileNotFoundError: for a folder or file that does not exist.
    """
    run = read_global_file(path)
    names = _output_names(run)
    if not run.result_dir.is_dir():
        raise FileNotFoundError(f"RESULT_DIR {run.result_dir} does not exist; make it first")
    domain = read_domain(run)
    parameters, active = read_parameters(run, domain)
    histories = [History(run, stream, domain, active) for stream in run.streams]
    state, running = None, Running(progress=progress)
    try:
        for _, forcing in yearly_forcing(run, domain, active):
            with torch.inference_mode():
                result = simulate(parameters, forcing, run.options, state, names, running)
            state = result.state
            outputs = {
                name: values.movedim(1, -1).numpy() for name, values in result.outputs.items()
            }
            for history in histories:
                history.add(outputs)
    finally:
        written = [history.close() for history in histories]
    return written


def _output_names(run: GlobalFile) -> tuple[str, ...]:
    names = {variable.name: None for stream in run.streams for variable in stream.variables}
    unknown = [name for name in names if name not in OUTPUTS]
    if unknown:
        raise GlobalFileError(
            f"OUTVAR {', '.join(unknown)} is not an output of this model in water-balance mode; "
            f"there are {', '.join(OUTPUTS)}"
        )
    if not names:
        raise GlobalFileError("no OUTVAR is given; name at least one below each OUTFILE")
    return tuple(names)
