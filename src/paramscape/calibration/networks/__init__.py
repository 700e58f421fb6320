"""Networks of the learned methods; their first weights are drawn from a given generator."""

from .discriminator import Discriminator
from .ffn_a import FfnA
from .lstm_z import LstmZ
from .unet import UNet

__all__ = ["Discriminator", "FfnA", "LstmZ", "UNet"]
