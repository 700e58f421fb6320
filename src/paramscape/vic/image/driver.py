"""Running a case of VIC's global parameter file."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cftime
import numpy as np
import torch

from paramscape.vic.engine.compiled import compiled_here
from paramscape.vic.image.constants_file import constants_of
from paramscape.vic.image.forcing_files import check_forcing_files, forcing_windows
from paramscape.vic.image.global_file import GlobalFile, read_global_file
from paramscape.vic.image.history import History
from paramscape.vic.image.inputs import read_case
from paramscape.vic.image.logs import logging_to
from paramscape.vic.image.state_file import StateLayout, read_state, write_state
from paramscape.vic.outputs import OUTPUTS
from paramscape.vic.simulate import Running, simulate
from paramscape.vic.state import VARIABLES, State

log = logging.getLogger(__name__)


def run_global(path: Path | str, progress: bool = False, conserve: bool = False) -> list[Path]:
    """Run the case of a global parameter file, in float64, and write its history and state files.

    Paths in the file are relative to the working directory, as for VIC's program. All
    headers are checked before the first step, values of the forcing window by window. A file
    appears under its name when it is complete.

    Args:
        path: the global parameter file.
        progress: show a bar for each window.
        conserve: keep the water that VIC 5.1 loses, see `Options.water_balance`.

    Returns:
        The history files written, in the order of their OUTFILE, and the state file.

    Raises:
        ValueError: for options, files or values that the model cannot run with, and for a state
            with values that are not finite.
        FileNotFoundError: for a folder or file that does not exist.
    """
    run = read_global_file(path)
    if conserve:
        run = replace(run, options=replace(run.options, water_balance="conserve"))
    with logging_to(run.log_dir):
        log.info("global parameter file %s: %s to %s", path, run.start, run.end)
        with constants_of(run.constants):
            written = _run(run, progress)
        for file in written:
            log.info("wrote %s", file)
    return written


def _run(run: GlobalFile, progress: bool) -> list[Path]:
    _check_folders(run)
    parameters, grid = read_case(run)
    check_forcing_files(run, grid)
    layout = StateLayout(parameters, run.options, grid)
    running = Running(progress=progress, columns=layout.columns)
    state = read_state(run.initial_state, layout) if run.initial_state else None
    histories = [History(run, stream, grid) for stream in run.streams]
    saved: list[Path] = []
    _mention_slow(run)
    try:
        for end, forcing in forcing_windows(run, grid, _values_kept(histories)):
            with torch.inference_mode():
                result = simulate(parameters, forcing, run.options, state, _names(run), running)
            state = result.state
            _check_finite(state, layout, end)
            _add(histories, result.outputs)
            if run.state and end == run.state.time:
                saved.append(_save(run, state, layout))
            log.info("simulated until %s", end)
        return [path for history in histories for path in history.close()] + saved
    finally:
        for history in histories:
            history.discard()


def _check_finite(state: State, layout: StateLayout, end: cftime.datetime) -> None:
    """Refuse a state that is not finite, because later steps would spread or hide it."""
    broken = ~torch.isfinite(state.values)
    if broken.any():
        row, column = (int(v) for v in torch.nonzero(broken)[0])
        columns = layout.columns
        raise ValueError(
            f"{VARIABLES[row]} became {float(state.values[row, column])} before {end} in "
            f"{layout.grid.place(int(columns.cell[column]))}, vegetation class "
            f"{int(columns.kind[column]) + 1}, band {int(columns.band[column]) + 1}; look at the "
            "parameters and the forcing of that cell"
        )


def _check_folders(run: GlobalFile) -> None:
    folders = {"RESULT_DIR": run.result_dir}
    if run.state:
        folders["STATENAME"] = run.state.path.parent
    for name, folder in folders.items():
        if not folder.is_dir():
            raise FileNotFoundError(f"{name}: the folder {folder} does not exist; make it first")


def _names(run: GlobalFile) -> tuple[str, ...]:
    return tuple(dict.fromkeys(v.name for stream in run.streams for v in stream.variables))


def _mention_slow(run: GlobalFile) -> None:
    slow = [name for name in _names(run) if not OUTPUTS[name].by_lane]
    if slow and compiled_here(torch.device("cpu")):
        log.warning(
            "%s%s: not compiled, so that the run takes several times as long as without them",
            ", ".join(slow[:3]), f" and {len(slow) - 3} more" if len(slow) > 3 else "",
        )  # fmt: skip


def _values_kept(histories: Sequence[History]) -> int:
    """Approximate number of values per step and cell that the histories need."""
    return 3 * sum(len(history.stream.variables) for history in histories)


def _add(histories: Sequence[History], outputs: dict[str, torch.Tensor]) -> None:
    arrays: dict[str, np.ndarray] = {
        name: values.movedim(1, -1).numpy() for name, values in outputs.items()
    }
    for history in histories:
        history.add(arrays)


def _save(run: GlobalFile, state: State, layout: StateLayout) -> Path:
    request = run.state
    return write_state(
        request.path, state, layout, request.time, request.file_format, run.time_units
    )
