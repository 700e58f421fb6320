"""Embedded VIC as the simulator of a calibration."""

from datetime import timedelta
from typing import Any

import torch
from torch import Tensor

from paramscape.simulators.interface import Windows
from paramscape.simulators.state_cache import StateCache
from paramscape.simulators.vic.engine import Engine
from paramscape.simulators.vic.stateful_vic import StatefulVic
from paramscape.study import LearningPeriods, Period


class VicSimulator:
    """Embedded VIC; gradients flow through its physics.

    A window starts from a state in the simulator's state cache, with relative moisture: the
    state stays possible when the depths of the layers change.

    Args:
        engine: VIC in the precision of learning.
        periods: training period, and warm-up before it.
        cache_every: days between two kept states.
        progress: whether continuous runs show a bar on stderr.
    """

    name = "vic"
    is_stateful = True

    def __init__(
        self,
        engine: Engine,
        periods: LearningPeriods,
        cache_every: int = 10,
        progress: bool = False,
    ):
        self.engine, self.periods, self._progress = engine, periods, progress
        self._model = StatefulVic(engine, periods)
        self._cache = StateCache(self._model, periods, cache_every)

    @torch.no_grad()
    def run(
        self, parameters: Tensor, period: Period, warmup_days: int | None = None
    ) -> dict[str, Tensor]:
        """Simulate continuously; see `Simulator.run` and `StateCache.start_of_run`.

        Raises:
            RuntimeError: for a short warm-up before the first `respin`.
        """
        self.engine.require_values(parameters)
        start = self._cache.start_of_run(parameters, period, warmup_days)
        day = self.periods.train.start + timedelta(start.day)
        land = self._model.land(parameters)
        return self.engine.simulate(land, day, period, self._progress, start.state)

    def respin(self, parameters: Tensor) -> None:
        """Run warm-up and training period once and keep the states on the way."""
        self.engine.require_values(parameters)
        self._cache.respin(parameters)

    def simulate_windows(self, parameters: Tensor, windows: Windows) -> dict[str, Tensor]:
        """Simulate windows side by side; see `Simulator.simulate_windows`.

        Raises:
            RuntimeError: before the first `respin`.
            ValueError: if a window leaves the training period.
        """
        self.engine.require_values(parameters)
        land = self._model.land(parameters)
        if windows.cells is not None:
            land = land.select(windows.cells)
        values = self._cache.starts(land, windows)
        simulated = self._model.windows(land, values, windows)
        self._cache.renew(simulated.values, windows)
        return self.engine.targets(simulated.outputs, land, simulated.moisture_before)

    def state_dict(self) -> dict[str, Any]:
        """The kept states."""
        return self._cache.state_dict()

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restore the kept states from `state_dict`."""
        self._cache.load_state_dict(state)
