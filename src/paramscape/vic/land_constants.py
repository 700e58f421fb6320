"""Everything about a lane that does not change during a simulation, or only with the month."""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from paramscape.vic.check_parameters import check_canopy_fractions
from paramscape.vic.columns import Columns
from paramscape.vic.options import Options
from paramscape.vic.parameters import Parameters
from paramscape.vic.processes import constants as c
from paramscape.vic.processes.aerodynamic import Profile, Stand, open_resistance, profile
from paramscape.vic.processes.roots import layer_roots
from paramscape.vic.processes.runoff import RunoffSoil
from paramscape.vic.processes.safe_math import exact_power, exp, ratio, to_the_last_digit
from paramscape.vic.processes.soil_evaporation import evaporation_series
from paramscape.vic.processes.soil_thermal import ThermalSoil, thermal_soil


class Site(NamedTuple):
    """Constants of a lane; all (lane,)."""

    elevation: Tensor  # of the cell, or the mean of its bands [m]
    warmer: Tensor  # [K]
    wetter: Tensor
    architectural: Tensor  # resistance rarc [s m-1]
    stomatal: Tensor  # resistance rmin [s m-1]
    light: Tensor  # RGL [W m-2]
    overstory: Tensor  # 1 or 0
    vegetated: Tensor  # 0 for the bare tile
    northern: Tensor  # 1 or 0
    damping_depth: Tensor  # [m]
    deep_temperature: Tensor  # [C]
    depth: Tensor  # of layer 1 [m]
    decay: Tensor  # exp(-depth / damping_depth)
    growth: Tensor  # exp(depth / damping_depth)
    snow_roughness: Tensor  # [m]
    new_snow_albedo: Tensor
    all_snow_below: Tensor  # air temperature [C]
    all_rain_above: Tensor  # air temperature [C]


class Cover(NamedTuple):
    """Vegetation of the month; all (lane,)."""

    fraction: Tensor  # covered by the canopy
    leaf_area: Tensor  # within the covered part
    albedo: Tensor  # of the snow-free surface
    class_albedo: Tensor
    attenuation: Tensor  # of radiation by the canopy, mean of the tile
    capacity: Tensor  # of water on the canopy [mm], within the covered part
    resistance_ground: Tensor  # these at unit wind, see `aerodynamic.Profile`
    resistance_canopy: Tensor
    resistance_snow: Tensor
    wind_ground: Tensor
    wind_canopy: Tensor
    wind_snow: Tensor
    resistance_bare: Tensor  # of exposed soil at unit wind [s m-1]
    above_displacement: Tensor  # height of the wind measurement [m]
    roughness: Tensor  # [m]


@dataclass(frozen=True)
class Layers:
    """Constants of the soil layers; (layer, lane), thermal ones for layers 1 and 2."""

    depth: Tensor  # [m]
    capacity: Tensor  # [mm]
    residual: Tensor  # [mm]
    critical: Tensor  # [mm]
    wilting: Tensor  # [mm]
    root: Tensor
    infilt: Tensor  # (lane,)
    series: Tensor  # (k, lane), see `soil_evaporation.evaporation_series`
    thermal: ThermalSoil


def layers_of(parameters: Parameters, columns: Columns) -> Layers:
    """Moisture limits, roots and thermal properties of the layers."""
    depth = columns.soil(parameters, "depth")
    bulk = columns.soil(parameters, "bulk_density")
    particle = columns.soil(parameters, "soil_density")
    capacity = depth * (1.0 - bulk / particle) * 1000.0
    quartz, infilt = (columns.soil(parameters, name) for name in ("quartz", "infilt"))
    return Layers(
        depth=depth,
        capacity=capacity,
        residual=columns.soil(parameters, "resid_moist") * (depth * 1000.0),
        critical=columns.soil(parameters, "Wcr_FRACT") * capacity,
        wilting=columns.soil(parameters, "Wpwp_FRACT") * capacity,
        root=_roots(parameters, columns, depth),
        infilt=infilt,
        series=evaporation_series(infilt),
        thermal=thermal_soil(depth[:2], bulk[:2], particle[:2], quartz[:2]),
    )


