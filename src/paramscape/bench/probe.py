"""One simulation in a new process, for start-up time and memory."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import torch

from paramscape.bench.case import Inputs
from paramscape.bench.measure import peak, resident
from paramscape.bench.simulation import run, run_with_gradient
from paramscape.vic import Forcing, Options, Parameters


@dataclass(frozen=True)
class Job:
    """A simulation to run."""

    inputs: Inputs
    with_gradient: bool = False
    lanes_at_once: int | None = None
    threads: int = 1
    warm_up: bool = True


def main(path: Path) -> dict[str, int]:
    """Simulate, and print memory before and at its peak, with the share of outputs [bytes]."""
    job_class = (Job, "paramscape.bench.probe.Job")  # here it is __main__'s
    with torch.serialization.safe_globals([job_class, Inputs, Parameters, Forcing, Options]):
        job: Job = torch.load(path, weights_only=True)
    torch.set_num_threads(job.threads)
    if job.warm_up:
        _simulate(job, job.inputs.of_cells(slice(0, 2)).of_days(2))
    before = resident()
    outputs = _simulate(job, job.inputs)
    held = sum(v.nbytes for v in outputs.values())
    return {"before": before, "peak": peak(), "outputs": held}


def _simulate(job: Job, inputs: Inputs) -> dict[str, torch.Tensor]:
    if job.with_gradient:
        return run_with_gradient(inputs)
    return run(inputs, job.lanes_at_once)


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))
