"""The rules that VIC's image driver checks before it runs, with the cell that breaks them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from paramscape.study.parameters import BY_NAME
from paramscape.vic.parameter_layout import FCANOPY, Variable, parameter_layout

if TYPE_CHECKING:
    from paramscape.vic.parameters import Parameters

THINNEST_LAYER = 0.001  # [m]
CHECKED_WHERE_USED = ("bubble", "max_snow_albedo", "fcanopy")
CURE = "Correct them in the parameter file or take them out of the mask"
ROOTS_SUM = 1e-4  # tolerance of the sum of root fractions


def check_parameters(
    parameters: Parameters, longitude: np.ndarray, layout: Mapping[str, Variable]
) -> None:
    """Refuse parameters that VIC's image driver refuses, or with which it would give NaN or junk.

    Args:
        parameters: without a member axis.
        longitude: (cell,) in degrees, for the message.
        layout: ranges of the variables, see `parameter_layout`.

    Raises:
        ValueError: naming the rule, the variable, the cell and the values.
    """
    report = _Report(parameters.latitude.numpy(), longitude)
    _check_ranges(parameters, layout, report)
    _check_soil(parameters.soil, report)
    _check_tiles(parameters, report)


class _Report:
    """Raises at the first cell where a rule is broken."""

    def __init__(self, latitude: np.ndarray, longitude: np.ndarray | None = None) -> None:
        self.latitude, self.longitude = latitude, longitude

    def refuse(self, broken: Tensor, rule: str, dims: Sequence[str] = (), **values: Tensor) -> None:
        """Raise where the rule is broken, see `found`."""
        message = self.found(broken, rule, dims, **values)
        if message:
            raise ValueError(f"{message}. {CURE}")

    def found(self, broken: Tensor, rule: str, dims: Sequence[str] = (), **values: Tensor) -> str:
        """The rule and the first cell where it is `broken` (cell, ...); empty where it is nowhere.

        `dims` name the axes behind the cell.
        """
        if not broken.any():
            return ""
        first = tuple(torch.nonzero(broken)[0].tolist())
        cell = first[0]
        names = dims[: len(first) - 1]
        axes = "".join(f", {d} {i + 1}" for d, i in zip(names, first[1:], strict=False))
        if len(first) > 1 and not names:
            axes = f", entry {list(first[1:])}"
        shown = ", ".join(f"{name}={float(v[first]):g}" for name, v in values.items())
        count = int(broken.reshape(broken.shape[0], -1).any(1).sum())
        place = f"latitude {self.latitude[cell]:g}"
        if self.longitude is not None:
            place += f", longitude {self.longitude[cell]:g}"
        place += axes
        return (
            f"{rule}; got {shown} in cell {cell} ({place}); {count} of {broken.shape[0]} cells "
            "break this rule"
        )


def _check_ranges(parameters: Parameters, layout: Mapping[str, Variable], report: _Report) -> None:
    """Refuse values that are missing or beyond what they can be, where VIC uses them."""
    present, found = parameters.vegetation["Cv"] > 0, []
    for name, values in {**parameters.soil, **parameters.vegetation}.items():
        variable = layout[name]
        if name in CHECKED_WHERE_USED or not variable.is_used:
            continue
        outside = ~((values >= variable.low) & (values <= variable.high))
        if name in parameters.vegetation:
            outside = outside & present.reshape(*present.shape, *[1] * (values.ndim - 2))
        found.append(
            report.found(outside, _range_rule(name, variable), variable.dims, **{name: values})
        )
    found = [message for message in found if message]
    if found:
        raise ValueError(".\n".join([*found, CURE]))


def _range_rule(name: str, variable: Variable) -> str:
    unit = "" if variable.unit == "1" else f" [{variable.unit}]"
    where = " where Cv > 0" if variable.dims[0] == "veg_class" else ""
    return (
        f"{name} must not be missing in an active cell{where} and lie within {variable.low:g} to "
        f"{variable.high:g}{unit}"
    )


def _check_soil(soil: dict[str, Tensor], report: _Report) -> None:
    depth = soil["depth"]
    thin = depth < THINNEST_LAYER
    report.refuse(thin, f"depth of a layer must be at least {THINNEST_LAYER} m", depth=depth)
    report.refuse(
        depth[:, 0] > depth[:, 1],
        "layer 1 must not be thicker than layer 2",
        depth1=depth[:, 0],
        depth2=depth[:, 1],
    )
    critical, wilting = soil["Wcr_FRACT"], soil["Wpwp_FRACT"]
    report.refuse(
        wilting > critical,
        "Wpwp_FRACT must not exceed Wcr_FRACT",
        Wpwp_FRACT=wilting,
        Wcr_FRACT=critical,
    )
    porosity = 1.0 - soil["bulk_density"] / soil["soil_density"]
    density = {"bulk_density": soil["bulk_density"], "soil_density": soil["soil_density"]}
    report.refuse(porosity <= 0, "bulk_density must be below soil_density", **density)
    report.refuse(
        wilting * porosity < soil["resid_moist"],
        "Wpwp_FRACT times porosity must be at least resid_moist",
        Wpwp_FRACT=wilting,
        porosity=porosity,
        resid_moist=soil["resid_moist"],
    )
    report.refuse(soil["expt"] <= 3, "expt must be above 3", expt=soil["expt"])
    report.refuse(soil["infilt"] <= 0, "infilt must be above 0", infilt=soil["infilt"])


def check_calibrated(changed: Mapping[str, Tensor], parameters: Parameters) -> None:
    """Refuse calibrated parameters that break the rules of `check_parameters`.

    Args:
        changed: what the calibration changes, (member?, cell) or (member?, cell, layer) by name.
        parameters: before the calibration, for what is not changed.

    Raises:
        ValueError: naming the rule, the values, the member and the cell.
    """
    for rule, (given, least) in _rules_of_calibrated(changed, parameters).items():
        broken = ~(given >= least)
        if broken.any():
            raise ValueError(_broken_rule(rule, given, broken, parameters.latitude))


def _rules_of_calibrated(
    changed: Mapping[str, Tensor], parameters: Parameters
) -> dict[str, tuple[Tensor, Tensor | float]]:
    """What must be at least what, by the rule in words, of the parameters that are changed."""
    soil, rules = parameters.soil, {}
    limits = torch.finfo(soil["depth"].dtype)
    if "depth" in changed:
        depth = changed["depth"]
        rule = f"depth of a layer must be at least {THINNEST_LAYER} m"
        rules[rule] = (depth.amin(-1), THINNEST_LAYER)
        rules["depth2 must be at least the depth of layer 1"] = (depth[..., 1], depth[..., 0])
    for name in changed:
        if name not in BY_NAME:
            continue
        values, parameter = changed[name], BY_NAME[name]
        values = values[..., 0] if parameter.extent == "layers" else values
        words, least = f"{name} must be at least {parameter.least:g}", parameter.least
        if not parameter.least:
            words = f"{name} must not be negative"
        if parameter.open_below:
            words = f"{name} must be above {parameter.least:g}"
            least = parameter.least * (1.0 + limits.eps) if parameter.least else limits.tiny
        rules[words] = (values, least)
    if "Wpwp_FRACT" in changed:
        critical = changed.get("Wcr_FRACT", soil["Wcr_FRACT"])
        room = (critical - changed["Wpwp_FRACT"]).amin(-1)
        rules["Wcr_FRACT minus Wpwp_FRACT must be at least 0"] = (room, 0.0)
    if "MIN_RAIN_TEMP" in changed:
        span = changed["MAX_SNOW_TEMP"] - changed["MIN_RAIN_TEMP"]
        rules["MAX_SNOW_TEMP minus MIN_RAIN_TEMP must be above 0"] = (span, limits.tiny)
    if "albedo_factor" in changed:
        present = (parameters.vegetation["Cv"] > 0)[..., None]
        largest = torch.where(present, parameters.vegetation["albedo"], 0.0).amax((-1, -2))
        rest = 1.0 - largest * changed["albedo_factor"]
        rules["1 minus albedo times albedo_factor must be at least 0"] = (rest, 0.0)
    return rules


def _broken_rule(rule: str, values: Tensor, broken: Tensor, latitude: Tensor) -> str:
    place = tuple(torch.nonzero(broken)[0].tolist())
    member = f"member {place[0]}, " if len(place) > 1 else ""
    return (
        f"{rule}, as VIC demands; got {float(values[place]):g} in {member}cell {place[-1]} "
        f"(latitude {float(latitude[place[-1]]):g}), and {int(broken.sum())} of {broken.numel()} "
        "cells break this rule. Narrow the prior of the parameter, or keep values within it"
    )


def _check_tiles(parameters: Parameters, report: _Report) -> None:
    vegetation = parameters.vegetation
    present = vegetation["Cv"] > 0
    tiles = present.sum(1)
    report.refuse(
        (tiles > parameters.nveg + 1) | (tiles < parameters.nveg) | (tiles == 0),
        "the number of classes with Cv > 0 must be Nveg, or Nveg + 1 with a bare tile",
        tiles=tiles,
        Nveg=parameters.nveg,
    )
    displacement = vegetation["displacement"]
    report.refuse(
        present[..., None] & (vegetation["wind_h"][..., None] <= 0).expand_as(displacement),
        "wind_h must be above 0: at 0 the wind is measured at the height where it vanishes",
        wind_h=vegetation["wind_h"][..., None].expand_as(displacement),
        displacement=displacement,
    )
    is_bare = present & (present.cumsum(1) == parameters.nveg[:, None] + 1)
    root_depth = vegetation["root_depth"].sum(-1)
    rootless = present & ~is_bare & (root_depth <= 0)
    report.refuse(rootless, "root_depth must sum to more than 0 m", root_depth=root_depth)
    _check_root_fractions(vegetation["root_fract"].sum(-1), present & ~is_bare, report)
    _check_wind_height(parameters, present, report)
    _check_trees(parameters, present, report)


def _check_root_fractions(total: Tensor, rooted: Tensor, report: _Report) -> None:
    wrong = rooted & ((total - 1.0).abs() > ROOTS_SUM)
    report.refuse(wrong, f"root_fract must sum to 1 within {ROOTS_SUM}", root_fract=total)


def _check_wind_height(parameters: Parameters, present: Tensor, report: _Report) -> None:
    """Refuse a wind measured so low above the displacement that the logarithm turns negative."""
    vegetation = parameters.vegetation
    displacement, rough = vegetation["displacement"], vegetation["veg_rough"]
    rough = torch.where(rough == 0, parameters.soil["rough"][:, None, None], rough)
    height = vegetation["wind_h"][..., None].expand_as(rough)
    low = present[..., None] & (displacement < height) & (height - displacement <= rough)
    report.refuse(
        low,
        "wind_h above displacement must also lie above displacement + veg_rough: below that VIC "
        "runs on with negative winds",
        wind_h=height,
        displacement=displacement,
        veg_rough=rough,
    )


def _check_trees(parameters: Parameters, present: Tensor, report: _Report) -> None:
    vegetation = parameters.vegetation
    trees = present & (vegetation["overstory"] > 0)
    displacement = vegetation["displacement"]
    trunk = vegetation["trunk_ratio"][..., None] * displacement / 0.67
    rough = parameters.soil["rough"][:, None, None].expand_as(trunk)
    report.refuse(
        trees[..., None] & (trunk < rough),
        "an overstory's trunk_ratio times height (displacement / 0.67) must reach rough",
        trunk_height=trunk,
        rough=rough,
    )


def check_bands(parameters: Parameters) -> None:
    """Refuse snow bands that VIC's image driver refuses, or with which it would give NaN or junk.

    The elevation of a band without area is not looked at.

    Raises:
        ValueError: naming the rule, the variable, the cell and the values.
    """
    report = _report_of(parameters)
    bands, layout = parameters.bands, parameter_layout()
    area, share = bands["AreaFract"], bands["Pfactor"]
    for name in ("AreaFract", "Pfactor"):
        report.refuse(
            ~((bands[name] >= 0) & (bands[name] <= layout[name].high)),
            f"{name} must not be missing or negative, nor above {layout[name].high:g}",
            ("snow_band",),
            **{name: bands[name]},
        )
    for name, fractions in (("AreaFract", area), ("Pfactor", share)):
        total = fractions.sum(1)
        report.refuse(total <= 0, f"{name} must sum to more than 0", **{name: total})
    report.refuse(
        (area == 0) & (share > 0),
        "Pfactor must be 0 where AreaFract is 0",
        AreaFract=area,
        Pfactor=share,
    )
    elevation = bands["elevation"]
    report.refuse(
        (area > 0) & ~possible_elevation(elevation),
        "elevation must not be missing, nor beyond -500 to 9000 m, where AreaFract > 0",
        ("snow_band",),
        elevation=elevation,
        AreaFract=area,
    )


def possible_elevation(elevation: Tensor) -> Tensor:
    """Whether elevations of bands [m] are no missing values."""
    variable = parameter_layout()["elevation"]
    return (elevation >= variable.low) & (elevation <= variable.high)


def check_canopy_fractions(parameters: Parameters) -> None:
    """Refuse canopy fractions that are absent or impossible, where FCAN_SRC makes VIC read them.

    Raises:
        ValueError: naming the rule, the cell and the values.
    """
    if "fcanopy" not in parameters.vegetation:
        raise ValueError(
            "the parameter file has no variable 'fcanopy', which FCAN_SRC FROM_VEGPARAM needs; "
            "add it, or write FCAN_SRC FROM_DEFAULT"
        )
    fraction = parameters.vegetation["fcanopy"]
    outside = ~((fraction >= FCANOPY.low) & (fraction <= FCANOPY.high))
    present = (parameters.vegetation["Cv"] > 0)[..., None]
    rule = _range_rule("fcanopy", FCANOPY)
    _report_of(parameters).refuse(outside & present, rule, FCANOPY.dims, fcanopy=fraction)


def _report_of(parameters: Parameters) -> _Report:
    return _Report(parameters.latitude.detach().cpu().numpy())
