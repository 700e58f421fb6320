"""Methods that learn parameter fields, behind one interface.

A further method is one module and one entry in `CALIBRATORS`.
"""

from paramscape.calibration.methods.cell_sceua import calibrate_cell_sceua
from paramscape.calibration.methods.default import keep_default
from paramscape.calibration.methods.dpl_a import calibrate_dpl_a
from paramscape.calibration.methods.dpl_z import calibrate_dpl_z
from paramscape.calibration.methods.gan_po import calibrate_gan_po
from paramscape.calibration.methods.gan_po_l1 import calibrate_gan_po_l1
from paramscape.calibration.methods.mpr_sceua import calibrate_mpr_sceua
from paramscape.calibration.problem import CalibrationData, Calibrator, Problem, Workplace

CALIBRATORS: dict[str, Calibrator] = {
    "default": keep_default,
    "mpr-sceua": calibrate_mpr_sceua,
    "cell-sceua": calibrate_cell_sceua,
    "dpl-a": calibrate_dpl_a,
    "dpl-z": calibrate_dpl_z,
    "gan-po": calibrate_gan_po,
    "gan-po-l1": calibrate_gan_po_l1,
}

__all__ = [
    "CALIBRATORS",
    "CalibrationData",
    "Calibrator",
    "Problem",
    "Workplace",
]
