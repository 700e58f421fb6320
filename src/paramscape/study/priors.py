"""Priors of the calibrated parameters."""

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import (
    Field,
    SerializerFunctionWrapHandler,
    create_model,
    model_serializer,
    model_validator,
)

from paramscape.study._base import Settings
from paramscape.study.parameters import BY_NAME, CATALOGUE, GAN_PO_PARAMETERS, Parameter


class Prior(Settings):
    """The range of one parameter."""

    low: float = Field(description="Smallest value [the parameter's unit].")
    high: float = Field(description="Largest value [the parameter's unit].")
    scale: Literal["linear", "log"] = Field("linear", description="Scale of the unit interval.")

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        if self.high <= self.low:
            raise ValueError(f"a prior needs low < high, got {self.low} to {self.high}")
        if self.scale == "log" and self.low <= 0:
            raise ValueError(f"a prior on a log scale needs low > 0, got {self.low}")
        return self


def default_prior(name: str) -> Prior:
    """The catalogue's prior of a parameter."""
    parameter = BY_NAME[name]
    return Prior(low=parameter.low, high=parameter.high, scale=parameter.scale)


class _Priors(Settings):
    """Ranges of the parameters that a study calibrates."""

    @classmethod
    def of(cls, names: tuple[str, ...], **given: Prior) -> Self:
        """Priors of these parameters: those given, else the catalogue's."""
        return cls(**{name: given.get(name) or default_prior(name) for name in names})

    @property
    def names(self) -> tuple[str, ...]:
        """The calibrated parameters, in the order of the catalogue."""
        return tuple(n for n in type(self).model_fields if getattr(self, n) is not None)

    def __getitem__(self, name: str) -> Prior:
        """The prior of a parameter; the catalogue's of one that is not calibrated."""
        return getattr(self, name) or default_prior(name)

    @model_validator(mode="before")
    @classmethod
    def _default_to_the_seven(cls, values: Any) -> Any:
        if isinstance(values, Mapping) and not values:
            return {name: default_prior(name) for name in GAN_PO_PARAMETERS}
        return values

    @model_validator(mode="after")
    def _are_accepted_by_vic(self) -> Self:
        if not self.names:
            raise ValueError("no parameter has a prior; name at least one to be calibrated")
        for name in self.names:
            _require_accepted(BY_NAME[name], self[name])
        for name in self.names:
            _require_below(BY_NAME[name], self)
        return self

    @model_serializer(mode="wrap")
    def _only_calibrated(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: prior for name, prior in dump(self).items() if prior is not None}


def _require_accepted(parameter: Parameter, prior: Prior) -> None:
    if prior.low < parameter.lowest or prior.high > parameter.most:
        raise ValueError(
            f"{parameter.name} from {prior.low:g} to {prior.high:g} is outside of what VIC "
            f"accepts: {parameter.accepted}"
        )


def _require_below(parameter: Parameter, priors: _Priors) -> None:
    """Refuse a bounded parameter without its upper bound, or one that starts above it."""
    name, below = parameter.name, parameter.below
    if below is None:
        return
    if below.upper not in priors.names:
        raise ValueError(
            f"{name} must stay below {below.upper}, so it can only be calibrated together with it: "
            f"add {below.upper} to calibration.parameters, or take {name} out"
        )
    low, upper = priors[name].low, priors[below.upper].low
    if low >= below.share * upper - below.gap:
        raise ValueError(
            f"{name} starts at {low:g} and {below.upper} at {upper:g}; {name} lies between its low "
            f"end and the cell's {below.upper}, so {name}.low must be below {below.upper}.low"
        )


def _field(parameter: Parameter) -> tuple[Any, Any]:
    unit = "" if parameter.units == "1" else f" [{parameter.units}]"
    words = f"{parameter.long_name[0].upper()}{parameter.long_name[1:]}{unit}"
    scale = ", log scale" if parameter.scale == "log" else ""
    default = f"{parameter.low:g} to {parameter.high:g}{scale} where it is calibrated"
    return Prior | None, Field(None, description=f"{words}; {default}.")


Priors = create_model(
    "Priors",
    __base__=_Priors,
    __doc__=_Priors.__doc__,
    **{parameter.name: _field(parameter) for parameter in CATALOGUE},
)


def resolved_priors(settings: Any) -> Any:
    """A study's settings with a prior for every parameter that it calibrates, and for no other.

    Raises:
        ValueError: if a prior is given of a known parameter that is not calibrated.
    """
    if not isinstance(settings, Mapping):
        return settings
    calibration, given = settings.get("calibration"), settings.get("priors") or {}
    named = calibration.get("parameters") if isinstance(calibration, Mapping) else None
    names = [n for n in named if n in BY_NAME] if isinstance(named, list | tuple) else None
    names = names or GAN_PO_PARAMETERS
    given = given.model_dump() if isinstance(given, _Priors) else given
    if not isinstance(given, Mapping):
        return settings
    idle = [name for name in given if name in BY_NAME and name not in names]
    if idle:
        raise ValueError(
            f"priors.{idle[0]}: {idle[0]} is not calibrated; add it to calibration.parameters, or "
            "take its prior out"
        )
    defaults = {name: default_prior(name).model_dump() for name in names}
    return {**settings, "priors": {**defaults, **given}}
