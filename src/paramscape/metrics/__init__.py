"""Point and spatial scores on masked grids, and the table that says how to read them."""

from paramscape.metrics._grid import DailyScore
from paramscape.metrics.eof import EofSimilarity, joint_eof_similarity
from paramscape.metrics.evaluate import evaluate
from paramscape.metrics.fss import PERCENTILES, WINDOWS, fractions_skill_score, fss_curves
from paramscape.metrics.point import (
    KgeComponents,
    PairMoments,
    cc,
    kge,
    kge_components,
    moments,
    relative_rmse_change,
    rmse,
    scorable_cells,
    share_above,
    share_improved,
    share_of_cells,
)
from paramscape.metrics.recovery import PriorRange, Recovery, parameter_recovery
from paramscape.metrics.scores import SCORES, Score
from paramscape.metrics.spaef import Spaef, spatial_efficiency
from paramscape.metrics.ssim import observed_range, ssim_map, ssim_per_day

__all__ = [
    "PERCENTILES",
    "SCORES",
    "WINDOWS",
    "DailyScore",
    "EofSimilarity",
    "KgeComponents",
    "PairMoments",
    "PriorRange",
    "Recovery",
    "Score",
    "Spaef",
    "cc",
    "evaluate",
    "fractions_skill_score",
    "fss_curves",
    "joint_eof_similarity",
    "kge",
    "kge_components",
    "moments",
    "observed_range",
    "parameter_recovery",
    "relative_rmse_change",
    "rmse",
    "scorable_cells",
    "share_above",
    "share_improved",
    "share_of_cells",
    "spatial_efficiency",
    "ssim_map",
    "ssim_per_day",
]