def _roots(parameters: Parameters, columns: Columns, depth: Tensor) -> Tensor:
    zone = [
        parameters.vegetation[name][columns.cell, columns.kind].nan_to_num(nan=0.0)
        for name in ("root_depth", "root_fract")
    ]
    zone_depth, zone_fraction = (columns.repeat(v.T).T for v in zone)
    roots = layer_roots(zone_depth, zone_fraction, depth.T).T
    return torch.where(columns.repeat(columns.bare), 0.0, roots)


def runoff_soil(
    parameters: Parameters, columns: Columns, layers: Layers, options: Options
) -> RunoffSoil:
    """Soil parameters of runoff for one runoff step."""
    steps = options.runoff_steps_per_day
    base = _baseflow(parameters, columns, layers.capacity[-1], options)
    power = columns.soil(parameters, "expt")[:-1] - 1.0
    pore = layers.capacity[:-1] - layers.residual[:-1]
    conductivity = columns.soil(parameters, "Ksat")[:-1] / steps
    largest = base.dsmax / steps
    term = torch.zeros_like(pore)
    if to_the_last_digit(pore):
        term = conductivity / exact_power(pore, power + 1.0) * power
    return RunoffSoil(
        infilt=layers.infilt,
        capacity=layers.capacity,
        residual=layers.residual,
        upper_capacity=layers.capacity[:-1].sum(0),
        drain_scale=power * conductivity / pore,
        drain_power=power,
        drain_term=term,
        linear=largest * base.ds / base.ws,
        nonlinear=largest * (1.0 - base.ds / base.ws),
        threshold=base.ws,
        exponent=base.exponent,
    )


class ArnoBaseflow(NamedTuple):
    """Parameters of ARNO's baseflow (Francini and Pacciani 1991); all (lane,)."""

    ds: Tensor  # fraction of dsmax at which the power law begins
    dsmax: Tensor  # baseflow of a full layer [mm d-1]
    ws: Tensor  # relative moisture at which the power law begins
    exponent: Tensor  # c


def _baseflow(
    parameters: Parameters, columns: Columns, capacity: Tensor, options: Options
) -> ArnoBaseflow:
    """Parameters of baseflow; NIJSSEN2001's d1 to d4 are converted where the file has those."""
    values = (columns.soil(parameters, name) for name in ("Ds", "Dsmax", "Ws", "c"))
    if options.baseflow == "ARNO":
        return ArnoBaseflow(*values)
    return nijssen_to_arno(*values, capacity)


def nijssen_to_arno(
    d1: Tensor, d2: Tensor, d3: Tensor, d4: Tensor, capacity: Tensor
) -> ArnoBaseflow:
    """ARNO's parameters of the parameters d1 to d4 of Nijssen et al. (2001).

    `capacity` is that of the last layer [mm]; all of one shape.
    """
    largest = d2 * exact_power(1.0 / (capacity - d3), -d4) + d1 * capacity
    return ArnoBaseflow(d1 * d3 / largest, largest, d3 / capacity, d4)


def site_of(parameters: Parameters, columns: Columns, layers: Layers, options: Options) -> Site:
    """Constants of every lane."""

    def trait(name: str) -> Tensor:
        values = parameters.vegetation[name][columns.cell, columns.kind]
        return columns.repeat(values.nan_to_num(nan=0.0))

    if columns.band_elevation is None:
        elevation = columns.soil(parameters, "elev")
    else:
        elevation = columns.repeat(columns.band_elevation[columns.cell])
    dtype = layers.depth.dtype
    damping = columns.soil(parameters, "dp")
    return Site(
        elevation=elevation,
        warmer=columns.repeat(columns.warmer),
        wetter=columns.repeat(columns.wetter),
        architectural=trait("rarc"),
        stomatal=_with_factor(trait("rmin"), "rmin_factor", parameters, columns),
        light=trait("RGL"),
        overstory=(trait("overstory") > 0).to(dtype),
        vegetated=columns.repeat(~columns.bare).to(dtype),
        northern=columns.repeat(parameters.latitude[columns.cell] >= 0).to(dtype),
        damping_depth=damping,
        deep_temperature=columns.soil(parameters, "avg_T"),
        depth=layers.depth[0],
        decay=exp(-layers.depth[0] / damping),
        growth=exp(layers.depth[0] / damping),
        snow_roughness=columns.soil(parameters, "snow_rough"),
        new_snow_albedo=_new_snow_albedo(parameters, columns, options).to(dtype),
        all_snow_below=_threshold("MIN_RAIN_TEMP", c.ALL_SNOW_BELOW, parameters, columns),
        all_rain_above=_threshold("MAX_SNOW_TEMP", c.ALL_RAIN_ABOVE, parameters, columns),
    )


