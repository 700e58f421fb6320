from collections.abc import Mapping
from typing import Any, ClassVar, get_args

from pydantic import BaseModel, ConfigDict, model_validator


class Settings(BaseModel):
    """Frozen settings that refuse unknown keys, infinite numbers, and yes or no as numbers.

    `former_names` maps the names of earlier versions to the present ones, for the message that
    refuses them.
    """

    former_names: ClassVar[Mapping[str, str]] = {}

    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, allow_inf_nan=False
    )

    @model_validator(mode="before")
    @classmethod
    def _refuse_former_names(cls, values: Any) -> Any:
        given = values if isinstance(values, Mapping) else {}
        former = [f"{old} is now {new}" for old, new in cls.former_names.items() if old in given]
        if former:
            raise ValueError(f"{', '.join(former)}; rename it, its meaning is the same")
        return values

    @model_validator(mode="before")
    @classmethod
    def _have_no_answer_for_a_number(cls, values: Any) -> Any:
        given = values if isinstance(values, Mapping) else {}
        for name, field in cls.model_fields.items():
            value = given.get(field.alias or name)
            if isinstance(value, bool) and not _takes_bool(field.annotation):
                raise ValueError(
                    f"{field.alias or name} is {value}, because YAML reads yes, on, no and off as "
                    "true and false; give a number or a name"
                )
        return values


def _takes_bool(annotation: Any) -> bool:
    return annotation in (bool, Any) or any(_takes_bool(part) for part in get_args(annotation))
