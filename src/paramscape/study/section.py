"""Settings of a job, from the plain values among its rule's parameters."""

from collections.abc import Mapping
from typing import Any, get_args

from pydantic import BaseModel, TypeAdapter

from paramscape.study.study import Study
from paramscape.study.time import LearningPeriods


def section(values: Mapping[str, Any], path: str) -> Any:
    """The settings at a dotted path, such as `surrogate.lstm`, from a rule's plain values.

    Args:
        values: plain values by dotted path, as a rule gives them to its script.
        path: which of them.

    Raises:
        KeyError: if the rule does not give this section to its script.
    """
    if path not in values:
        raise KeyError(
            f"the rule gives its script the sections {', '.join(values)}, but not {path}: "
            "add it to the rule's params, so that a change of it runs the rule again"
        )
    annotation: Any = Study
    for part in path.split("."):
        fields = _model_in(annotation).model_fields
        names = {f.alias or n: n for n, f in fields.items()}
        annotation = fields[names.get(part, part)].annotation
    return TypeAdapter(annotation).validate_python(values[path])


def periods_of(values: Mapping[str, Any]) -> LearningPeriods:
    """All periods, or those of learning where a rule gives its script no others."""
    if "periods" in values:
        return section(values, "periods")
    names = LearningPeriods.model_fields
    return LearningPeriods(**{name: section(values, f"periods.{name}") for name in names})


def _model_in(annotation: Any) -> type[BaseModel]:
    """The one model of an annotation such as `Twin | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(part for part in get_args(annotation) if part is not type(None))
