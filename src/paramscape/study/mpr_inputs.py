"""Which settings give MPR's transfer functions their soil and terrain.

Without `products.soil` a quantity comes from the attribute of its name in `products.attributes`.
Of sand, silt and clay two suffice. Porosity is otherwise derived from `bulk_density` or from the
densities of VIC's parameter file, the depth of the profile from the file's layers, and the slope
from the elevation.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from paramscape.study.study import Study

Given = TypeVar("Given")
TEXTURE = ("sand", "silt", "clay")
_SPELLINGS = {
    **{name: (name,) for name in (*TEXTURE, "bulk_density", "porosity")},
    "soil_depth": ("soil_depth", "profile_depth"),
    "slope": ("slope",),
    "elevation": ("elevation", "elev"),
}


def mpr_attributes(attributes: Mapping[str, Given]) -> dict[str, Given]:
    """Those of `products.attributes` that MPR reads, by the name of the quantity.

    Names are sand, silt, clay, bulk_density, porosity, soil_depth (or profile_depth), slope and
    elevation (or elev).
    """
    return {
        quantity: attributes[spelt]
        for quantity, spellings in _SPELLINGS.items()
        for spelt in spellings[::-1]
        if spelt in attributes
    }


def missing_mpr_inputs(study: "Study", method: str) -> Iterator[str]:
    """What a method with MPR's transfer functions uses and no setting gives, with the setting.

    A study without VIC's parameter file is refused elsewhere if it lacks `products.soil`.
    """
    if study.products.soil is not None or study.vic.parameters is None:
        return
    given = mpr_attributes(study.products.attributes)
    if sum(name in given for name in TEXTURE) < 2:
        absent = [name for name in ("sand", "clay", "silt") if name not in given]
        wanted = absent[: 2 - sum(name in given for name in TEXTURE)]
        settings = " and ".join(f"products.attributes.{name}" for name in wanted)
        yield (
            f"{method} uses the soil's sand, silt and clay in its transfer functions (two suffice, "
            f"the third is the rest): give {settings}, or products.soil, or take {method} out of "
            "calibration.runs"
        )
