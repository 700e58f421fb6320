"""Land and weather made up for tests: every kind of tile, from desert to monsoon and polar night.

All draws come from one seed, so that an example is named by it.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from paramscape.parameters.priors import PriorBox
from paramscape.study import Priors
from paramscape.vic import Forcing, Options, Parameters, with_calibrated
from paramscape.vic.processes.atmosphere import saturation_vapour_pressure

CLASSES = 5  # evergreen trees, deciduous trees, grass, crops, bare ground
PRIORS = PriorBox.of(Priors())
DAILY = Options(1, 8, 24, snow_band=True, fcan_src="FROM_VEGPARAM")
SUBDAILY = Options(8, 8, 8, snow_band=True, fcan_src="FROM_VEGPARAM")

# mean temperature [C], its daily half range [K], chance and mean of rain [mm] in a substep,
# relative humidity, mean shortwave [W m-2], wind [m s-1]
CLIMATES = {
    "desert": (28.0, 12.0, 0.02, 2.0, 0.15, 280.0, 4.0),
    "monsoon": (26.0, 4.0, 0.6, 12.0, 0.9, 160.0, 2.0),
    "temperate": (8.0, 6.0, 0.3, 2.0, 0.7, 140.0, 3.0),
    "thaw": (0.3, 3.0, 0.4, 1.5, 0.85, 90.0, 3.0),
    "snow": (-4.0, 6.0, 0.4, 2.0, 0.8, 80.0, 3.0),
    "polar": (-22.0, 4.0, 0.2, 0.3, 0.8, 10.0, 6.0),
}


class Draw:
    """Uniform numbers of a seed."""

    def __init__(self, seed: int) -> None:
        self.generator = torch.Generator().manual_seed(seed)

    def __call__(self, low: float, high: float, *shape: int) -> Tensor:
        share = torch.rand(*shape, generator=self.generator, dtype=torch.float64)
        return low + (high - low) * share


def land(seed: int, cells: int, whole_canopy: bool = False) -> Parameters:
    """Parameters of some cells; the calibrated ones drawn over the whole prior.

    Args:
        seed: of all draws.
        cells: number of cells; each has all classes.
        whole_canopy: let every class with leaves cover its tile entirely.
    """
    draw = Draw(seed)
    soil = _soil(draw, cells)
    parameters = Parameters(
        soil=soil,
        vegetation=_vegetation(draw, cells, whole_canopy),
        bands={
            "AreaFract": torch.tensor([[0.6, 0.4]], dtype=torch.float64).repeat(cells, 1),
            "elevation": soil["elev"][:, None] + draw(-300, 300, cells, 2),
            "Pfactor": torch.tensor([[0.5, 0.5]], dtype=torch.float64).repeat(cells, 1),
        },
        nveg=torch.full((cells,), CLASSES - 1),
        latitude=torch.linspace(60, -40, cells, dtype=torch.float64),
    )
    return with_calibrated(parameters, PRIORS.to_physical(draw(0, 1, cells, 7)), PRIORS.names)


def _soil(draw: Draw, cells: int) -> dict[str, Tensor]:
    wilting = draw(0.1, 0.35, cells, 3)
    porosity = draw(0.35, 0.55, cells, 1).expand(cells, 3)
    share = draw(0, 1, cells, 1).round() * draw(0, 1, cells, 3)
    share[0] = 1.0  # residual moisture just at the wilting point
    depth = torch.tensor([[0.1, 0.5, 1.0]], dtype=torch.float64).repeat(cells, 1)
    return {
        "infilt": draw(0.01, 0.4, cells), "Ds": draw(0.01, 0.3, cells),
        "Dsmax": draw(1, 20, cells), "Ws": draw(0.5, 1, cells), "c": draw(1.2, 3, cells),
        "avg_T": draw(-5, 25, cells), "dp": draw(2, 6, cells), "rough": draw(0.001, 0.03, cells),
        "snow_rough": draw(0.0005, 0.03, cells), "elev": draw(400, 2500, cells),
        "expt": draw(4, 30, cells, 3), "Ksat": draw(20, 2000, cells, 3),
        "init_moist": 1000 * depth * porosity * draw(0, 1.1, cells, 3), "depth": depth,
        "bulk_density": 2650 * (1 - porosity),
        "soil_density": torch.full((cells, 3), 2650.0, dtype=torch.float64),
        "quartz": draw(0.05, 0.9, cells, 3), "Wcr_FRACT": wilting + draw(0.1, 0.4, cells, 3),
        "Wpwp_FRACT": wilting, "resid_moist": share * wilting * porosity,
    }  # fmt: skip


def _vegetation(draw: Draw, cells: int, whole_canopy: bool) -> dict[str, Tensor]:
    def of_class(*values: float) -> Tensor:
        return torch.tensor([values], dtype=torch.float64).repeat(cells, 1)

    def monthly(*values: float) -> Tensor:
        return of_class(*values)[:, :, None].repeat(1, 1, 12)

    leaves = monthly(4, 3, 1.5, 2, 0) * draw(0.3, 1.5, cells, CLASSES, 12)
    leaves[:, 1, [0, 1, 11]] = 0.0  # bare in winter
    cover = draw(0.05, 1, cells, CLASSES, 12)
    cover[:, 2, ::4] = 0.0
    cover[:, 3, ::3] = 1e-4
    share = draw(0.05, 1, cells, CLASSES)
    return {
        "Cv": share / share.sum(1, keepdim=True),
        "overstory": of_class(1, 1, 0, 0, 0), "rarc": of_class(50, 50, 25, 25, 100),
        "rmin": of_class(130, 150, 120, 100, 100), "wind_h": of_class(30, 25, 5, 6, 4),
        "RGL": of_class(30, 30, 80, 100, 100), "rad_atten": of_class(0.5, 0.5, 0.5, 0.5, 0.5),
        "wind_atten": of_class(0.5, 0.5, 0.5, 0.5, 0.5),
        "trunk_ratio": of_class(0.2, 0.3, 0.2, 0.2, 0.2),
        "LAI": leaves, "albedo": monthly(0.12, 0.15, 0.2, 0.18, 0.25),
        "veg_rough": monthly(1.2, 0.9, 0.06, 0.1, 0.01),
        "displacement": monthly(6.7, 5.0, 0.3, 0.5, 0.0),
        "fcanopy": torch.ones_like(cover) if whole_canopy else cover,
        "root_depth": torch.stack(
            [of_class(0.1, 0.1, 0.1, 0.1, 0.1), of_class(0.6, 0.5, 0.3, 0.4, 0.1)], -1
        ),
        "root_fract": torch.stack(
            [of_class(0.2, 0.3, 0.5, 0.4, 0.5), of_class(0.8, 0.7, 0.5, 0.6, 0.5)], -1
        ),
    }  # fmt: skip


def weather(
    climates: Sequence[str], seed: int, options: Options, days: int, first_day: int = 20
) -> Forcing:
    """Weather of some days, each cell in the climate that is named for it."""
    cells = len(climates)
    table = torch.tensor([CLIMATES[name] for name in climates], dtype=torch.float64).T
    mean, range_, chance, amount, humidity, sun, wind = table
    draw = Draw(seed)
    shape = (days, options.snow_steps_per_day, cells)
    phase = 2 * math.pi * torch.arange(shape[1], dtype=torch.float64)[:, None] / shape[1]
    temperature = mean - range_ * torch.cos(phase) + draw(-4, 4, days, 1, cells)
    falls = draw(0, 1, *shape) < chance
    fields = {
        "air_temp": temperature + draw(-1, 1, *shape),
        "prec": torch.where(falls, -amount * torch.log(draw(1e-6, 1, *shape)), 0.0),
        "pressure": draw(75, 100, 1, 1, cells).expand(shape),
        "swdown": math.pi * sun * (-torch.cos(phase)).clamp(min=0) * draw(0.3, 1.1, days, 1, cells),
        "lwdown": 5.1e-8 * (temperature + 273.15) ** 4 * draw(0.85, 1.15, *shape),
        "wind": wind * draw(0, 2, *shape),
    }
    saturated = saturation_vapour_pressure(fields["air_temp"]) / 1000
    fields["vp"] = saturated * humidity * draw(0.6, 1.3, *shape)
    steps = days * options.model_steps_per_day
    day = (torch.arange(steps) // options.model_steps_per_day + first_day) % 365
    return Forcing(
        **{k: v.reshape(steps, options.substeps, cells).contiguous() for k, v in fields.items()},
        month=day * 12 // 365 + 1,
        day_of_year=day + 1,
    )
