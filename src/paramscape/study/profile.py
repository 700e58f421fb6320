"""Profiles: named sets of defaults."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_args

import yaml

Profile = Literal["paper", "robust"]
_FOLDER = Path(__file__).parent / "profiles"


def with_profile(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings, completed with their profile's values.

    What the settings give always stands, in sections of any depth; lists are not joined. The
    profile `paper` is the models' own defaults. A profile that does not exist changes nothing
    here, and is refused with the other mistakes.
    """
    name = settings.get("profile", "paper")
    path = _FOLDER / f"{name}.yaml"
    if name not in get_args(Profile) or not path.exists():
        return dict(settings)
    return over(settings, yaml.safe_load(path.read_text()))


def over(given: Mapping[str, Any], defaults: Mapping[str, Any]) -> dict[str, Any]:
    """Settings with others in the places where they give none, in sections of any depth."""
    spelt = {key.replace("-", "_"): key for key in given if isinstance(key, str)}
    merged = dict(given)
    for name, default in defaults.items():
        # Settings may be spelt with an underscore, as the models' attributes are.
        key = spelt.get(name.replace("-", "_"), name)
        if key not in given:
            merged[key] = default
        elif isinstance(given[key], Mapping) and isinstance(default, Mapping):
            merged[key] = over(given[key], default)
    return merged
