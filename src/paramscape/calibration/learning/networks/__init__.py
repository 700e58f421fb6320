"""Networks of the learned methods; their initial weights are drawn from a given generator."""

from paramscape.calibration.learning.networks.discriminator import Discriminator
from paramscape.calibration.learning.networks.ffn_a import FfnA
from paramscape.calibration.learning.networks.lstm_z import LstmZ
from paramscape.calibration.learning.networks.paraformer_a import ParaFormerA
from paramscape.calibration.learning.networks.paraformer_z import ParaFormerZ
from paramscape.calibration.learning.networks.unet import UNet

__all__ = ["Discriminator", "FfnA", "LstmZ", "ParaFormerA", "ParaFormerZ", "UNet"]
