"""The elementary functions of compiled lanes are those of the C library, to a few last digits."""

import ctypes
import subprocess

import numpy as np
import pytest

from paramscape.vic.engine.compiled import build

pytestmark = pytest.mark.skipif(build.compiler() is None, reason="no C++ compiler is found")

LOOP = """
#define FUNCTION(name, call)                                                          \\
  extern "C" void name(const T* x, const T* y, T* result, int64_t count) {            \\
    for (int64_t i = 0; i < count; i += WIDTH) {                                      \\
      V a, b;                                                                         \\
      std::memcpy(&a, x + i, sizeof(V));                                              \\
      std::memcpy(&b, y + i, sizeof(V));                                              \\
      V found = call;                                                                 \\
      std::memcpy(result + i, &found, sizeof(V));                                     \\
    }                                                                                 \\
  }
FUNCTION(exp_, exponential(a))
FUNCTION(expm1_, exponential_minus_1(a))
FUNCTION(log_, logarithm(a))
FUNCTION(log1p_, logarithm_1_plus(a))
FUNCTION(pow_, power(a, b))
"""
LANES = 64 * 64
TYPES = {"float": np.float32, "double": np.float64}


@pytest.fixture(scope="module", params=TYPES)
def compiled(request, tmp_path_factory):
    """The functions for float or double, by name, as functions of numpy arrays."""
    folder, real = tmp_path_factory.mktemp(request.param), TYPES[request.param]
    source, library = folder / "functions.cpp", folder / "functions.so"
    vectors = (build.HERE / "vector.h").read_text()
    source.write_text(f"typedef {request.param} T;\n{vectors}\n{LOOP}")
    command = [build.compiler(), *build.FLAGS, str(source), "-o", str(library)]
    subprocess.run(command, check=True, capture_output=True)
    program = ctypes.CDLL(str(library))

    def call(name: str, x: np.ndarray, y: np.ndarray | None = None) -> np.ndarray:
        x, result = np.ascontiguousarray(x, real), np.empty(len(x), real)
        y = np.ascontiguousarray(x if y is None else y, real)
        pointers = (ctypes.c_void_p(values.ctypes.data) for values in (x, y, result))
        getattr(program, name)(*pointers, ctypes.c_int64(len(x)))
        return result

    call.real = real
    return call


def spread(low: float, high: float) -> np.ndarray:
    """Numbers of both signs, evenly and by magnitude, of neighbours that differ much."""
    generator = np.random.default_rng(8)
    even = generator.uniform(low, high, LANES // 2)
    small = 10.0 ** generator.uniform(-12, 0, LANES // 2) * generator.choice(
        [low, high], LANES // 2
    )
    return generator.permutation(np.concatenate([even, small]))


def last_digits(found: np.ndarray, true: np.ndarray) -> float:
    """Largest error in units of the true value's last place."""
    unit = np.spacing(np.abs(true).astype(found.dtype)).astype(np.longdouble)
    return float((np.abs(found.astype(np.longdouble) - true) / unit).max())


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [("exp", -80, 80), ("expm1", -60, 60), ("expm1", -0.4, 0.4), ("log1p", -0.5, 40)],
)
def test_a_function_errs_by_less_than_three_last_digits(compiled, name, low, high):
    x = spread(low, high).astype(compiled.real)
    true = getattr(np, name)(x.astype(np.longdouble))
    assert last_digits(compiled(f"{name}_", x), true) < 3


def test_the_logarithm_errs_by_less_than_three_last_digits(compiled):
    x = np.abs(spread(1e-6, 1e6)).astype(compiled.real)
    assert last_digits(compiled("log_", x), np.log(x.astype(np.longdouble))) < 3


def test_a_power_of_two_is_the_square(compiled):
    x = np.abs(spread(1e-3, 1e3)).astype(compiled.real)
    assert np.array_equal(compiled("pow_", x, np.full(LANES, 2.0)), x * x)


def test_a_power_keeps_the_digits_that_its_exponent_leaves(compiled):
    x = np.abs(spread(1e-3, 1.0)).astype(compiled.real)
    y = np.random.default_rng(3).choice([0.5, 2.0, 3.3, 19.0], LANES).astype(compiled.real)
    true = x.astype(np.longdouble) ** y.astype(np.longdouble)
    kept = true > 100 * np.finfo(compiled.real).tiny  # below, it is 0
    size = 2 + 2 * np.abs(y * np.log(x))[kept]
    error = np.abs(compiled("pow_", x, y)[kept] / true[kept] - 1) / np.finfo(compiled.real).eps
    assert (error < size).all()


@pytest.mark.parametrize("name", ["exp_", "expm1_", "log1p_", "pow_"])
def test_what_neighbours_hold_changes_no_digit(compiled, name):
    x = np.abs(spread(1e-4, 2.0)).astype(compiled.real)
    y = np.random.default_rng(5).choice([2.0, 7.5], LANES)
    mixed = compiled(name, x, y)
    pairs = zip(x, y, strict=True)
    alone = np.array([compiled(name, np.full(64, a), np.full(64, b))[0] for a, b in pairs])
    assert np.array_equal(mixed, alone)
