"""The typed settings of a study; unknown keys are refused with the nearest valid name."""

from .calibration import STATEFUL_SIMULATORS, Calibration, Run, all_runs, learned_methods
from .ensemble import Ensemble, FieldMixture, FieldSampling, Prior, Priors
from .gate import Gate
from .grid import Domain, Grid, MaskDomain, RectangleDomain, VicDomain
from .learned import (
    Curvature,
    Dpl,
    DplA,
    DplWindows,
    DplZ,
    GanPo,
    GanPoL1,
    HeadStart,
    Learned,
    Stabilisers,
    VicWindows,
)
from .load import SettingsError, given_settings, load, read_settings, validate
from .model import REAL_PROGRAM, Vic
from .mpr_inputs import TEXTURE, mpr_attributes
from .needs import possible_runs
from .products import (
    CfAttribute,
    CfObservations,
    ChinaSoil,
    CmfdForcing,
    Elevation,
    FluxTowerObservations,
    GleamObservations,
    LandCover,
    NldasForcing,
    Products,
    TruthObservations,
    VicForcing,
)
from .refresh import Refresh
from .sceua import CellSceua, MprSceua, Sceua
from .schema import json_schema, schema_text
from .search import candidates_of
from .section import periods_of, section
from .study import About, Compute, Study
from .surrogate import Arnet, Lstm, Rollout, Seq2seq, Surrogates, SurrogateTraining
from .time import LearningPeriods, Period, Periods
from .twin import Twin

__all__ = [
    "REAL_PROGRAM",
    "STATEFUL_SIMULATORS",
    "TEXTURE",
    "About",
    "Arnet",
    "Calibration",
    "CellSceua",
    "CfAttribute",
    "CfObservations",
    "ChinaSoil",
    "CmfdForcing",
    "Compute",
    "Curvature",
    "Domain",
    "Dpl",
    "DplA",
    "DplWindows",
    "DplZ",
    "Elevation",
    "Ensemble",
    "FieldMixture",
    "FieldSampling",
    "FluxTowerObservations",
    "GanPo",
    "GanPoL1",
    "Gate",
    "GleamObservations",
    "Grid",
    "HeadStart",
    "LandCover",
    "Learned",
    "LearningPeriods",
    "Lstm",
    "MaskDomain",
    "MprSceua",
    "NldasForcing",
    "Period",
    "Periods",
    "Prior",
    "Priors",
    "Products",
    "RectangleDomain",
    "Refresh",
    "Rollout",
    "Run",
    "Sceua",
    "Seq2seq",
    "SettingsError",
    "Stabilisers",
    "Study",
    "SurrogateTraining",
    "Surrogates",
    "TruthObservations",
    "Twin",
    "Vic",
    "VicDomain",
    "VicForcing",
    "VicWindows",
    "all_runs",
    "candidates_of",
    "given_settings",
    "json_schema",
    "learned_methods",
    "load",
    "mpr_attributes",
    "periods_of",
    "possible_runs",
    "read_settings",
    "schema_text",
    "section",
    "validate",
]
