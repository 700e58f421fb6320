"""Errors of float32: the same VIC cases in both precisions, output by output."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from paramscape.vic.image.constants_file import constants_of
from paramscape.vic.image.forcing_files import check_forcing_files, forcing_windows
from paramscape.vic.image.global_file import GlobalFile, read_global_file
from paramscape.vic.image.inputs import read_case
from paramscape.vic.image.state_file import StateLayout, read_state
from paramscape.vic.outputs import OUTPUTS
from paramscape.vic.simulate import simulate

TARGET = 1e-3  # largest relative difference of a total
LEAST = 1.0  # [unit of the output]; a smaller total counts as this much
COMPARED = (
    "OUT_EVAP", "OUT_RUNOFF", "OUT_BASEFLOW", "OUT_SOIL_MOIST", "OUT_SWE", "OUT_EVAP_CANOP",
    "OUT_TRANSP_VEG", "OUT_EVAP_BARE", "OUT_SUB_SNOW", "OUT_SUB_CANOP", "OUT_SNOW_MELT",
    "OUT_SNOW_DEPTH", "OUT_SNOW_CANOPY", "OUT_WDEW", "OUT_INFLOW", "OUT_PET", "OUT_PREC",
)  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """Difference of float32 from float64 in one output of one case.

    Totals are sums over days and layers (of the daily values of a storage), in the
    output's unit. Days are those of single cells.
    """

    case: str
    output: str
    total: float  # mean of the cells, in float64
    relative: float  # |float32 - float64| / total of the mean of the cells
    worst_cell: float  # the same of the cell where it is largest
    worst_day: float  # largest absolute difference of a day

    @property
    def within_target(self) -> bool:
        """Whether the totals of all cells differ by at most `TARGET`."""
        return self.worst_cell <= TARGET


def precision_errors(
    cases: Iterable[Path], outputs: tuple[str, ...] = COMPARED
) -> Iterator[Difference]:
    """Run VIC cases in float64 and float32 and compare their outputs.

    Args:
        cases: folders with a `global.txt` whose paths are relative to the folder.
        outputs: names of VIC's outputs. Outputs that are always 0 in a case are left out.

    Raises:
        ValueError: if a case cannot be run.
        FileNotFoundError: if a folder has no `global.txt`.
    """
    for folder in cases:
        exact, single = (_daily(folder, dtype, outputs) for dtype in (torch.float64, torch.float32))
        for name in outputs:
            if exact[name].any():
                yield _difference(folder.name, name, exact[name], single[name])


def _daily(folder: Path, dtype: torch.dtype, outputs: tuple[str, ...]) -> dict[str, Tensor]:
    """Daily values (day, cell) of a case in float64, computed in `dtype`."""
    run = _inside(folder, read_global_file(folder / "global.txt"))
    parts: dict[str, list[Tensor]] = {name: [] for name in outputs}
    with constants_of(run.constants):
        parameters, grid = read_case(run)
        check_forcing_files(run, grid)
        layout = StateLayout(parameters, run.options, grid)
        state = read_state(run.initial_state, layout) if run.initial_state else None
        parameters = parameters.to(dtype)
        for _, forcing in forcing_windows(run, grid, len(outputs)):
            with torch.inference_mode():
                result = simulate(parameters, forcing, run.options, state, outputs)
            state = result.state
            for name, values in result.outputs.items():
                parts[name].append(_days(name, values.double(), run.options.model_steps_per_day))
    return {name: torch.cat(values) for name, values in parts.items()}


def _inside(folder: Path, run: GlobalFile) -> GlobalFile:
    optional = {
        name: folder / path
        for name in ("initial_state", "constants")
        if (path := getattr(run, name)) is not None
    }
    return replace(
        run,
        domain=folder / run.domain,
        parameters=folder / run.parameters,
        forcing_prefix=os.path.join(folder, run.forcing_prefix),
        forcing={
            field: (os.path.join(folder, prefix), name)
            for field, (prefix, name) in run.forcing.items()
        },
        state=None,
        **optional,
    )


def _days(name: str, values: Tensor, steps: int) -> Tensor:
    days = values.unflatten(0, (-1, steps))
    daily = days.sum(1) if OUTPUTS[name].metadata.over_time == "sum" else days[:, -1]
    return daily.sum(-1) if daily.ndim == 3 else daily


def _difference(case: str, name: str, exact: Tensor, single: Tensor) -> Difference:
    cells, found = exact.sum(0), single.sum(0)
    total = float(cells.mean())
    apart = abs(float((found - cells).mean()))
    return Difference(
        case=case,
        output=name,
        total=total,
        relative=apart / max(abs(total), LEAST),
        worst_cell=float(((found - cells).abs() / cells.abs().clamp(min=LEAST)).max()),
        worst_day=float((single - exact).abs().max()),
    )


def precision_table(differences: Iterable[Difference]) -> str:
    """The differences as a Markdown table; those above the target are bold."""
    lines = [
        "| case | output | total | relative difference | in the worst cell | largest of a day |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for d in differences:
        unit, name = OUTPUTS[d.output].metadata.unit, d.output.removeprefix("OUT_")
        worst = f"{d.worst_cell:.1e}" if d.within_target else f"**{d.worst_cell:.1e}**"
        columns = (d.case, name, f"{d.total:.4g} {unit}", f"{d.relative:.1e}", worst)
        lines.append(f"| {' | '.join(columns)} | {d.worst_day:.2g} {unit} |")
    return "\n".join(lines) + "\n"
