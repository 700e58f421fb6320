"""Networks of the learned methods; their first weights are drawn from a given generator."""

from paramscape.calibration.networks.discriminator import Discriminator
from paramscape.calibration.networks.ffn_a import FfnA
from paramscape.calibration.networks.lstm_z import LstmZ
from paramscape.calibration.networks.unet import UNet

__all__ = ["Discriminator", "FfnA", "LstmZ", "UNet"]
