"""The options of a simulation that VIC reads from its global parameter file."""

from dataclasses import dataclass

BASEFLOWS = ("ARNO", "NIJSSEN2001")
AERODYNAMICS = ("AR_406", "AR_406_LS", "AR_406_FULL", "AR_410")
FRACTION_SOURCES = ("FROM_DEFAULT", "FROM_VEGPARAM")
WATER_BALANCES = ("as-vic", "conserve")


@dataclass(frozen=True)
class Options:
    """Steps per day and the choices among VIC's parameterisations.

    water_balance is this program's own: "as-vic" loses and makes water where VIC 5.1 does, for
    the same numbers; "conserve" keeps all of it, see docs/water-balance.md.

    Raises:
        ValueError: for steps or choices that VIC's image driver refuses.
    """

    model_steps_per_day: int = 1
    snow_steps_per_day: int = 8
    runoff_steps_per_day: int = 24
    baseflow: str = "ARNO"
    aero_resist_cansnow: str = "AR_406_FULL"
    snow_band: bool = False
    fcan_src: str = "FROM_DEFAULT"
    max_snow_albedo: bool = False
    water_balance: str = "as-vic"

    def __post_init__(self) -> None:
        _check_model_steps(self.model_steps_per_day)
        _check_snow_steps(self.snow_steps_per_day, self.model_steps_per_day)
        _check_runoff_steps(self.runoff_steps_per_day, self.model_steps_per_day)
        _check_choice("BASEFLOW", self.baseflow, BASEFLOWS)
        _check_choice("AERO_RESIST_CANSNOW", self.aero_resist_cansnow, AERODYNAMICS)
        _check_choice("FCAN_SRC", self.fcan_src, FRACTION_SOURCES)
        _check_choice("water_balance", self.water_balance, WATER_BALANCES)

    @property
    def substeps(self) -> int:
        """Snow steps in one model step."""
        return self.snow_steps_per_day // self.model_steps_per_day

    @property
    def conserve(self) -> bool:
        """Whether no water is lost or made."""
        return self.water_balance == "conserve"

    @property
    def runoff_substeps(self) -> int:
        """Runoff steps in one model step."""
        return self.runoff_steps_per_day // self.model_steps_per_day


def _check_model_steps(steps: int) -> None:
    allowed = steps == 1 or (4 <= steps <= 1440 and (steps <= 24 or steps % 24 == 0))
    if not allowed or 86400 % steps:
        raise ValueError(
            f"MODEL_STEPS_PER_DAY={steps} is not possible: it is 1, or 4 to 1440 and above 24 a "
            "multiple of 24, and divides a day into whole seconds"
        )


def _check_snow_steps(steps: int, model_steps: int) -> None:
    if model_steps > 1 and steps != model_steps:
        raise ValueError(
            f"SNOW_STEPS_PER_DAY={steps} must equal MODEL_STEPS_PER_DAY={model_steps}; "
            "only a daily model step has snow steps of its own"
        )
    if not 4 <= steps <= 1440 or 86400 % steps or (steps > 24 and steps % 24):
        raise ValueError(
            f"SNOW_STEPS_PER_DAY={steps} must be 4 to 1440, above 24 a multiple of 24, and divide "
            "a day into whole seconds"
        )


def _check_runoff_steps(steps: int, model_steps: int) -> None:
    if not 4 <= steps <= 1440 or steps % model_steps or (steps > 24 and steps % 24):
        raise ValueError(
            f"RUNOFF_STEPS_PER_DAY={steps} must be 4 to 1440, above 24 a multiple of 24, and a "
            f"multiple of MODEL_STEPS_PER_DAY={model_steps}"
        )


def _check_choice(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ValueError(f"{name}={value!r} is not one of {', '.join(allowed)}")
