"""Processes that share VIC's cells learn what one learns."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from paramscape.calibration import CALIBRATORS
from paramscape.calibration.problem import Problem
from paramscape.jobs.checkpoint import Checkpoint, RunPaths
from paramscape.simulators.distributed import DistributedSimulator, SimulatorShard, cells_of_rank
from paramscape.simulators.interface import Windows
from paramscape.simulators.vic.engine import Engine
from paramscape.simulators.vic.simulator import VicSimulator
from paramscape.simulators.workers import start_workers
from paramscape.study import CellSceua, DplA, DplWindows, GanPo, StatefulWindows, Vic
from paramscape.study.parameters import GAN_PO_PARAMETERS

METHODS = {
    "gan-po": GanPo(epochs=3, channels=4, stateful=StatefulWindows(days=8, windows=2)),
    "dpl-a": DplA(epochs=3, hidden=8, cells=3, dropout=0.0, stateful=DplWindows(days=8, windows=2)),
    "cell-sceua": CellSceua(complexes=2, max_evaluations=60, warmup_days=5),
}


def shard_of(rank, size, params, forcing, cells, periods):
    """VIC of one rank's cells."""
    torch.set_num_threads(1)
    own = cells_of_rank(cells, rank, size)
    engine = Engine.of(params, forcing, own, Vic(), GAN_PO_PARAMETERS)
    return SimulatorShard(VicSimulator(engine, periods), rank, size, "cpu")


@pytest.fixture(scope="module")
def pair(case, periods):
    """The four cells in two processes."""
    with start_workers(2, shard_of, *case, periods) as processes:
        yield DistributedSimulator(processes)


def calibrate(problem: Problem, method: str, place) -> torch.Tensor:
    run_paths = RunPaths(place / "history.csv", Checkpoint(place / "checkpoint.pt", "test"))
    return CALIBRATORS[method](problem, METHODS[method], run_paths, 5)


@pytest.mark.parametrize("method", METHODS)
def test_two_processes_find_the_fields_that_one_finds(pair, method, problem, tmp_path) -> None:
    alone = problem("et")
    expected = calibrate(alone, method, tmp_path / "alone")
    found = calibrate(replace(alone, simulator=pair), method, tmp_path / "together")
    torch.testing.assert_close(found, expected, rtol=1e-6, atol=1e-9)
    assert not torch.allclose(expected, alone.default)


@pytest.mark.parametrize("cells", [None, [3, 0, 1], [2], [1, 3]])
def test_fluxes_and_gradients_are_those_of_one_process(
    pair, engine, periods, members, cells
) -> None:
    windows = Windows(torch.tensor([4, 12]), 6, None if cells is None else torch.tensor(cells))
    results = []
    for simulator in (VicSimulator(engine, periods), pair):
        values = members[0].clone().requires_grad_()
        simulator.respin(members[1])
        fluxes = simulator.simulate_windows(values, windows)
        (fluxes["et"].sum() + fluxes["soil_moisture"].square().sum()).backward()
        results.append((fluxes, values.grad))
    for name, flux in results[0][0].items():
        torch.testing.assert_close(results[1][0][name], flux, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(results[1][1], results[0][1], rtol=1e-9, atol=1e-12)


def test_a_training_goes_on_with_another_number_of_processes(
    pair, problem, tmp_path, monkeypatch
) -> None:
    alone = problem("et")
    expected = calibrate(alone, "dpl-a", tmp_path / "whole")
    windows = []

    def until_killed(parameters, given, simulate=pair.simulate_windows):
        windows.append(given)
        if len(windows) > 5:
            raise KeyboardInterrupt
        return simulate(parameters, given)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(pair, "simulate_windows", until_killed)
        calibrate(replace(alone, simulator=pair), "dpl-a", tmp_path / "killed")
    assert (tmp_path / "killed/checkpoint.pt").exists()
    found = calibrate(problem("et"), "dpl-a", tmp_path / "killed")
    torch.testing.assert_close(found, expected, rtol=1e-6, atol=1e-9)