def _with_factor(values: Tensor, name: str, parameters: Parameters, columns: Columns) -> Tensor:
    """Values (..., lane) times a calibrated factor of the cell, where there is one."""
    if name not in parameters.soil:
        return values
    return values * columns.soil(parameters, name)


def _threshold(name: str, constant: float, parameters: Parameters, columns: Columns) -> Tensor:
    """A temperature (lane,) [C]: calibrated in each cell, else VIC's constant."""
    if name in parameters.soil:
        return columns.soil(parameters, name)
    return columns.repeat(torch.full_like(columns.weight, constant))


def _new_snow_albedo(parameters: Parameters, columns: Columns, options: Options) -> Tensor:
    """Albedo of new snow: of the vegetation class with MAX_SNOW_ALBEDO, else of all lanes."""
    everywhere = torch.full_like(columns.weight, c.NEW_SNOW_ALBEDO)
    if "max_snow_albedo" in parameters.soil:
        calibrated = columns.soil(parameters, "max_snow_albedo")
        return torch.where(columns.repeat(columns.bare), c.NEW_SNOW_ALBEDO, calibrated)
    if not options.max_snow_albedo:
        return columns.repeat(everywhere)
    if "max_snow_albedo" not in parameters.vegetation:
        raise ValueError(
            "MAX_SNOW_ALBEDO TRUE needs the variable 'max_snow_albedo' in the parameter file"
        )
    own = parameters.vegetation["max_snow_albedo"][columns.cell, columns.kind]
    broken = ~columns.bare & ~((own >= 0) & (own <= 1))
    if broken.any():
        column = int(torch.nonzero(broken)[0])
        raise ValueError(
            f"max_snow_albedo must be 0 to 1 with MAX_SNOW_ALBEDO TRUE; it is {float(own[column])} "
            f"in cell {int(columns.cell[column])}, vegetation class {int(columns.kind[column]) + 1}"
        )
    return columns.repeat(torch.where(columns.bare, everywhere, own))


_COVER_OF_CELL = ("rough", "snow_rough", "lai_factor", "albedo_factor")
_FACTORS = {"LAI": "lai_factor", "albedo": "albedo_factor"}


class Calendar:
    """Vegetation of every month; gathers that of the lanes' months."""

    def __init__(self, parameters: Parameters, columns: Columns, options: Options) -> None:
        self.columns = columns
        one_member = columns.for_members(1)
        own = [parameters.soil[name] for name in _COVER_OF_CELL if name in parameters.soil]
        same = all(values.ndim == 1 for values in own)
        layout = one_member if same else columns
        self._table = torch.stack(_cover(parameters, layout, options), 0)
        self._table = self._table.reshape(len(Cover._fields), 12, layout.members, -1)
        self._months: tuple[int, ...] | None = None
        self._cover: Cover | None = None

    @property
    def table(self) -> Tensor:
        """Vegetation (month, row, column) of all months, or of all lanes where members differ."""
        return self._table.flatten(2).transpose(0, 1)

    def cover(self, months: tuple[int, ...]) -> Cover:
        """Vegetation of every lane; `months` (1 to 12) of each member, or one for all."""
        if months != self._months:
            index = torch.as_tensor(months, device=self._table.device) - 1
            member = torch.zeros_like(index)
            if self._table.shape[2] > 1:
                member = torch.arange(self._table.shape[2], device=self._table.device)
            rows = self._table[:, index, member]
            wide = rows.expand(rows.shape[0], self.columns.members, self.columns.count)
            self._cover = Cover(*wide.reshape(rows.shape[0], -1).unbind(0))
            self._months = months
        return self._cover


