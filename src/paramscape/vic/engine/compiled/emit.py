"""Trace a function of lanes into C++ statements on vectors of lanes."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from paramscape.vic.engine.compiled.operations import OPERATIONS, Values, is_mask, single, values_of
from paramscape.vic.processes.safe_math import TRACED

SIMPLE = re.compile(r"\w+|\w+\[\d+\]|number\([^()]*\)")
SAMPLE = 0.5
"""Value of all inputs while a function is traced; the statements hold for any."""


class Trace(TorchDispatchMode):
    """The C++ statements of all tensor operations that are done while it is entered.

    Raises:
        NotImplementedError: for an operation that has no C++ here, and where the physics lets
            Python decide by the value of a tensor.
    """

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self._values: dict[int, tuple[Tensor, Values]] = {}

    def input(self, expression: str, dtype: torch.dtype) -> Tensor:
        """A tensor of one lane that stands for a C++ expression."""
        tensor = torch.full((1,), SAMPLE, dtype=dtype)
        self._keep(tensor, single(expression))
        return tensor

    def expression(self, tensor: Tensor) -> str:
        """The C++ expression of a tensor of one lane."""
        return self._expressions(tensor).item()

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        """Do an operation, and write it down."""
        name = operation.overloadpacket.__name__
        if name.rstrip("_") not in OPERATIONS:
            raise NotImplementedError(
                f"no C++ is known for {operation}; add it to OPERATIONS, or do without it in the "
                "physics"
            )
        result = operation(*args, **(kwargs or {}))
        write = OPERATIONS[name.rstrip("_") if name.endswith("_") else name]
        written = write(*self._all(args), **self._all(kwargs or {}))
        for tensor, values in zip(_each(result), _each(written), strict=True):
            self._keep(tensor, self._named(values))
        return result

    def _keep(self, tensor: Tensor, values: Values) -> None:
        self._values[id(tensor)] = (tensor, values)

    def _expressions(self, tensor: Tensor) -> Values:
        known = self._values.get(id(tensor))
        return known[1] if known else values_of(tensor)

    def _all(self, arguments):
        if isinstance(arguments, Tensor):
            return self._expressions(arguments)
        if isinstance(arguments, dict):
            return {name: self._all(value) for name, value in arguments.items()}
        if isinstance(arguments, (list, tuple)):
            return type(arguments)(self._all(value) for value in arguments)
        return arguments

    def _named(self, values: Values) -> Values:
        """Give every compound expression a name of its own: t for numbers, m for masks."""
        named = values.copy()
        for place, expression in np.ndenumerate(values):
            if not SIMPLE.fullmatch(expression):
                kind, letter = ("M", "m") if is_mask(expression) else ("V", "t")
                named[place] = f"{letter}{len(self.lines)}"
                self.lines.append(f"const {kind} {named[place]} = {expression};")
        return named


def _each(result) -> Sequence:
    return result if isinstance(result, (tuple, list)) else (result,)


@contextmanager
def traced() -> Iterator[Trace]:
    """Trace the physics: no lane's value decides what is computed."""
    token = TRACED.set(True)
    try:
        with torch.inference_mode(False), Trace() as trace:
            yield trace
    finally:
        TRACED.reset(token)


def forward_statements(
    function: Callable[..., list[Tensor]], inputs: Sequence[str], dtype: torch.dtype
) -> tuple[list[str], list[str]]:
    """Statements of a function of one-lane tensors, and the expressions of its results."""
    with traced() as trace, torch.no_grad():
        results = function(*(trace.input(name, dtype) for name in inputs))
        return trace.lines, [trace.expression(result) for result in results]


def backward_statements(
    function: Callable[..., list[Tensor]],
    inputs: dict[str, bool],
    cotangents: Sequence[str],
    dtype: torch.dtype,
) -> tuple[list[str], list[str | None]]:
    """Statements of the vector-Jacobian product of a function of one-lane tensors.

    Args:
        function: of one tensor for each input.
        inputs: C++ expression of each input, and whether its gradient is wanted.
        cotangents: C++ expressions of the gradients of the function's results.
        dtype: that the program will have.

    Returns:
        The statements, and the gradient of each wanted input, None where it is always zero.
    """
    with traced() as trace:
        given = [trace.input(name, dtype).requires_grad_(want) for name, want in inputs.items()]
        results = function(*given)
        pairs = [
            (result, trace.input(name, dtype))
            for result, name in zip(results, cotangents, strict=True)
            if result.requires_grad
        ]
        wanted = [tensor for tensor in given if tensor.requires_grad]
        gradients = torch.autograd.grad(
            [result for result, _ in pairs],
            wanted,
            [cotangent for _, cotangent in pairs],
            allow_unused=True,
        )
        return trace.lines, [g if g is None else trace.expression(g) for g in gradients]
