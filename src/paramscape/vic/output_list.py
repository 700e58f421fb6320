"""VIC's list of output variables: what its files say of each, and which need another mode."""

from typing import NamedTuple


class Metadata(NamedTuple):
    """Unit, aggregation in time by default, CF name, description, and the axis before (lat, lon).

    over_time is "sum" for fluxes, "end" for storages and "mean" for the rest.
    """

    unit: str
    over_time: str
    standard_name: str
    description: str
    axis: str | None = None  # "nlayer", "node" or "snow_band"


METADATA: dict[str, Metadata] = {
    "OUT_ASAT": Metadata("1", "end", "saturated_area_fraction", "saturated area fraction"),
    "OUT_ROOTMOIST": Metadata("mm", "end", "soil_moisture_in_root_zone", "root zone soil moisture"),
    "OUT_SMFROZFRAC": Metadata("1", "end", "soil_moisture_ice_fraction",
        "fraction of soil moisture (by mass) that is ice, for each soil layer", "nlayer"),
    "OUT_SMLIQFRAC": Metadata("1", "end", "soil_moisture_liquid_fraction",
        "fraction of soil moisture (by mass) that is liquid, for each soil layer", "nlayer"),
    "OUT_SNOW_CANOPY": Metadata("mm", "end", "lwe_thickness_of_canopy_intercepted_snow",
        "snow interception storage in canopy"),
    "OUT_SNOW_COVER": Metadata("1", "end", "snow_cover_area_fraction",
        "fractional area of snow cover"),
    "OUT_SNOW_DEPTH": Metadata("cm", "end", "thickness_of_snow", "depth of snow pack"),
    "OUT_SOIL_ICE": Metadata("mm", "end", "soil_moisture_ice_depth",
        "soil ice content for each soil layer", "nlayer"),
    "OUT_SOIL_ICE_FRAC": Metadata("1", "mean", "soil_moisture_ice_depth_fraction",
        "soil ice content fraction for each soil layer", "nlayer"),
    "OUT_SOIL_LIQ": Metadata("mm", "end", "soil_moisture_liquid_depth",
        "soil liquid moisture content for each soil layer", "nlayer"),
    "OUT_SOIL_LIQ_FRAC": Metadata("1", "mean", "soil_moisture_liquid_depth_fraction",
        "soil liquid moisture content fraction for each soil layer", "nlayer"),
    "OUT_SOIL_MOIST": Metadata("mm", "end", "soil_moisture",
        "soil total moisture content", "nlayer"),
    "OUT_SOIL_WET": Metadata("1", "end", "soil_moisture_wetness_fraction",
        "vertical average of (soil moisture - wilting point)/(maximum soil moisture - wilting "
        "point)"),
    "OUT_SURFSTOR": Metadata("mm", "end", "surface_liquid_water_storage",
        "storage of liquid water on surface (ponding)"),
    "OUT_SURF_FROST_FRAC": Metadata("1", "end", "frozen_soil_surface_fraction",
        "fraction of soil surface that is frozen"),
    "OUT_SWE": Metadata("mm", "end", "lwe_thickness_of_snow", "snow water equivalent in snow pack"),
    "OUT_WDEW": Metadata("mm", "end", "soil_moisture_storage_depth_in_canopy",
        "total moisture interception storage in canopy"),
    "OUT_ZWT": Metadata("cm", "end", "water_table_position_lowest_layer",
        "water table position (zwt within lowest unsaturated layer)"),
    "OUT_ZWT_LUMPED": Metadata("cm", "end", "lumped_water_table_position",
        "lumped water table position (zwt of total moisture across all layers, lumped together)"),
    "OUT_BASEFLOW": Metadata("mm", "sum", "baseflow_amount", "baseflow out of the bottom layer"),
    "OUT_DELINTERCEPT": Metadata("mm", "sum", "change_in_canopy_interception_amount",
        "change in canopy interception storage"),
    "OUT_DELSOILMOIST": Metadata("mm", "sum", "change_in_soil_water_amount",
        "change in soil water content"),
    "OUT_DELSURFSTOR": Metadata("mm", "sum", "change_in_surface_liquid_water_storage",
        "change in surface liquid water storage"),
    "OUT_DELSWE": Metadata("mm", "sum", "change_in_snow_lwe_thickness",
        "change in snow water equivalent"),
    "OUT_EVAP": Metadata("mm", "sum", "water_evaporation_flux_net", "total net evaporation"),
    "OUT_EVAP_BARE": Metadata("mm", "sum", "water_evaporation_from_soil",
        "net evaporation from bare soil"),
    "OUT_EVAP_CANOP": Metadata("mm", "sum", "water_evaporation_from_canopy",
        "net evaporation from canopy interception"),
    "OUT_INFLOW": Metadata("mm", "sum", "soil_column_inflow",
        "moisture that reaches top of soil column"),
    "OUT_PET": Metadata("mm", "sum", "water_potential_evaporation_amount",
        "Potential evapotranspiration (= area-weighted sum of potential transpiration and "
        "potential soil evaporation)"),
    "OUT_PREC": Metadata("mm", "sum", "precipitation_amount", "incoming precipitation"),
    "OUT_RAINF": Metadata("mm", "sum", "rainfall_amount", "liquid rainfall amount"),
    "OUT_RUNOFF": Metadata("mm", "sum", "runoff_amount", "surface runoff"),
    "OUT_SNOWF": Metadata("mm", "sum", "snowfall_lwe_amount", "snowfall"),
    "OUT_SNOW_MELT": Metadata("mm", "sum", "snow_melt_amount", "snow melt"),
    "OUT_SUB_BLOWING": Metadata("mm", "sum", "submlimation_amount_from_blowing_snow",
        "net sublimation of blowing snow"),
    "OUT_SUB_CANOP": Metadata("mm", "sum", "sublimation_amount_from_canopy_snow",
        "net sublimation from snow stored in canopy"),
    "OUT_SUB_SNOW": Metadata("mm", "sum", "sublimation_amount_from_snow_pack",
        "net sublimation from snow pack (surface and blowing)"),
    "OUT_SUB_SURFACE": Metadata("mm", "sum", "sublimation_amount_from_snow_pack_surface",
        "net sublimation from snow pack surface"),
    "OUT_TRANSP_VEG": Metadata("mm", "sum", "transpiration_amount",
        "net transpiration from vegetation"),
    "OUT_WATER_ERROR": Metadata("mm", "mean", "water_budget_error", "water budget error"),
    "OUT_ALBEDO": Metadata("1", "mean", "surface_albedo", "albedo"),
    "OUT_SALBEDO": Metadata("1", "mean", "snow_albedo", "snow albedo"),
    "OUT_SNOW_PACK_TEMP": Metadata("C", "mean", "snow_pack_temperature", "snow pack temperature"),
    "OUT_SNOW_SURF_TEMP": Metadata("C", "mean", "snow_surface_temperature",
        "snow surface temperature"),
    "OUT_SOIL_TEMP": Metadata("C", "mean", "soil_temperature",
        "soil temperature for each soil layer", "nlayer"),
    "OUT_SOIL_TNODE": Metadata("C", "mean", "soil_temperature",
        "soil temperature for each soil thermal node", "node"),
    "OUT_AERO_COND": Metadata("m/s", "mean", "aerodynamic_conductance",
        "scene aerodynamic conductance (tiles with overstory contribute overstory conductance; "
        "others contribue surface conductance)"),
    "OUT_AERO_COND1": Metadata("m/s", "mean", "aerodynamic_conductance_surface",
        "surface aerodynamic conductance"),
    "OUT_AERO_COND2": Metadata("m/s", "mean", "aerodynamic_conductance_overstory",
        "overstory aerodynamic conductance"),
    "OUT_AERO_RESIST": Metadata("s m-1", "mean", "aerodynamic_resistance",
        "scene aerodynamic resistance (tiles with overstory contribute overstory resistance; "
        "others contribue surface resistance)"),
    "OUT_AERO_RESIST1": Metadata("s m-1", "mean", "aerodynamic_resistance_surface",
        "surface aerodynamic resistance"),
    "OUT_AERO_RESIST2": Metadata("s m-1", "mean", "aerodynamic_resistance_overstory",
        "overstory aerodynamic resistance"),
    "OUT_AIR_TEMP": Metadata("C", "mean", "air_temperature", "air temperature"),
    "OUT_DENSITY": Metadata("kg m-3", "mean", "air_density", "near-surface atmospheric density"),
    "OUT_FCANOPY": Metadata("1", "mean", "canopy_cover_area_fraction",
        "fractional area covered by plant canopy"),
    "OUT_LAI": Metadata("1", "mean", "leaf_area_index", "leaf area index"),
    "OUT_LWDOWN": Metadata("W m-2", "mean", "downwelling_longwave_flux_in_air",
        "incoming longwave"),
    "OUT_PRESSURE": Metadata("kPa", "mean", "surface_air_pressure",
        "near surface atmospheric pressure"),
    "OUT_QAIR": Metadata("1", "mean", "specific_humidity", "specific humidity"),
    "OUT_REL_HUMID": Metadata("1", "mean", "relative_humidity", "relative humidity"),
    "OUT_SWDOWN": Metadata("W m-2", "mean", "incoming shortwave", "incoming shortwave"),
    "OUT_VP": Metadata("kPa", "mean", "water_vapor_pressure", "near surface vapor pressure"),
    "OUT_VPD": Metadata("kPa", "mean", "water_vapor_saturation_deficit",
        "near surface vapor pressure deficit"),
    "OUT_WIND": Metadata("m s-1", "mean", "wind_speed", "near surface wind speed"),
    "OUT_ALBEDO_BAND": Metadata("1", "mean", "surface_albedo", "albedo", "snow_band"),
    "OUT_SNOW_CANOPY_BAND": Metadata("mm", "end", "lwe_thickness_of_canopy_intercepted_snow",
        "snow interception storage in canopy", "snow_band"),
    "OUT_SNOW_COVER_BAND": Metadata("1", "end", "snow_cover_area_fraction",
        "fractional area of snow cover", "snow_band"),
    "OUT_SNOW_DEPTH_BAND": Metadata("cm", "end", "thickness_of_snow",
        "depth of snow pack", "snow_band"),
    "OUT_SNOW_MELT_BAND": Metadata("mm", "mean", "snow_melt_amount", "snow melt", "snow_band"),
    "OUT_SNOW_PACKT_BAND": Metadata("C", "mean", "snow_pack_temperature",
        "snow pack temperature", "snow_band"),
    "OUT_SNOW_SURFT_BAND": Metadata("C", "mean", "snow_surface_temperature",
        "snow surface temperature", "snow_band"),
    "OUT_SWE_BAND": Metadata("mm", "end", "lwe_thickness_of_snow",
        "snow water equivalent in snow pack", "snow_band"),
}  # fmt: skip

