"""Calibrated values in VIC's parameters: as tensors with gradients, and in VIC's file."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from paramscape.study.parameters import BY_NAME, CATALOGUE, Parameter
from paramscape.vic.check_parameters import check_calibrated
from paramscape.vic.parameters import SOIL_OF_LAYER, Parameters
from paramscape.vic.read_parameters import CellReader, active_cells, read_residual

_READ = ("Ds", "Ws", "depth", "init_moist", "expt", "Wcr_FRACT", "Wpwp_FRACT")
_DENSITIES = ("bulk_density", "soil_density")


def with_calibrated(parameters: Parameters, values: Tensor, names: Sequence[str]) -> Parameters:
    """VIC's parameters with calibrated values in their place, differentiably.

    `study.parameters.CATALOGUE` says how each acts. Where depths change, initial moisture is
    scaled with them, which keeps the initial wetness. Where only Ws or Wcr_FRACT is calibrated, Ds
    or Wpwp_FRACT changes in proportion. Residual moisture is lowered to the wilting point where
    a calibrated wilting point lies below it.

    Args:
        parameters: what stays.
        values: (member?, cell, parameter) in the units of the catalogue.
        names: of the parameters, in the order of the last axis.

    Raises:
        ValueError: for values of another shape, and where they break a rule of
            `check_parameters`; names the member and the cell.
    """
    if values.shape[-1] != len(names) or values.shape[-2] != parameters.cells:
        raise ValueError(
            f"`values` has shape {tuple(values.shape)}; expected (member?, {parameters.cells} "
            f"cells, {len(names)} parameters: {', '.join(names)})"
        )
    values = values.to(parameters.latitude)
    changed = calibrated_soil(parameters.soil, dict(zip(names, values.unbind(-1), strict=True)))
    check_calibrated(changed, parameters)
    return parameters.replace(changed)


def calibrated_soil(soil: Mapping[str, Tensor], values: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The soil parameters that calibrated values change, by name.

    Args:
        soil: VIC's own, (cell,) or (cell, layer).
        values: (member?, cell) by the catalogue's name.
    """
    changed: dict[str, Tensor] = {}
    for name, value in values.items():
        parameter = BY_NAME[name]
        if parameter.extent == "layers":
            layers = soil["depth"].shape[-1]
            changed[name] = value[..., None].expand(*value.shape, layers)
        elif parameter.extent == "layer":
            changed["depth"] = _depth(soil["depth"], values)
        else:
            changed[name] = value
    if "depth" in changed:
        changed["init_moist"] = soil["init_moist"] * (changed["depth"] / soil["depth"])
    for parameter in CATALOGUE:
        if parameter.below and parameter.below.follows and parameter.name not in values:
            _follow(parameter, soil, changed)
    if "Wpwp_FRACT" in changed:
        porosity = 1.0 - soil["bulk_density"] / soil["soil_density"]
        wilting = changed["Wpwp_FRACT"] * porosity
        changed["resid_moist"] = torch.minimum(soil["resid_moist"], wilting)
    return changed


def _depth(old: Tensor, values: Mapping[str, Tensor]) -> Tensor:
    """Thickness of the layers (member?, cell, layer)."""
    layers = [values.get(f"depth{i + 1}", column) for i, column in enumerate(old.unbind(-1))]
    return torch.stack(torch.broadcast_tensors(*layers), -1)


def _follow(parameter: Parameter, soil: Mapping[str, Tensor], changed: dict[str, Tensor]) -> None:
    """Change a parameter in proportion to the calibrated one that it must stay below."""
    upper = parameter.below.upper
    if upper in changed:
        changed[parameter.name] = soil[parameter.name] * (changed[upper] / soil[upper])


