"""Reading a study's settings and saying what is wrong with them."""

import io
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError

from paramscape.study.needs import Mistakes
from paramscape.study.profile import over, with_profile
from paramscape.study.study import Study


class SettingsError(ValueError):
    """Settings that break a rule; the message lists every mistake with its place and cure."""


def validate(settings: Mapping[str, Any]) -> Study:
    """Turn a mapping, as read from YAML, into a checked study with its profile's defaults.

    Raises:
        SettingsError: naming every setting that is unknown, missing or out of range.
    """
    try:
        return Study.model_validate(with_profile(settings))
    except ValidationError as error:
        lines = [line for e in error.errors(include_url=False) for line in _lines(e)]
        raise SettingsError(
            f"{len(lines)} mistake(s) in the settings:\n  " + "\n  ".join(lines)
        ) from None


def load(*paths: Path) -> Study:
    """Read a study from its YAML file and from override files, of which the last wins.

    Raises:
        SettingsError: if a file is not a mapping or a setting is wrong.
    """
    return validate(given_settings(*paths))


def given_settings(*paths: Path) -> dict[str, Any]:
    """What the YAML files of a study say, later files over earlier ones, without any default.

    Raises:
        SettingsError: if a file is not a mapping.
    """
    settings: dict[str, Any] = {}
    for path in paths:
        settings = over(read_settings(path), settings)
    return settings


def read_settings(path: Path) -> Mapping[str, Any]:
    """Read a YAML file of settings, in which every setting stands once.

    Raises:
        SettingsError: if it is not UTF-8, not YAML or not a mapping; if a setting stands twice,
            of which YAML would silently take the last; if it asks Snakemake to run code.
    """
    text = io.StringIO(_text(path))
    text.name = str(path)
    try:
        settings = yaml.load(text, Loader=_SingleKeys)
    except yaml.YAMLError as error:
        raise SettingsError(f"{path} is not YAML: {error}") from None
    if not isinstance(settings, Mapping):
        raise SettingsError(
            f"{path}: expected a mapping of settings, got {type(settings).__name__}"
        )
    if "__use_yte__" in settings:
        raise SettingsError(
            f"{path}: __use_yte__ has Snakemake run code that the file holds; a study's settings "
            "hold none: take it out, with the lines that start with a question mark"
        )
    return settings


def _text(path: Path) -> str:
    """The text of a file in UTF-8, as Snakemake reads it, without a byte order mark."""
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        shown = data.splitlines()[line - 1].decode("latin-1").strip()
        raise SettingsError(
            f"{path}:{line}: the file must be in UTF-8, and byte {data[error.start]:#04x} of this "
            f"line is not: {shown!r} (as Latin-1). Save it as UTF-8, or take the letter out"
        ) from None


class _SingleKeys(yaml.SafeLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: dict[str, int] = {}
        for key, _ in node.value:
            line = key.start_mark.line + 1
            name = str(key.value)
            if name in seen:
                raise SettingsError(
                    f"{key.start_mark.name}: {name} stands twice in its section, in lines "
                    f"{seen[name]} and {line}; keep one"
                )
            seen[name] = line
        return super().construct_mapping(node, deep)


def _lines(error: Mapping[str, Any]) -> list[str]:
    cause = error.get("ctx", {}).get("error")
    return list(cause.sentences) if isinstance(cause, Mistakes) else [_explain(error)]


def _explain(error: Mapping[str, Any]) -> str:
    place = [str(part) for part in error["loc"]]
    where = ".".join(place)
    if error["type"] == "extra_forbidden":
        known = _known_names(place[:-1])
        near = get_close_matches(place[-1], known, n=1, cutoff=0.4)
        hint = f"did you mean {near[0]}?" if near else f"known here: {', '.join(known)}"
        return f"{where}: unknown setting; {hint}"
    if error["type"] == "missing":
        return f"{where}: this setting is required{_described(place)}"
    message = error["msg"].removeprefix("Value error, ")
    # The input of a rule that looks at several settings is a whole section.
    got = "" if isinstance(error["input"], Mapping) else f" (got {error['input']!r})"
    return f"{where}: {message}{got}" if where else message


def _described(place: list[str]) -> str:
    """What a setting is for, in parentheses, where its model says so."""
    for model in _models_at(place[:-1]):
        field = model.model_fields.get(place[-1])
        if field is not None and field.description:
            return f" ({field.description.rstrip('.')})"
    return ""


def _known_names(place: list[str]) -> list[str]:
    return sorted({f.alias or n for m in _models_at(place) for n, f in m.model_fields.items()})


def _models_at(place: list[str]) -> list[type[BaseModel]]:
    models: list[type[BaseModel]] = [Study]
    for part in place:
        models = [m for model in models for m in _below(model, part)] or models
    return models


def _below(model: type[BaseModel], part: str) -> list[type[BaseModel]]:
    for name, field in model.model_fields.items():
        if part in (name, field.alias):
            return _models_in(field.annotation)
    tagged = [v for f in model.model_fields.values() for v in get_args(f.annotation)]
    return [model] if part in tagged else []


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [m for part in get_args(annotation) for m in _models_in(part)]
