"""The real VIC program as a simulator, for verification."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from paramscape.grid.cells import Cells
from paramscape.simulators.interface import Windows
from paramscape.simulators.parameter_values import require_parameter_values
from paramscape.simulators.vic.daily_targets import daily_targets
from paramscape.simulators.vic.engine import options_of
from paramscape.study import Period, Periods, Vic
from paramscape.study.parameters import BY_NAME
from paramscape.vic import calibrated_dataset
from paramscape.vic.executable import CaseFiles, Program, run_case
from paramscape.vic.executable.check_outputs import BALANCE
from paramscape.vic.image.write_global import ImageCase


class VicImage:
    """VIC's own image driver, run with the study's files; it gives no gradients.

    Args:
        program: how VIC is started.
        names: of the calibrated parameters, in the order of all values.
        files: domain, uncalibrated parameters and forcing of the study.
        settings: how VIC is run.
        periods: every run starts cold at the beginning of the warm-up.
        folder: holds the run folders; those of failed runs are kept.
    """

    name = "vic-image"
    is_stateful = False

    def __init__(
        self,
        program: Program,
        names: tuple[str, ...],
        files: CaseFiles,
        settings: Vic,
        periods: Periods,
        folder: Path,
    ):
        self.program, self.settings, self.periods, self.folder = program, settings, periods, folder
        self.names = _in_the_file(names)
        self.cells = Cells.of(files.domain)
        mask = files.domain["mask"]
        # VIC runs the cells of run_cell, which must be those of the study.
        self.files = replace(files, params=files.params.assign(run_cell=(mask > 0).astype("i4")))

    def run(
        self, parameters: Tensor, period: Period, warmup_days: int | None = None
    ) -> Mapping[str, Tensor]:
        """Simulate a period after the warm-up, members one after another; see `Simulator.run`.

        Raises:
            ValueError: if parameters have another shape or are not finite, or if `warmup_days` is
                given.
            ExecutableError: if VIC fails or its output cannot be right.
        """
        if warmup_days is not None:
            raise ValueError(
                "the real VIC program always runs the whole warm-up, so warmup_days must be None; "
                f"got {warmup_days}"
            )
        require_parameter_values(parameters, self.cells.count, self.names)
        if parameters.ndim == 2:
            return self._one(parameters, period, self.folder)
        members = [
            self._one(values, period, self.folder / f"member-{member}")
            for member, values in enumerate(parameters)
        ]
        return {name: torch.stack([m[name] for m in members]) for name in members[0]}

    def respin(self, parameters: Tensor) -> None:
        """Refused, because the real program gives no gradients."""
        raise NotImplementedError(_no_gradient())

    def simulate_windows(self, parameters: Tensor, windows: Windows) -> Mapping[str, Tensor]:
        """Refused, because the real program gives no gradients."""
        raise NotImplementedError(_no_gradient())

    def state_dict(self) -> dict[str, Any]:
        """No states, because each run starts cold."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Nothing to restore."""

    def _one(self, values: Tensor, period: Period, folder: Path) -> dict[str, Tensor]:
        start = self.periods.warmup.start
        case = ImageCase(options_of(self.settings, self.names), start, period.end, BALANCE)
        params = calibrated_dataset(self.files.params, values, self.names, self.cells.mask)
        outputs = run_case(case, replace(self.files, params=params), self.program, folder)
        first = (period.start - start).days
        wanted = {
            name: torch.from_numpy(np.ascontiguousarray(series[first:]))
            for name, series in outputs.items()
        }
        depth = self.cells.gather(params["depth"].transpose("nlayer", "lat", "lon")).T
        compared = self.settings.soil_moisture
        moisture = outputs["OUT_SOIL_MOIST"]
        before = torch.from_numpy(np.asarray(moisture[first - 1])) if first else None
        return daily_targets(wanted, torch.from_numpy(depth), 1, compared, before)


def _in_the_file(names: tuple[str, ...]) -> tuple[str, ...]:
    """Names of parameters, all of which VIC reads from its parameter file."""
    constant = [name for name in names if BY_NAME[name].extent == "constant"]
    if constant:
        raise ValueError(
            f"the real VIC program has one value of {', '.join(constant)} for all cells, in its "
            "file of constants, and cannot run calibrated fields of it; verify in the embedded VIC"
        )
    return names


def _no_gradient() -> str:
    return (
        "the real VIC program gives no gradients and serves for verification only; learn on the "
        "simulator vic, which has the same physics"
    )
