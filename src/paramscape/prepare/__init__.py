"""Preparation: from raw products to the files that VIC and the networks read.

Functions return data sets on the study's grid; writing them is the caller's.
"""

from paramscape.prepare.attributes import further_attributes, parameter_attributes, soil_attributes
from paramscape.prepare.daily import daily_forcing
from paramscape.prepare.domain import prepare_domain
from paramscape.prepare.forcing import prepare_forcing
from paramscape.prepare.land import Land, LandSettings, prepare_land
from paramscape.prepare.native_soil import prepare_native_soil
from paramscape.prepare.observations import finished_observations, prepare_observations
from paramscape.prepare.own_parameters import own_parameters
from paramscape.prepare.parameters import default_parameters, mean_climate
from paramscape.prepare.regrid import conservative
from paramscape.prepare.vegetation import class_fractions, vegetation_parameters

__all__ = [
    "Land",
    "LandSettings",
    "class_fractions",
    "conservative",
    "daily_forcing",
    "default_parameters",
    "finished_observations",
    "further_attributes",
    "mean_climate",
    "own_parameters",
    "parameter_attributes",
    "prepare_domain",
    "prepare_forcing",
    "prepare_land",
    "prepare_native_soil",
    "prepare_observations",
    "soil_attributes",
    "vegetation_parameters",
]
