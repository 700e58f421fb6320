"""Run compiled simulations on all threads, with gradients."""

import ctypes
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from paramscape.vic.engine.compiled.build import program
from paramscape.vic.engine.compiled.kernels import CompileOptions
from paramscape.vic.engine.compiled.layout import GROUPS

MOST_LANES_OF_A_RANGE, LEAST_LANES_OF_A_RANGE = 512, 64
RANGES_OF_A_THREAD = 4  # at least, so that threads end at nearly the same time
STEPS_OF_A_RANGE = 64
INTEGERS = (
    "lanes", "steps", "substeps", "runoff_steps", "model_steps", "shown", "shown_rows",
    "cover_lanes", "weather_cells", "clocks", "cells", "snow_cells",
)  # fmt: skip
REALS = ("step_seconds", "substep_seconds")
ARRAYS = (
    "constants", "cover", "cover_lane", "forcing", "weather", "may_snow", "weather_cell",
    "snow_cell", "clock", "month", "thawing", "weight", "cell", "show", "state", "tape",
    "shown_cells", "d_shown_cells", "d_state", "d_constants", "d_cover", "d_weather", "d_forcing",
    "d_weight",
)  # fmt: skip


INPUTS = ("constants", "cover", "weight", "forcing")


class _Job(ctypes.Structure):
    """The structure Job of forward.h."""

    _fields_ = (
        *((name, ctypes.c_int64) for name in INTEGERS),
        *((name, ctypes.c_double) for name in REALS),
        *((name, ctypes.c_void_p) for name in ARRAYS),
    )


class LaneConstants(NamedTuple):
    """The lanes of a simulation."""

    constants: Tensor  # (row, lane), see `layout.rows_of_constants`
    cover: Tensor  # (month, row, lane) of `site.Cover`
    weight: Tensor  # (lane,) share of the cell's area


class LaunchArgs(NamedTuple):
    """Arguments of a compiled simulation besides the arrays that have a gradient."""

    options: CompileOptions
    sizes: dict[str, int | float]
    arrays: dict[str, Tensor]  # of `ARRAYS`
    group: Tensor  # (lane,) ascending; lanes of a cell are of one group
    progress: bool  # show a bar
    one_thread: bool  # where lanes of different threads would add to the same weather


def simulate_compiled(
    args: LaunchArgs, land: LaneConstants, forcing: Tensor, state: Tensor
) -> tuple[Tensor, Tensor]:
    """Outputs (step, row, cell) and the state (variable, lane) after the last step.

    Args:
        args: sizes, indices and options.
        land: of the lanes.
        forcing: (step, substep, row, cell) in the order of `forcing.WEATHER`.
        state: (variable, lane) before the first step.
    """
    return _Simulated.apply(args, *land, forcing, state)


class _Simulated(torch.autograd.Function):
    @staticmethod
    def forward(ctx, args: LaunchArgs, *arrays_and_state: Tensor):
        """Simulate; keeps the state before every step where a gradient is wanted."""
        sizes, with_gradient = args.sizes, any(ctx.needs_input_grad)
        *inputs, state = arrays_and_state
        inputs = [value.detach().contiguous() for value in inputs]
        after = state.detach().clone(memory_format=torch.contiguous_format)
        shown = after.new_zeros(sizes["steps"], sizes["shown_rows"], sizes["cells"])
        tape = after.new_empty(sizes["steps"], *after.shape) if with_gradient else None
        arrays = dict(zip(INPUTS, inputs, strict=True))
        steps, substeps, _, cells = arrays["forcing"].shape
        arrays["weather"] = after.new_empty(steps, 1 + substeps, GROUPS["weather"], cells)
        given = {**arrays, "state": after, "tape": tape, "shown_cells": shown}
        _run("run_weather", args, given, _steps(args))
        _run("run_forward", args, given, _lanes(args))
        ctx.launch, ctx.given, ctx.tape = args, arrays, tape
        return shown, after

    @staticmethod
    def backward(ctx, d_shown: Tensor, d_after: Tensor):
        """Walk back from the last step; every step is computed again from its stored state."""
        arrays, sizes = ctx.given, ctx.launch.sizes
        d_state = d_after.clone(memory_format=torch.contiguous_format)
        found = {"d_constants": torch.empty_like(arrays["constants"]), "d_state": d_state}
        wants = dict(zip(("args", *INPUTS, "state"), ctx.needs_input_grad, strict=True))
        if wants["cover"]:
            found["d_cover"] = d_state.new_empty(12, GROUPS["cover"], sizes["lanes"])
        if wants["forcing"]:
            found["d_weather"] = torch.zeros_like(arrays["weather"])
            found["d_forcing"] = torch.empty_like(arrays["forcing"])
        if wants["weight"]:
            found["d_weight"] = torch.empty_like(arrays["weight"])
        given = {**arrays, "tape": ctx.tape, "d_shown_cells": d_shown.contiguous()}
        _run("run_backward", ctx.launch, {**given, **found}, _lanes(ctx.launch))
        if wants["forcing"]:
            _run("run_weather_backward", ctx.launch, {**given, **found}, _steps(ctx.launch))
        d_cover = _gathered(found.get("d_cover"), ctx.launch.arrays["cover_lane"], arrays["cover"])
        rest = (found.get("d_weight"), found.get("d_forcing"), d_state)
        return None, found["d_constants"], d_cover, *rest


def _gathered(of_lanes: Tensor | None, index: Tensor, like: Tensor) -> Tensor | None:
    """Sum over the lanes that share a lane of the cover."""
    if of_lanes is None:
        return None
    return torch.zeros_like(like).index_add_(2, index.long(), of_lanes)


Ranges = list[tuple[int, int]]


def _run(name: str, args: LaunchArgs, arrays: dict[str, Tensor | None], ranges: Ranges) -> None:
    """Call a function of the program on all ranges of lanes or steps, on all threads."""
    arrays = {**args.arrays, **arrays}
    pointers = {name: None if a is None else a.data_ptr() for name, a in arrays.items()}
    job = _Job(**args.sizes, **pointers)
    with_gradient = arrays["tape"] is not None
    call = getattr(program(args.options, arrays["constants"].dtype, with_gradient), name)
    together = name == "run_backward" and args.one_thread

    def work(first_and_last: tuple[int, int]) -> None:
        call(ctypes.byref(job), *(ctypes.c_int64(place) for place in first_and_last))

    with ThreadPoolExecutor(1 if together else torch.get_num_threads()) as pool:
        done = pool.map(work, ranges)
        hidden = not args.progress or name != "run_forward"
        list(tqdm(done, total=len(ranges), disable=hidden, desc="VIC", unit="part"))


def _lanes(args: LaunchArgs) -> Ranges:
    """Cut the lanes between groups, so that no two threads write to the same cell."""
    group = args.group.numpy()
    threads = torch.get_num_threads()
    rounds = max(RANGES_OF_A_THREAD, -(-len(group) // (threads * MOST_LANES_OF_A_RANGE)))
    lanes = max(LEAST_LANES_OF_A_RANGE, -(-len(group) // (threads * rounds)))
    wanted = np.arange(lanes, len(group), lanes)
    return _between([0, *np.searchsorted(group, group[wanted]), len(group)])


def _steps(args: LaunchArgs) -> Ranges:
    steps = args.sizes["steps"]
    return _between([*range(0, steps, STEPS_OF_A_RANGE), steps])


def _between(bounds: list[int]) -> Ranges:
    places = sorted({int(bound) for bound in bounds})
    return list(pairwise(places))
