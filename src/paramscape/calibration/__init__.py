"""Methods that estimate parameter fields, by learning or by search.

The methods are listed in `study/methods.py`.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module

from paramscape.calibration.problem import CalibrationData, Calibrator, Problem
from paramscape.study import METHODS


class _Calibrators(Mapping[str, Calibrator]):
    """The calibrators by the methods' names; a method's module is loaded when it is asked for."""

    def __getitem__(self, method: str) -> Calibrator:
        module, _, function = METHODS[method].calibrate.partition(":")
        return getattr(import_module(module), function)

    def __iter__(self) -> Iterator[str]:
        return iter(METHODS)

    def __len__(self) -> int:
        return len(METHODS)


CALIBRATORS = _Calibrators()

__all__ = [
    "CALIBRATORS",
    "CalibrationData",
    "Calibrator",
    "Problem",
]
