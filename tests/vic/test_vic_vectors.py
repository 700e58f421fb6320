"""Vectors of every width that this processor has give the digits of one another, and of libm."""

import ctypes
import platform
import shlex
import subprocess
from pathlib import Path

import numpy as np
import pytest
import torch

from paramscape.native.compiler import NATIVE, compiler, compilers, target
from paramscape.native.features import missing_features
from paramscape.vic import simulate
from paramscape.vic.engine.compiled import build
from paramscape.vic.engine.compiled.source import layout_of_rows

SETS = ("x86-64", "x86-64-v3", "x86-64-v4") if platform.machine() == "x86_64" else ()
LIBM = {
    "exponential": np.exp,
    "exponential_minus_1": np.expm1,
    "logarithm": np.log,
    "logarithm_10": np.log10,
    "logarithm_1_plus": np.log1p,
}
HARNESS = """
extern "C" int width() { return WIDTH; }
extern "C" bool any_of(const T* x) {
  V v;
  std::memcpy(&v, x, sizeof(V));
  return any(v > number(0));
}
extern "C" void gathered(const T* row, const int32_t* index, int64_t cells, T* to) {
  V v = gather(row, cells_of(index, cells));
  std::memcpy(to, &v, sizeof(V));
}
#define EACH(name) extern "C" void name##_of(const T* x, T* y, int n) { \\
  for (int i = 0; i < n; i += WIDTH) { \\
    V v; std::memcpy(&v, x + i, sizeof(V)); v = name(v); std::memcpy(y + i, &v, sizeof(V)); } }
#define PAIRS(name) extern "C" void name##_of(const T* x, const T* y, T* z) { \\
  V a, b; std::memcpy(&a, x, sizeof(V)); std::memcpy(&b, y, sizeof(V)); \\
  a = name(a, b); std::memcpy(z, &a, sizeof(V)); }
"""
EXTREMES = {
    "smaller": np.minimum,
    "at_most": np.minimum,
    "larger": np.maximum,
    "at_least": np.maximum,
}
"""Two of any numbers, and a number with a limit that is no NaN."""

LAYOUT = layout_of_rows() + "\n"

pytestmark = pytest.mark.skipif(compiler() is None, reason="no C++ compiler is found")


def runnable() -> list[tuple[str, str]]:
    """Compilers, with the instruction sets that both they and this processor know."""
    found = []
    for name in compilers():
        for chosen in (NATIVE, *SETS):
            try:
                macros = target(name, chosen).macros
            except ValueError:
                continue
            if not missing_features(macros):
                found.append((name, chosen))
    return found


class Functions:
    """The functions of vector.h and lanes.h, for one precision, compiler and instruction set."""

    def __init__(self, folder: Path, name: str, instruction_set: str, dtype: torch.dtype):
        real = {torch.float32: "float", torch.float64: "double"}[dtype]
        headers = [(build.HERE / file).read_text() for file in ("vector.h", "lanes.h")]
        each = "\n".join(f"EACH({function})" for function in LIBM)
        each += "".join(f"\nPAIRS({function})" for function in EXTREMES)
        source = "\n".join([f"typedef {real} T;", headers[0], LAYOUT, headers[1], HARNESS, each])
        file = folder / f"{name}-{instruction_set}-{real}.so"
        command = build.command(target(name, instruction_set), dtype)
        command = [*command, "-O1", "-x", "c++", "-", "-o", str(file)]
        subprocess.run(command, input=source, text=True, check=True)
        self.library = ctypes.CDLL(str(file))
        self.numbers = {"float": np.float32, "double": np.float64}[real]
        self.library.any_of.restype = ctypes.c_bool
        self.width = self.library.width()

    def array(self, values) -> np.ndarray:
        """Values in the precision of the functions."""
        return np.array(values, dtype=self.numbers)

    def of(self, function: str, x: np.ndarray) -> np.ndarray:
        """A function of every element; their number is a multiple of every width."""
        result = np.empty_like(x)
        call = getattr(self.library, f"{function}_of")
        call(pointer(x), pointer(result), ctypes.c_int(len(x)))
        return result

    def of_two(self, function: str, x: float, y: float) -> np.ndarray:
        """A function of two numbers, in every lane."""
        pair = [self.array(np.full(self.width, value)) for value in (x, y)]
        result = np.empty_like(pair[0])
        getattr(self.library, f"{function}_of")(*(pointer(v) for v in (*pair, result)))
        return result


def pointer(values: np.ndarray) -> ctypes.c_void_p:
    return ctypes.c_void_p(values.ctypes.data)


