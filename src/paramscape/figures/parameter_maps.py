"""Maps of the estimated parameters, on a twin below the true ones."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from paramscape.figures._inputs import active_cells, require_dims
from paramscape.figures._maps import (
    draw_map,
    map_proportion,
    outer_labels_only,
    shared_scale,
)
from paramscape.figures._page import PAGE_WIDTH, page, pretty_units, wrapped
from paramscape.figures.caption import Caption
from paramscape.figures.collect import mask_of, parameters_of_runs
from paramscape.figures.job import FigureJob
from paramscape.files import read_dataset
from paramscape.study.parameters import CATALOGUE
from paramscape.study.quantities import UNITS

_TRUTH = "truth"
LOGARITHMIC = tuple(p.name for p in CATALOGUE if p.scale == "log")


def make(job: FigureJob) -> None:
    """Draw the fields of all runs, on a twin below the true ones."""
    estimates = parameters_of_runs(job.inputs["parameters"])
    truth = job.optional_file("truth")
    draw(
        estimates,
        mask_of(job.file("domain")),
        job.stem,
        Caption(job.settings["study.title"]),
        truth=read_dataset(truth, "parameters")["parameters"] if truth else None,
    )


def draw(
    parameters: xr.DataArray,
    mask: xr.DataArray,
    stem: Path,
    caption: Caption,
    *,
    truth: xr.DataArray | None = None,
    logarithmic: Collection[str] = LOGARITHMIC,
) -> None:
    """Draw parameter fields, a row per run and a column per parameter.

    Each column has one colour scale. A known truth is the first row; the other maps then give
    their correlation r with it over active cells (of logarithms on a logarithmic scale), which a
    uniform field does not have.

    Args:
        parameters: (run, parameter, lat, lon) estimates in the parameters' units.
        mask: (lat, lon) active cells.
        stem: path of the files without `.png` and `.pdf`.
        caption: words for the title; its quantity and period are not used.
        truth: (parameter, lat, lon) true fields, or None.
        logarithmic: parameters drawn on a logarithmic colour scale.

    Raises:
        ValueError: dimensions or grids differ, or the truth has other parameters.
    """
    require_dims(parameters, ("run", "parameter", "lat", "lon"), "parameters")
    active = active_cells(mask, parameters)
    fields = _with_truth(parameters, truth).where(active)
    names = [str(name) for name in fields["parameter"].values]
    rows, columns = fields.sizes["run"], len(names)
    width = PAGE_WIDTH * max(1.0, columns / 7)
    panel_height = (width - 1.2) / columns * map_proportion(mask)
    with page(stem, width, 1.1 + rows * (panel_height + 0.2), "compressed") as figure:
        figure.suptitle(caption.title("estimated parameters"))
        axes = figure.subplots(rows, columns, squeeze=False)
        for column, name in zip(axes.T, names, strict=True):
            maps, on_log = fields.sel(parameter=name), name in logarithmic
            _draw_parameter(figure, column, maps, active, on_log)
            if truth is not None:
                _write_correlations(column, maps, active, on_log)
        _label(axes, fields)


def _label(axes: np.ndarray, fields: xr.DataArray) -> None:
    """Name the columns (parameter) and rows (run) of the maps, and keep the outer degrees."""
    for ax, name in zip(axes[0], fields["parameter"].values, strict=True):
        ax.set_title(str(name))
    for ax, run in zip(axes[:, 0], fields["run"].values, strict=True):
        ax.set_ylabel(wrapped(str(run)))
    outer_labels_only(axes)


def _with_truth(parameters: xr.DataArray, truth: xr.DataArray | None) -> xr.DataArray:
    if truth is None:
        return parameters
    require_dims(truth, ("parameter", "lat", "lon"), "truth")
    known, asked = truth["parameter"].values.tolist(), parameters["parameter"].values.tolist()
    if known != asked:
        raise ValueError(f"The truth holds the estimated parameters {asked}; got {known}")
    return xr.concat([truth.expand_dims(run=[_TRUTH]), parameters], "run", join="override")


def _draw_parameter(
    figure: Figure, axes: np.ndarray, maps: xr.DataArray, active: np.ndarray, logarithmic: bool
) -> None:
    """Draw one parameter's maps (run) with their colour bar."""
    scale = shared_scale(maps.values, "viridis", logarithmic=logarithmic)
    for ax, field in zip(axes, maps, strict=True):
        draw_map(ax, field, active, scale)
    bar = figure.colorbar(
        scale.mappable(), ax=list(axes), extend=scale.extend, location="bottom", aspect=9, pad=0.015
    )
    bar.ax.tick_params(labelsize=6.5)
    units = UNITS.get(str(maps["parameter"].item()), "1")
    bar.set_label("[–]" if units == "1" else f"[{pretty_units(units)}]")
    ends = [scale.norm.vmin, scale.norm.vmax]
    bar.set_ticks(ends, labels=[f"{end:.2g}" for end in ends])
    bar.minorticks_off()


def _write_correlations(
    axes: np.ndarray, maps: xr.DataArray, active: np.ndarray, logarithmic: bool
) -> None:
    cells = maps.values[:, active]
    if logarithmic:
        cells = np.log(np.where(cells > 0, cells, np.nan))
    for ax, estimate in zip(axes[1:], cells[1:], strict=True):
        varies = np.ptp(estimate) > 1e-9 and np.ptp(cells[0]) > 1e-9
        ax.set_title(f"r = {np.corrcoef(cells[0], estimate)[0, 1]:.2f}" if varies else "r = –")
