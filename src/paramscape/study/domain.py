"""The kinds of domains."""

from paramscape.study.grid import MaskDomain, RectangleDomain, VicDomain
from paramscape.study.sampled_cells import BlocksDomain, PointsDomain

Domain = RectangleDomain | MaskDomain | VicDomain | BlocksDomain | PointsDomain
