"""Assemble the C++ of a simulation: vectors, the traced pieces, and the loops around them."""

import re
from collections.abc import Iterable
from pathlib import Path

import torch
from torch import Tensor

from paramscape.vic.engine.compiled.emit import backward_statements, forward_statements
from paramscape.vic.engine.compiled.kernels import COMPILED_OUTPUTS, Choices, Piece, Rows, pieces
from paramscape.vic.engine.compiled.layout import GROUPS
from paramscape.vic.land_constants import Site
from paramscape.vic.state import VARIABLES
from paramscape.vic.surface import LAST_PASS_ONLY, Air, Fluxes, Surface

HERE = Path(__file__).parent
INLINED = ("runoff_step", "brent", "foliage_residual", "pack_residual")
"""Pieces within loops, in which what stays the same in all rounds is then worked out once."""

ELEMENTARY = re.compile(r"\b(exponential(_minus_1)?|logarithm(_10|_1_plus)?|power)\(")
"""Functions that double precision takes from the C library, as VIC does: the last digit decides
whether canopy snow melts to nothing or to 1e-19 m."""


def source_of(choices: Choices, dtype: torch.dtype, with_gradient: bool) -> str:
    """The whole C++ program of a simulation, with its backward pass if wanted."""
    real = {torch.float32: "float", torch.float64: "double"}[dtype]
    found = {name: _Flat(piece) for name, piece in pieces(choices).items()}
    parts = [f"typedef {real} T;", (HERE / "vector.h").read_text(), _numbers(choices)]
    parts += [_forward(name, function, dtype) for name, function in found.items()]
    parts += [_dispatch("show", "V* V_", "V_")]
    parts += [(HERE / name).read_text() for name in ("lanes.h", "forward.h")]
    if with_gradient:
        smooth = {name: f for name, f in found.items() if f.piece.with_respect_to}
        parts += [_backward(name, function, dtype) for name, function in smooth.items()]
        parts += [_dispatch("show_back", "V* dV", "dV", back=True)]
        parts += [(HERE / "backward.h").read_text()]
    return "\n".join(parts)


def _numbers(choices: Choices) -> str:
    """Constants of the layout: numbers of rows, and where the loops find what they read."""
    lines = ["#define PIECE static __attribute__((noinline))"]
    lines += [f"constexpr int N{letter} = {count};" for letter, count in GROUPS.items()]
    records = {"S": Surface._fields, "A": Air._fields, "F": Fluxes._fields, "P": Site._fields}
    records["X"] = VARIABLES
    for letter, fields in records.items():
        lines += [f"constexpr int {letter}_{name} = {i};" for i, name in enumerate(fields)]
    last = ", ".join(str(int(name in LAST_PASS_ONLY)) for name in Fluxes._fields)
    lines.append(f"constexpr bool LAST_PASS_ONLY[NF] = {{{last}}};")
    return "\n".join(lines)


class _Flat:
    """A piece as a function of rows that returns rows, and how many each group got."""

    def __init__(self, piece: Piece) -> None:
        self.piece = piece
        self.counts: list[int] = []

    def __call__(self, *rows: Tensor) -> Rows:
        left = iter(rows)
        groups = [[next(left) for _ in range(GROUPS[letter])] for letter in self.piece.inputs]
        results = self.piece.function(*groups)
        self.counts = [len(group) for group in results]
        return [row for group in results for row in group]

    def places(self, form: str) -> list[str]:
        """The form filled with group and row of every result."""
        pairs = zip(self.piece.outputs, self.counts, strict=True)
        return [form.format(group, row) for group, count in pairs for row in range(count)]


def _reads(groups: str) -> list[str]:
    return [f"{letter}[{row}]" for letter in groups for row in range(GROUPS[letter])]


def _forward(name: str, function: _Flat, dtype: torch.dtype) -> str:
    piece = function.piece
    lines, results = forward_statements(function, _reads(piece.inputs), dtype)
    if dtype == torch.float64:
        lines = [ELEMENTARY.sub(r"libm_\1(", line) for line in lines]
    places = function.places("{}_[{}]")
    stores = [f"{place} = {value};" for place, value in zip(places, results, strict=True)]
    arguments = [f"const V* {g}" for g in piece.inputs] + [f"V* {g}_" for g in piece.outputs]
    return _function(name, arguments, [*lines, *stores])


def _backward(name: str, function: _Flat, dtype: torch.dtype) -> str:
    """The piece's vector-Jacobian product, added to the gradients where a mask says so."""
    piece = function.piece
    inputs = {read: read[0] in piece.with_respect_to for read in _reads(piece.inputs)}
    lines, results = backward_statements(function, inputs, function.places("d{}_[{}]"), dtype)
    targets = [f"d{read}" for read, wanted in inputs.items() if wanted]
    adds = [
        f"{target} += where ? {value} : number(0);"
        for target, value in zip(targets, results, strict=True)
        if value is not None
    ]
    arguments = ["M where", *(f"const V* {g}" for g in piece.inputs)]
    arguments += [f"const V* d{g}_" for g in piece.outputs]
    arguments += [f"V* d{g}" for g in piece.inputs if g in piece.with_respect_to]
    return _function(f"{name}_back", arguments, [*lines, *adds])


def _function(name: str, arguments: list[str], lines: Iterable[str]) -> str:
    body = "\n".join(f"  {line}" for line in lines)
    kind = "INLINE" if name in INLINED else "PIECE"
    return f"{kind} void {name}({', '.join(arguments)}) {{\n{body}\n}}\n"


def _dispatch(name: str, last: str, passed: str, back: bool = False) -> str:
    """A function that calls the piece of an output by the output's number."""
    groups = "PCAXEFO"
    arguments = [f"const V* {g}" for g in groups]
    call = ", ".join(groups)
    if back:
        arguments += [f"const {last}", *(f"V* d{g}" for g in groups)]
        call = ", ".join([call, passed, *(f"d{g}" for g in groups)])
    else:
        arguments += [last]
        call = f"{call}, {passed}"
    suffix, first = ("_back", "always(), ") if back else ("", "")
    cases = [
        f"    case {number}: return {output}{suffix}({first}{call});"
        for number, output in enumerate(COMPILED_OUTPUTS)
    ]
    lines = ["switch (output) {", *cases, "}"]
    rows = ", ".join(str(output.layers) for output in COMPILED_OUTPUTS.values())
    table = "" if back else f"constexpr int OUTPUT_ROWS[] = {{{rows}}};\n"
    return table + _function(name, ["int output", *arguments], lines)
