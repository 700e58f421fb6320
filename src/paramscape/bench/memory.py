"""Memory of an ensemble, with the default chunk and with a set one."""

import torch

from paramscape.bench.measure import run_fresh
from paramscape.bench.probe import Job
from paramscape.bench.session import Bench
from paramscape.bench.table import Row

GROUP = "memory"
SET = 4096  # lanes at once
GIGABYTE = 1e9


def measure_memory(bench: Bench) -> list[Row]:
    """Peak memory of the daily ensemble above its inputs', in a fresh process."""
    members = bench.members("daily")
    inputs = bench.inputs("daily").with_members(members).to(torch.float32)
    rows = []
    for lanes in (None, min(SET, max(1, inputs.lanes // 4))):
        job = Job(inputs, lanes_at_once=lanes, threads=bench.cores)
        found = run_fresh("paramscape.bench.probe", job)
        chunk = f"{lanes} lanes at once" if lanes else "default chunk"
        extra = (found["peak"] - found["before"]) / GIGABYTE
        note = f"of which the outputs are {found['outputs'] / GIGABYTE:.3g} GB"
        what = f"daily, {members} members ({inputs.lanes} lanes), float32, {chunk}"
        rows.append(Row(GROUP, what, extra, "GB", note=note))
    return rows
