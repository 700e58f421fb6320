"""Typed settings of a study, its quantities, units and paths."""

from paramscape.study.calibration import (
    STATEFUL_SIMULATORS,
    Calibration,
    Run,
    all_runs,
)
from paramscape.study.check_products import Mod16Checks
from paramscape.study.domain import Domain
from paramscape.study.ensemble import Ensemble, FieldMixture, FieldSampling
from paramscape.study.fill import Filler
from paramscape.study.forcing_products import CmfdForcing, NldasForcing, VicForcing
from paramscape.study.grid import Grid, MaskDomain, RectangleDomain, VicDomain
from paramscape.study.land_products import CfAttribute, ChinaSoil, ConusSoil, Elevation, LandCover
from paramscape.study.learned import (
    Dpl,
    DplA,
    DplWindows,
    DplZ,
    GanPo,
    GanPoL1,
    Learned,
    Optimized,
    Preconditioning,
    Pretraining,
    Stabilisers,
    StatefulWindows,
)
from paramscape.study.load import SettingsError, given_settings, load, read_settings, validate
from paramscape.study.methods import METHODS, Method, learned_methods
from paramscape.study.model import REAL_PROGRAM, Vic
from paramscape.study.moisture import ComparedMoisture
from paramscape.study.mpr_inputs import TEXTURE, mpr_attributes
from paramscape.study.needs import possible_runs
from paramscape.study.observation_products import (
    CfObservations,
    FluxTowerObservations,
    GleamObservations,
    SmapObservations,
    TruthObservations,
)
from paramscape.study.paraformer import (
    ParaFormer,
    ParaFormerAttributes,
    ParaFormerSeries,
    ParaFormerWindows,
)
from paramscape.study.priors import Prior, Priors
from paramscape.study.products import PRODUCTS, Products, product_of
from paramscape.study.refinement import Refinement
from paramscape.study.sampled_cells import BlocksDomain, MarkedCells, Point, PointsDomain
from paramscape.study.sceua import CellSceua, MprSceua, Sceua
from paramscape.study.schema import json_schema, schema_text
from paramscape.study.search import candidates_of
from paramscape.study.section import periods_of, section
from paramscape.study.sensitivity_check import SensitivityCheck
from paramscape.study.space import Space
from paramscape.study.study import About, Compute, Study
from paramscape.study.surrogate import Arnet, Lstm, Rollout, Seq2seq, Surrogates, SurrogateTraining
from paramscape.study.time import LearningPeriods, Period, Periods
from paramscape.study.twin import Twin

__all__ = [
    "METHODS",
    "PRODUCTS",
    "REAL_PROGRAM",
    "STATEFUL_SIMULATORS",
    "TEXTURE",
    "About",
    "Arnet",
    "BlocksDomain",
    "Calibration",
    "CellSceua",
    "CfAttribute",
    "CfObservations",
    "ChinaSoil",
    "CmfdForcing",
    "ComparedMoisture",
    "Compute",
    "ConusSoil",
    "Domain",
    "Dpl",
    "DplA",
    "DplWindows",
    "DplZ",
    "Elevation",
    "Ensemble",
    "FieldMixture",
    "FieldSampling",
    "Filler",
    "FluxTowerObservations",
    "GanPo",
    "GanPoL1",
    "GleamObservations",
    "Grid",
    "LandCover",
    "Learned",
    "LearningPeriods",
    "Lstm",
    "MarkedCells",
    "MaskDomain",
    "Method",
    "Mod16Checks",
    "MprSceua",
    "NldasForcing",
    "Optimized",
    "ParaFormer",
    "ParaFormerAttributes",
    "ParaFormerSeries",
    "ParaFormerWindows",
    "Period",
    "Periods",
    "Point",
    "PointsDomain",
    "Preconditioning",
    "Pretraining",
    "Prior",
    "Priors",
    "Products",
    "RectangleDomain",
    "Refinement",
    "Rollout",
    "Run",
    "Sceua",
    "SensitivityCheck",
    "Seq2seq",
    "SettingsError",
    "SmapObservations",
    "Space",
    "Stabilisers",
    "StatefulWindows",
    "Study",
    "SurrogateTraining",
    "Surrogates",
    "TruthObservations",
    "Twin",
    "Vic",
    "VicDomain",
    "VicForcing",
    "all_runs",
    "candidates_of",
    "given_settings",
    "json_schema",
    "learned_methods",
    "load",
    "mpr_attributes",
    "periods_of",
    "possible_runs",
    "product_of",
    "read_settings",
    "schema_text",
    "section",
    "validate",
]
