"""Instruction sets: what a compiled program needs, and what this processor has."""

from pathlib import Path

CPUINFO = Path("/proc/cpuinfo")
FEATURES = {
    "__SSE3__": "pni",
    "__SSSE3__": "ssse3",
    "__SSE4_1__": "sse4_1",
    "__SSE4_2__": "sse4_2",
    "__SSE4A__": "sse4a",
    "__POPCNT__": "popcnt",
    "__AVX__": "avx",
    "__AVX2__": "avx2",
    "__FMA__": "fma",
    "__FMA4__": "fma4",
    "__XOP__": "xop",
    "__F16C__": "f16c",
    "__BMI__": "bmi1",
    "__BMI2__": "bmi2",
    "__LZCNT__": "abm",
    "__MOVBE__": "movbe",
    "__AVX512F__": "avx512f",
    "__AVX512CD__": "avx512cd",
    "__AVX512BW__": "avx512bw",
    "__AVX512DQ__": "avx512dq",
    "__AVX512VL__": "avx512vl",
    "__AVX512ER__": "avx512er",
    "__AVX512PF__": "avx512pf",
    "__AVX512IFMA__": "avx512ifma",
    "__AVX512VBMI__": "avx512vbmi",
    "__AVX512VBMI2__": "avx512_vbmi2",
    "__AVX512VNNI__": "avx512_vnni",
    "__AVX512BITALG__": "avx512_bitalg",
    "__AVX512VPOPCNTDQ__": "avx512_vpopcntdq",
    "__AVX512BF16__": "avx512_bf16",
    "__AVX512FP16__": "avx512_fp16",
    "__AVXVNNI__": "avx_vnni",
    "__ARM_FEATURE_ATOMICS": "atomics",
    "__ARM_FEATURE_DOTPROD": "asimddp",
    "__ARM_FEATURE_FP16_VECTOR_ARITHMETIC": "asimdhp",
    "__ARM_FEATURE_SVE": "sve",
    "__ARM_FEATURE_SVE2": "sve2",
}
"""Macros of g++ and clang++ for what a compiler may use, and Linux's names for the same."""


def missing_features(macros: str) -> list[str]:
    """Features that a program may use and this processor lacks, by their names in Linux.

    Empty if the system does not list the processor's features in /proc/cpuinfo.

    Args:
        macros: the macros that the compiler predefines, one `#define NAME VALUE` a line.
    """
    present = _features_here()
    defined = {line.split()[1] for line in macros.splitlines() if line.startswith("#define ")}
    needed = [feature for macro, feature in FEATURES.items() if macro in defined]
    return [feature for feature in needed if feature not in present] if present else []


def _features_here() -> set[str]:
    lines = CPUINFO.read_text().splitlines() if CPUINFO.exists() else []
    listed = (line for line in lines if line.startswith(("flags", "Features")))
    return set(next(listed, "").partition(":")[2].split())