LAKE = (
    "AREA_FRAC", "DEPTH", "ICE", "ICE_FRACT", "ICE_HEIGHT", "MOIST", "SURF_AREA", "SWE", "SWE_V",
    "VOLUME", "BF_IN", "BF_IN_V", "BF_OUT", "BF_OUT_V", "CHAN_IN", "CHAN_IN_V", "CHAN_OUT",
    "CHAN_OUT_V", "DSTOR", "DSTOR_V", "DSWE", "DSWE_V", "EVAP", "EVAP_V", "PREC_V", "RCHRG",
    "RCHRG_V", "RO_IN", "RO_IN_V", "VAPFLX", "VAPFLX_V", "ICE_TEMP", "SURF_TEMP",
)  # fmt: skip
CARBON = (
    "CATM", "FDIR", "PAR", "APAR", "GPP", "RAUT", "NPP", "LITTERFALL", "RHET", "NEE", "CLITTER",
    "CINTER", "CSLOW",
)  # fmt: skip
FROZEN = ("FDEPTH", "TDEPTH", "FUSION")
ENERGY = (
    "BARESOILT", "RAD_TEMP", "SURF_TEMP", "VEGT", "ADV_SENS", "ADVECTION", "DELTACC", "DELTAH",
    "ENERGY_ERROR", "GRND_FLUX", "IN_LONG", "LATENT", "LATENT_SUB", "MELT_ENERGY", "LWNET",
    "SWNET", "R_NET", "RFRZ_ENERGY", "SENSIBLE", "ADV_SENS_BAND", "ADVECTION_BAND",
    "DELTACC_BAND", "GRND_FLUX_BAND", "IN_LONG_BAND", "LATENT_BAND", "LATENT_SUB_BAND",
    "MELT_ENERGY_BAND", "LWNET_BAND", "SWNET_BAND", "RFRZ_ENERGY_BAND", "SENSIBLE_BAND",
    "SNOW_FLUX", "SNOW_FLUX_BAND", "SNOWT_FBFLAG", "SOILT_FBFLAG", "SURFT_FBFLAG", "TCAN_FBFLAG",
    "TFOL_FBFLAG",
)  # fmt: skip
NOT_KEPT = (
    "REFREEZE", "SURF_COND", "TIME_VICRUN_WALL", "TIME_VICRUN_CPU",
)  # fmt: skip
BEYOND: dict[str, str] = {
    **{f"OUT_LAKE_{name}": "it needs lakes (LAKES TRUE)" for name in LAKE},
    "OUT_SOIL_TNODE_WL": "it needs lakes (LAKES TRUE)",
    **{f"OUT_{name}": "it needs the carbon cycle (CARBON TRUE)" for name in CARBON},
    **{f"OUT_{name}": "it needs frozen soil (FROZEN_SOIL TRUE)" for name in FROZEN},
    **{f"OUT_{name}": "it belongs to the energy balance (FULL_ENERGY TRUE)" for name in ENERGY},
    **{f"OUT_{name}": "the model does not keep it" for name in NOT_KEPT},
    "OUT_DISCHARGE": "it needs the routing extension",
}