def _cover(parameters: Parameters, columns: Columns, options: Options) -> Cover:
    """Vegetation (month, lane) of all months; daily steps average their substeps, like VIC."""
    vegetation = parameters.vegetation
    if options.fcan_src == "FROM_VEGPARAM":
        check_canopy_fractions(parameters)

    def monthly(name: str) -> Tensor:
        values = vegetation[name][columns.cell, columns.kind]
        values = columns.repeat(values.nan_to_num(nan=0.0).T)
        return _with_factor(values, _FACTORS.get(name, ""), parameters, columns)

    fraction, leaf_area = _canopy_fraction(monthly, columns, vegetation["Cv"].shape[1], options)
    mean = _Mean(options.substeps)
    fraction, leaf_area, albedo = mean(fraction), mean(leaf_area), mean(monthly("albedo"))
    local = ratio(leaf_area, fraction)
    stand = _stand(parameters, columns, mean(monthly("displacement")), mean(monthly("veg_rough")))
    winds = profile(stand)
    extinction = columns.repeat(vegetation["rad_atten"][columns.cell, columns.kind])
    rough = columns.soil(parameters, "rough")
    bare = open_resistance(c.DISPLACEMENT_TO_HEIGHT * (rough / c.ROUGHNESS_TO_HEIGHT), rough)
    return Cover(
        fraction=fraction,
        leaf_area=local,
        albedo=torch.where(columns.repeat(columns.bare), c.BARE_SOIL_ALBEDO, albedo),
        class_albedo=albedo,
        attenuation=(1.0 - fraction) + fraction * exp(-extinction.nan_to_num() * local),
        capacity=c.LEAF_WATER_CAPACITY * local,
        **{name: getattr(winds, name) for name in Profile._fields},
        resistance_bare=bare.expand_as(fraction),
        above_displacement=stand.reference_height - stand.displacement,
        roughness=stand.roughness,
    )


class _Mean:
    """Mean of equal values, by adding them up as VIC does: it decides the last digit."""

    def __init__(self, count: int) -> None:
        self.count = count

    def __call__(self, values: Tensor) -> Tensor:
        if self.count == 1:
            return values
        total = values
        for _ in range(self.count - 1):
            total = total + values
        return total / self.count


def _canopy_fraction(monthly, columns: Columns, classes: int, options: Options):
    """Canopy fraction and leaf area of the tile, (month, lane)."""
    leaf_area = monthly("LAI")
    if options.fcan_src == "FROM_VEGPARAM":
        fraction = monthly("fcanopy")
    else:
        last = columns.repeat(columns.kind) == classes - 1
        fraction = torch.where(last, c.SMALLEST_CANOPY_FRACTION, torch.ones_like(leaf_area))
    leafless = (fraction < c.SMALLEST_CANOPY_FRACTION) | (leaf_area == 0)
    return torch.where(leafless, 0.0, fraction), torch.where(leafless, 0.0, leaf_area)


def _stand(
    parameters: Parameters, columns: Columns, displacement: Tensor, roughness: Tensor
) -> Stand:
    """Geometry of the stands, (month, lane)."""

    def trait(name: str) -> Tensor:
        values = parameters.vegetation[name][columns.cell, columns.kind]
        return columns.repeat(values.nan_to_num(nan=0.0)).expand_as(displacement)

    rough = columns.soil(parameters, "rough").expand_as(displacement)
    roughness = torch.where(roughness == 0, rough, roughness)
    height = trait("wind_h")
    lower = displacement < height
    return Stand(
        displacement=displacement,
        roughness=roughness,
        reference_height=torch.where(lower, height, displacement + height + roughness),
        snow_roughness=columns.soil(parameters, "snow_rough").expand_as(displacement),
        wind_attenuation=trait("wind_atten"),
        trunk_ratio=trait("trunk_ratio"),
        overstory=trait("overstory") > 0,
    )