def uncalibrated_values(soil: Mapping[str, Tensor], names: Sequence[str]) -> Tensor:
    """What VIC's parameters have of some parameters, (cell, parameter).

    Of a parameter that has one calibrated value for all layers, the mean over the layers, weighted
    by thickness.
    """
    depth = soil["depth"]

    def of(parameter: Parameter) -> Tensor:
        if parameter.uncalibrated is not None:
            return torch.full_like(depth[..., 0], parameter.uncalibrated)
        values = soil[parameter.variable]
        if parameter.extent == "layers":
            return (values * depth).sum(-1) / depth.sum(-1)
        return values if parameter.layer is None else values[..., parameter.layer]

    return torch.stack([of(BY_NAME[name]) for name in names], -1)


def calibrated_dataset(
    params: xr.Dataset,
    values: np.ndarray | Tensor,
    names: Sequence[str],
    mask: np.ndarray | xr.DataArray,
) -> xr.Dataset:
    """Set calibrated values in a VIC parameter file, as `with_calibrated` does.

    Factors multiply the file's values of all classes. The albedo of new snow becomes VIC's
    max_snow_albedo of all classes. Temperatures of rain and snow become variables of their own,
    which the embedded VIC reads and the real program does not know.

    Args:
        params: the open parameter file.
        values: (cell, parameter) of the active cells, see `with_calibrated`.
        names: of the parameters, in the order of the last axis.
        mask: (lat, lon), above 0 where a cell is active.

    Returns:
        A copy; cells that are not active keep what they had.

    Raises:
        ValueError: for values of another shape.
    """
    cells = CellReader(params, active_cells(params, mask))
    count = int(cells.active.sum())
    values = torch.as_tensor(values).detach().cpu().to(torch.float64)
    if tuple(values.shape) != (count, len(names)):
        raise ValueError(
            f"`values` has shape {tuple(values.shape)}; expected ({count} active cells, "
            f"{len(names)} parameters: {', '.join(names)})"
        )
    soil = {n: cells.read(n, *_layer_dim(n)) for n in (*_READ, *_DENSITIES) if n in params}
    if "resid_moist" in params:
        soil["resid_moist"] = read_residual(cells)
    changed = calibrated_soil(soil, dict(zip(names, values.unbind(-1), strict=True)))
    result = params.copy()
    for name, field in changed.items():
        parameter = BY_NAME.get(name)
        if parameter is None or parameter.extent in ("cell", "layers"):
            result[name] = _placed(params[name], field, cells.active, _layer_dim(name))
        else:
            variable, made = _of_calibration(parameter, params, field, cells.active)
            result[variable] = made
    return result


def _layer_dim(name: str) -> tuple[str, ...]:
    return ("nlayer",) if name in SOIL_OF_LAYER else ()


def _placed(
    old: xr.DataArray, values: Tensor, active: np.ndarray, dims: tuple[str, ...]
) -> xr.DataArray:
    """A variable (*dims, lat, lon) with new values (cell, *dims) in the active cells."""
    field = old.transpose(*dims, "lat", "lon").values.astype(float)
    field[..., active] = np.moveaxis(values.numpy(), 0, -1)
    return xr.DataArray(field, dims=(*dims, "lat", "lon"), attrs=old.attrs)


def _of_calibration(
    parameter: Parameter, params: xr.Dataset, values: Tensor, active: np.ndarray
) -> tuple[str, xr.DataArray]:
    """Name and field of the variable that holds values (cell,) which are not the file's own."""
    if parameter.extent == "factor":
        old = params[parameter.variable]
        field = old.transpose(..., "lat", "lon").astype(float).copy()
        field.values[..., active] *= values.numpy()
        return parameter.variable, field.assign_attrs(old.attrs)
    like = params["Cv"] if parameter.extent == "classes" else params["infilt"]
    field = xr.full_like(like.transpose(..., "lat", "lon"), np.nan, dtype=float)
    field.values[..., active] = values.numpy()
    attrs = {"units": parameter.units, "long_name": parameter.long_name}
    name = parameter.variable if parameter.extent == "classes" else parameter.name
    return name, field.drop_attrs().assign_attrs(attrs)
