"""Networks of the learned methods; their first weights are drawn from a given generator."""

from .discriminator import Discriminator
from .dpl_network import DplNetwork
from .unet import UNet

__all__ = ["Discriminator", "DplNetwork", "UNet"]
