"""Assemble the C++ of a simulation: vectors, the traced kernels, and the loops around them."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import torch
from torch import Tensor

from paramscape.vic.engine.compiled.emit import backward_statements, forward_statements
from paramscape.vic.engine.compiled.kernels import (
    COMPILED_OUTPUTS,
    OUTPUT,
    CompileOptions,
    Kernel,
    Rows,
    kernels,
)
from paramscape.vic.engine.compiled.layout import GROUPS, RECORDS, row_names
from paramscape.vic.processes import brent
from paramscape.vic.state import VARIABLES
from paramscape.vic.surface import LAST_PASS_ONLY, Fluxes

HERE = Path(__file__).parent
INLINED = ("runoff_substep", "brent", "foliage_residual", "pack_residual")
"""Kernels within loops: inlined, what stays the same in all rounds is worked out once."""

ELEMENTARY = re.compile(r"\b(exponential(_minus_1)?|logarithm(_10|_1_plus)?|power)\(")
"""Functions that double precision takes from the C library, as VIC does: the last digit decides
whether canopy snow melts to nothing or to 1e-19 m."""


def source_of(options: CompileOptions, dtype: torch.dtype, with_gradient: bool) -> str:
    """The whole C++ program of a simulation, with its backward pass if wanted."""
    real = {torch.float32: "float", torch.float64: "double"}[dtype]
    found = {name: _Flat(kernel) for name, kernel in kernels(options).items()}
    parts = [f"typedef {real} T;", (HERE / "vector.h").read_text(), layout_of_rows(), _brent()]
    parts += [_forward(name, function, dtype) for name, function in found.items()]
    parts += [_dispatch("show", ["V* values_"], ["values_"])]
    parts += [(HERE / name).read_text() for name in ("lanes.h", "forward.h")]
    if with_gradient:
        smooth = {name: f for name, f in found.items() if f.kernel.with_respect_to}
        parts += [_backward(name, function, dtype) for name, function in smooth.items()]
        gradients = [f"d_{group}" for group in OUTPUT.split()]
        parts += [
            _dispatch(
                "show_back",
                ["const V* d_values_", *(f"V* {name}" for name in gradients)],
                ["d_values_", *gradients],
            )
        ]
        parts += [(HERE / "backward.h").read_text()]
    return "\n".join(parts)


def layout_of_rows() -> str:
    """A C++ structure for each group, with its number of rows and the rows that loops name."""
    named = {name: row_names(kind) for name, kind in RECORDS.items()} | {"state": VARIABLES}
    lines = ["#define KERNEL static __attribute__((noinline))"]
    for group, count in GROUPS.items():
        fields = named.get(group, ())
        places = {field: fields.index(field) for field in fields} | {"rows": count}
        members = ", ".join(f"{field} = {place}" for field, place in places.items())
        kind = "".join(word.capitalize() for word in group.split("_"))
        lines.append(f"struct {kind} {{ static constexpr int {members}; }};")
    last = ", ".join(str(int(name in LAST_PASS_ONLY)) for name in row_names(Fluxes))
    lines.append(f"constexpr bool LAST_PASS_ONLY[Fluxes::rows] = {{{last}}};")
    return "\n".join(lines)


def _brent() -> str:
    """The constants of Brent's method, from the physics."""
    return "\n".join(
        [
            f"constexpr double BRENT_WIDENING = {brent.WIDENING!r};  // [K]",
            f"constexpr int BRENT_WIDENINGS = {brent.WIDENINGS};",
            f"constexpr int BRENT_ITERATIONS = {brent.ITERATIONS};",
        ]
    )


class _Flat:
    """A kernel as a function of rows that returns rows, and how many each group got."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.counts: list[int] = []

    def __call__(self, *rows: Tensor) -> Rows:
        left = iter(rows)
        groups = [[next(left) for _ in range(GROUPS[name])] for name in self.kernel.inputs]
        results = self.kernel.function(*groups)
        self.counts = [len(group) for group in results]
        return [row for group in results for row in group]

    def places(self, form: str) -> list[str]:
        """The form filled with group and row of every result."""
        pairs = zip(self.kernel.outputs, self.counts, strict=True)
        return [form.format(group, row) for group, count in pairs for row in range(count)]


def _reads(groups: Sequence[str]) -> list[str]:
    return [f"{name}[{row}]" for name in groups for row in range(GROUPS[name])]


def _forward(name: str, function: _Flat, dtype: torch.dtype) -> str:
    kernel = function.kernel
    lines, results = forward_statements(function, _reads(kernel.inputs), dtype)
    if dtype == torch.float64:
        lines = [ELEMENTARY.sub(r"libm_\1(", line) for line in lines]
    places = function.places("{}_[{}]")
    stores = [f"{place} = {value};" for place, value in zip(places, results, strict=True)]
    arguments = [f"const V* {g}" for g in kernel.inputs] + [f"V* {g}_" for g in kernel.outputs]
    return _function(name, arguments, [*lines, *stores])


def _backward(name: str, function: _Flat, dtype: torch.dtype) -> str:
    """The kernel's vector-Jacobian product, added to the gradients where a mask says so."""
    kernel = function.kernel
    wanted = set(_reads(kernel.with_respect_to))
    inputs = {read: read in wanted for read in _reads(kernel.inputs)}
    lines, results = backward_statements(function, inputs, function.places("d_{}_[{}]"), dtype)
    targets = [f"d_{read}" for read, has_gradient in inputs.items() if has_gradient]
    adds = [
        f"{target} += where ? {value} : number(0);"
        for target, value in zip(targets, results, strict=True)
        if value is not None
    ]
    arguments = ["M where", *(f"const V* {g}" for g in kernel.inputs)]
    arguments += [f"const V* d_{g}_" for g in kernel.outputs]
    arguments += [f"V* d_{g}" for g in kernel.inputs if g in kernel.with_respect_to]
    return _function(f"{name}_back", arguments, [*lines, *adds])


def _function(name: str, arguments: list[str], lines: Iterable[str]) -> str:
    body = "\n".join(f"  {line}" for line in lines)
    kind = "INLINE" if name in INLINED else "KERNEL"
    return f"{kind} void {name}({', '.join(arguments)}) {{\n{body}\n}}\n"


def _dispatch(name: str, more: list[str], passed: list[str]) -> str:
    """A function that calls the kernel of an output by the output's number.

    `more` are its arguments besides the output's groups, `passed` their names.
    """
    groups, back = OUTPUT.split(), name.endswith("_back")
    call = ", ".join([*(["always()"] if back else []), *groups, *passed])
    cases = [
        f"    case {number}: return {output}{'_back' if back else ''}({call});"
        for number, output in enumerate(COMPILED_OUTPUTS)
    ]
    lines = ["switch (output) {", *cases, "}"]
    rows = ", ".join(str(output.layers) for output in COMPILED_OUTPUTS.values())
    table = "" if back else f"constexpr int OUTPUT_ROWS[] = {{{rows}}};\n"
    arguments = ["int output", *(f"const V* {group}" for group in groups), *more]
    return table + _function(name, arguments, lines)
