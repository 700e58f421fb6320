"""Settings that are given but not used."""

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from paramscape.check.report import Finding
from paramscape.products.catalogue import required_files
from paramscape.study import METHODS, REAL_PROGRAM, Study
from paramscape.study.calibration import SimulatorName


def unused_sections(study: Study, given: Mapping[str, Any]) -> list[str]:
    """Given sections of surrogates and methods that no run uses.

    Args:
        study: the checked settings.
        given: the settings in the YAML files, without defaults.
    """
    used = {run.simulator for run in study.calibration.runs}
    methods = {run.method for run in study.calibration.runs}
    unused = ["ensemble"] if "ensemble" in given and used == {"vic"} else []
    surrogates = set(get_args(SimulatorName)) - used
    unused += [f"surrogate.{n}" for n in _section(given, "surrogate") if n in surrogates]
    spelt = {name.replace("_", "-") for name in _section(given, "calibration")}
    unused += [f"calibration.{n}" for n in METHODS if n in spelt and n not in methods]
    return unused


def unused_settings(study: Study, given: Mapping[str, Any]) -> Iterator[Finding]:
    """A finding for each given setting that has no effect.

    Args:
        study: the checked settings.
        given: the settings in the YAML files, without defaults.
    """
    methods = {run.method for run in study.calibration.runs}
    products, vic = _section(given, "products"), _section(given, "vic")
    for name in _section(_section(given, "calibration"), "search"):
        if name not in methods:
            yield _unused(f"calibration.search.{name}", f"no run in calibration.runs uses {name}")
    for name in _section(products, "observations"):
        if name != study.calibration.target and not _twin_is_used(study):
            yield _unused(
                f"products.observations.{name}", f"calibration.target is {study.calibration.target}"
            )
    if products.get("land_cover") and study.vic.parameters is not None:
        yield _unused("products.land_cover", "vic.parameters has the vegetation")
    for name in REAL_PROGRAM[1:]:
        if name in vic and study.vic.executable is None:
            yield _unused(f"vic.{name}", "vic.executable is not given")
    if study.twin is not None and not _twin_is_used(study):
        yield _unused("twin", "no product is made by the twin")


def _unused(setting: str, why: str) -> Finding:
    return Finding(f"{setting} is given, but nothing uses it: {why}")


def _section(settings: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = settings.get(name)
    return found if isinstance(found, Mapping) else {}


def _twin_is_used(study: Study) -> bool:
    if study.twin is None:
        return False
    observed = study.products.observations.values()
    return any(o.product == "twin" for o in observed) or any(f.made for f in required_files(study))
