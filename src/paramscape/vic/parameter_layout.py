"""What VIC reads from a parameter file, with the range in which it makes sense."""

from dataclasses import dataclass
from math import inf

from paramscape.study.parameters import CATALOGUE
from paramscape.vic.options import Options


@dataclass(frozen=True)
class Variable:
    """A variable of the parameter file: its dims, and its plausible range in VIC's unit.

    What VIC reads and does not use in water-balance mode may have any value, also none.
    """

    dims: tuple[str, ...]
    low: float
    high: float
    unit: str = "1"
    integer: bool = False

    @property
    def is_used(self) -> bool:
        """Whether the value has an effect."""
        return self.low > -inf


GRID = ("lat", "lon")
LAYER = ("nlayer", *GRID)
CLASS = ("veg_class", *GRID)
MONTH = ("veg_class", "month", *GRID)
ROOT = ("veg_class", "root_zone", *GRID)
BAND = ("snow_band", *GRID)

_BASEFLOW = {"Ds": 1.0, "Ws": 1.0}  # upper ends; no fractions with NIJSSEN2001

_ALWAYS = {
    "run_cell": Variable(GRID, 0, 1, integer=True),
    "Nveg": Variable(GRID, 0, 1000, integer=True),
    "fs_active": Variable(GRID, -inf, inf, integer=True),
    "infilt": Variable(GRID, 1e-6, 20),
    "Ds": Variable(GRID, 0, 1e6),
    "Dsmax": Variable(GRID, 0, 1e5, "mm d-1"),
    "Ws": Variable(GRID, 1e-9, 1e6),
    "c": Variable(GRID, 0, 50),
    "elev": Variable(GRID, -500, 9000, "m"),
    "avg_T": Variable(GRID, -60, 50, "C"),
    "dp": Variable(GRID, 0.01, 100, "m"),
    "rough": Variable(GRID, 1e-7, 10, "m"),
    "snow_rough": Variable(GRID, 1e-7, 10, "m"),
    "annual_prec": Variable(GRID, -inf, inf, "mm"),
    "expt": Variable(LAYER, 3, 200),
    "Ksat": Variable(LAYER, 0, 1e7, "mm d-1"),
    "phi_s": Variable(LAYER, -inf, inf, "mm mm-1"),
    "init_moist": Variable(LAYER, 0, 1e5, "mm"),
    "depth": Variable(LAYER, 1e-3, 100, "m"),
    "bubble": Variable(LAYER, -inf, inf, "cm"),
    "quartz": Variable(LAYER, 0, 1),
    "bulk_density": Variable(LAYER, 50, 4000, "kg m-3"),
    "soil_density": Variable(LAYER, 500, 6000, "kg m-3"),
    "Wcr_FRACT": Variable(LAYER, 0, 1),
    "Wpwp_FRACT": Variable(LAYER, 0, 1),
    "resid_moist": Variable(LAYER, 0, 0.6),
    "Cv": Variable(CLASS, 0, 100),
    "overstory": Variable(CLASS, 0, 1, integer=True),
    "rarc": Variable(CLASS, 0, 1e4, "s m-1"),
    "rmin": Variable(CLASS, 0, 1e4, "s m-1"),
    "wind_h": Variable(CLASS, 0, 300, "m"),
    "RGL": Variable(CLASS, 0, 1e3, "W m-2"),
    "rad_atten": Variable(CLASS, 0, 5),
    "wind_atten": Variable(CLASS, 0, 20),
    "trunk_ratio": Variable(CLASS, 0, 1),
    "LAI": Variable(MONTH, 0, 30),
    "albedo": Variable(MONTH, 0, 1),
    "veg_rough": Variable(MONTH, 0, 20, "m"),
    "displacement": Variable(MONTH, 0, 100, "m"),
    "root_depth": Variable(ROOT, 0, 200, "m"),
    "root_fract": Variable(ROOT, 0, 100),
}  # fmt: skip
_BANDS = {
    "AreaFract": Variable(BAND, 0, 100),
    "elevation": Variable(BAND, -500, 9000, "m"),
    "Pfactor": Variable(BAND, 0, 1e3),
}


# Constants of VIC that a calibration makes fields of; the real program does not read them.
_CALIBRATED = {
    p.name: Variable(GRID, p.least, p.most, p.units) for p in CATALOGUE if p.extent == "constant"
}
FCANOPY = Variable(MONTH, 0, 1)
ALBEDO = Variable(CLASS, 0, 1)


def parameter_layout(options: Options | None = None) -> dict[str, Variable]:
    """The variables that VIC reads with these options, by name; without options all of them."""
    layout = dict(_ALWAYS)
    if options is None:
        return layout | _BANDS | _CALIBRATED | {"fcanopy": FCANOPY, "max_snow_albedo": ALBEDO}
    if options.baseflow == "ARNO":
        for name, high in _BASEFLOW.items():
            layout[name] = Variable(GRID, layout[name].low, high)
    if options.fcan_src == "FROM_VEGPARAM":
        layout["fcanopy"] = FCANOPY
    if options.snow_band:
        layout |= _BANDS
    return layout
