"""Which soil moisture of VIC is compared with observations."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, PositiveFloat

from paramscape.study._base import Settings


class ComparedMoisture(Settings):
    """VIC's soil moisture that is compared with observations."""

    moment: Literal["end", "middle"] = Field(
        "end",
        description="When: at the end of the UTC day, or in its middle at 12 UTC, the mean of the "
        "day's two ends where VIC makes one step a day. By default the middle where smap-l3-e is "
        "read with `passes: am`, else the end.",
    )
    depth: PositiveFloat | None = Field(
        None,
        description="Depth of soil from the surface [m], of which the mean is taken; by default "
        "that of VIC's layer 1. Moisture is uniform within a layer.",
    )


def resolved_moment(settings: Any) -> Any:
    """A study's settings with the moment that goes with what is observed, unless it is given."""
    observed = settings
    for name in ("products", "observations", "soil_moisture"):
        observed = observed.get(name) if isinstance(observed, Mapping) else None
    if not isinstance(observed, Mapping):
        return settings
    vic = settings.get("vic") or {}
    moisture = vic.get("soil_moisture") or {} if isinstance(vic, Mapping) else None
    in_the_morning = observed.get("product") == "smap-l3-e" and observed.get("passes", "am") == "am"
    if not in_the_morning or not isinstance(moisture, Mapping):
        return settings
    return {**settings, "vic": {**vic, "soil_moisture": {"moment": "middle", **moisture}}}
