"""The physical constants and fixed coefficients of VIC 5.1, in VIC's units."""

SECONDS_PER_DAY = 86400.0
FREEZING_POINT = 273.15  # [K]
STEFAN_BOLTZMANN = 5.67e-8  # [W m-2 K-4]
KARMAN = 0.4
GRAVITY = 9.80616  # [m s-2]
GAS_CONSTANT = 6.02214e26 * 1.38065e-23  # [J K-1 kmol-1]
GAS_CONSTANT_DRY_AIR = GAS_CONSTANT / 28.966  # [J K-1 kg-1]
VAPOUR_TO_AIR_MASS = 18.016 / 28.97
STANDARD_PRESSURE = 101325.0  # [Pa]
LAPSE_RATE = -0.0065  # [K m-1]
GROUND_EMISSIVITY = 0.97
CANOPY_EMISSIVITY = 0.97
SNOW_EMISSIVITY = 0.97
SATURATION_PRESSURE = 0.61078  # [kPa] at 0 C; these three of Shuttleworth (1993)
SATURATION_GROWTH = 17.269
SATURATION_OFFSET = 237.3  # [C]

WATER_DENSITY = 1000.0  # [kg m-3]
ICE_DENSITY = 917.0  # [kg m-3]
AIR_HEAT_CAPACITY = 1013.0  # [J kg-1 K-1]
WATER_HEAT_CAPACITY = 4188.0  # [J kg-1 K-1]
ICE_HEAT_CAPACITY = 2117.27e3  # of one cubic metre of water equivalent [J m-3 K-1]
LATENT_HEAT_FUSION = 3.337e5  # [J kg-1]
JOULES_PER_CALORIE = 4.1868

HUGE_RESISTANCE = 1e20  # [s m-1], where the air does not move
REFERENCE_ROUGHNESS_HEIGHT = 2.0  # [m] above the surface, where near-surface wind is taken
DISPLACEMENT_TO_HEIGHT = 0.67
ROUGHNESS_TO_HEIGHT = 0.123
CRITICAL_RICHARDSON = 0.2
LOWEST_RICHARDSON = -0.5

SOIL_ARCHITECTURAL_RESISTANCE = 100.0  # [s m-1]
LARGEST_CANOPY_RESISTANCE = 5000.0  # [s m-1]
VAPOUR_DEFICIT_CLOSURE = 4000.0  # [Pa]
SMALLEST_VAPOUR_DEFICIT_FACTOR = 0.1
BARE_SOIL_ALBEDO = 0.2
RESIDUAL_MOISTURE = 0.0  # [m3 m-3] where a parameter file has VIC's mark of a missing value
LEAF_WATER_CAPACITY = 0.1  # [mm] per unit of leaf area
LEAF_SNOW_CAPACITY = 5e-4  # [m] per unit of leaf area
SMALLEST_CANOPY_FRACTION = 1e-4
SOIL_EVAPORATION_TERMS = 30

ALL_SNOW_BELOW = -0.5  # [C]
ALL_RAIN_ABOVE = 0.5  # [C]
SNOWFALL_CUT = 1e-5  # [mm] per step; less snowfall is discarded
TRACE_SNOW = 0.03  # [mm] per step
VANISHING_SNOW = 2.0**-52  # [m]
NEW_SNOW_ALBEDO = 0.85
ACCUMULATING_ALBEDO = (0.94, 0.58)  # base and exponent of its decay with the days
THAWING_ALBEDO = (0.82, 0.46)
NEW_SNOW_DENSITY = 50.0  # [kg m-3] in air colder than 0 F
LARGEST_NEW_DENSITY = 400.0  # [kg m-3]
NEW_DENSITY_SCALE = 100.0  # [F]
SETTLING_SCALE = 10.0  # [in] depth of the pack
SETTLING_EXPONENT = 0.35
LARGEST_COMPACTION = 0.9  # of the depth of snow, in one step
SNOW_VISCOSITY = 3.6e6  # of a pack at 0 C and without weight
VISCOSITY_TEMPERATURE = 0.08  # [K-1]
VISCOSITY_DENSITY = 0.021  # [m3 kg-1]
SURFACE_LAYER_LIMIT = 0.125  # [m] of ice in the surface layer of the pack
THIN_SNOW = 0.001  # [m] of ice without a temperature of its own; also water a canopy drops dry
LIQUID_CAPACITY = 0.035  # liquid water a pack or canopy snow holds, per unit of ice
SNOW_CONDUCTIVITY = 2.9302e-6
SMALLEST_CONDUCTING_DEPTH = 1e-8  # [m]
UNSOLVED_TEMPERATURE = 999.0  # [C], VIC's mark for a pack too thin for a temperature
LEAST_CANOPY_SNOW = 0.005  # [m] kept through a mass release
BRACKET_HALF_WIDTH = 5.0  # [K]


def all_values() -> tuple[tuple[str, object], ...]:
    """Names and values of all constants, on which a compiled simulation depends."""
    return tuple((name, value) for name, value in globals().items() if name.isupper())