@pytest.fixture(scope="module", params=[torch.float32, torch.float64], ids=["float32", "float64"])
def widths(request, tmp_path_factory) -> dict[str, Functions]:
    """The functions of one precision, by compiler and instruction set."""
    folder = tmp_path_factory.mktemp("vectors")
    pairs = runnable()
    return {shlex.join(pair): Functions(folder, *pair, request.param) for pair in pairs}


def test_vectors_are_as_wide_as_the_registers(widths):
    for label, functions in widths.items():
        macros = target(*shlex.split(label)).macros
        expected = 64 if "__AVX512F__" in macros else 32 if "__AVX__" in macros else 16
        assert functions.width * functions.array(0.0).itemsize == expected, label


def test_elementary_functions_are_libms_within_three_units_in_the_last_place(widths):
    for label, functions in widths.items():
        for name, exact in LIBM.items():
            x = functions.array(np.linspace(0.001, 80.0, 4096))
            if name.startswith("exponential"):
                x = np.concatenate([-x, x, x / 1000])
            expected = exact(x.astype("f8"))
            error = np.abs(functions.of(name, x) - expected)
            assert (error <= 3 * np.spacing(np.abs(functions.array(expected)))).all(), (label, name)


def test_double_precision_has_the_same_digits_at_every_width(widths):
    if next(iter(widths.values())).numbers is np.float32:
        pytest.skip("single precision may fuse a product and a sum where the processor can")
    first, *others = widths.values()
    x = first.array(np.linspace(0.001, 80.0, 4096))
    for name in LIBM:
        for other in others:
            np.testing.assert_array_equal(other.of(name, x), first.of(name, x))


@pytest.mark.parametrize("name", EXTREMES)
def test_the_larger_and_the_smaller_of_two_numbers_keep_nan(widths, name):
    for label, functions in widths.items():
        for x, y in ((1.0, 2.0), (2.0, 1.0), (-1.0, -1.0), (np.inf, 0.0)):
            assert (functions.of_two(name, x, y) == EXTREMES[name](x, y)).all(), label
        assert np.isnan(functions.of_two(name, np.nan, 1.0)).all(), label
        if name in ("smaller", "larger"):
            assert np.isnan(functions.of_two(name, 1.0, np.nan)).all(), label


def test_elementary_functions_of_nan_are_nan(widths):
    for label, functions in widths.items():
        x = functions.array(np.where(np.arange(64) % 3, 2.0, np.nan))
        for name in LIBM:
            np.testing.assert_array_equal(np.isnan(functions.of(name, x)), np.isnan(x), label)


def test_a_single_true_lane_is_seen_wherever_it_is(widths):
    for label, functions in widths.items():
        nothing = functions.array(np.zeros(functions.width))
        assert not functions.library.any_of(pointer(nothing)), label
        for lane in range(functions.width):
            one = nothing.copy()
            one[lane] = 1.0
            assert functions.library.any_of(pointer(one)), (label, lane)


@pytest.mark.parametrize("cells", [3, 40])
@pytest.mark.parametrize("spread", [1, 3, 7])
def test_cells_reach_the_lanes_whether_they_are_near_or_far(widths, cells, spread):
    for label, functions in widths.items():
        row = functions.array(np.arange(cells) + 0.5)
        index = (np.arange(functions.width) * spread % cells).astype("i4")[::-1].copy()
        found = functions.array(np.zeros(functions.width))
        arguments = (pointer(row), pointer(index), ctypes.c_int64(cells), pointer(found))
        functions.library.gathered(*arguments)
        np.testing.assert_array_equal(found, row[index], label)


@pytest.mark.parametrize("pair", [(compiler(), SETS[0] if SETS else NATIVE), ("clang++", NATIVE)])
def test_a_simulation_has_the_same_digits_by_every_compiler_at_every_width(case, monkeypatch, pair):
    if pair not in runnable():
        pytest.skip(f"needs {pair[0]}")
    reference = case("findley-lake-daily").select(slice(0, 6))
    forcing, names = reference.forcing.days(0, 150), ("OUT_EVAP", "OUT_RUNOFF", "OUT_SWE")
    usual = simulate(reference.parameters, forcing, reference.options, outputs=names)
    monkeypatch.setattr(build, "compiler", lambda: pair[0])
    monkeypatch.setenv("PARAMSCAPE_MARCH", pair[1])
    build.program.cache_clear()
    try:
        other = simulate(reference.parameters, forcing, reference.options, outputs=names)
    finally:
        build.program.cache_clear()
    for name in names:
        assert torch.equal(other.outputs[name], usual.outputs[name]), name
    assert torch.equal(other.state.values, usual.state.values)
