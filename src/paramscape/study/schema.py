"""The JSON schema of a study's YAML file."""

import json
from typing import Any

from paramscape.study.study import Study

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """JSON schema of all settings, generated from their models."""
    return {"$schema": _DIALECT, **Study.model_json_schema(by_alias=True)}


def schema_text() -> str:
    """The schema as it is kept in `config/schema.json`."""
    return json.dumps(json_schema(), indent=1, sort_keys=True) + "\n"
