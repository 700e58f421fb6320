"""The compiler and its instruction set: what is found, what is refused, what a program needs."""

import platform

import programs
import pytest

from paramscape.native import compiler, features
from paramscape.native.compiler import CompilerError, Target, target

AVX2 = "#define __AVX__ 1\n#define __AVX2__ 1\n#define __SSE2__ 1\n"

needs_compiler = pytest.mark.skipif(programs.REAL is None, reason="no C++ compiler is found")
needs_x86 = pytest.mark.skipif(platform.machine() != "x86_64", reason="is about x86-64")


@pytest.fixture(autouse=True)
def forget():
    """Nothing is remembered of other tests' compilers."""
    yield
    compiler.compiler.cache_clear()
    compiler.target.cache_clear()


def found_in(folder, monkeypatch, *names: str) -> list[str]:
    """Compilers that are found where only some are installed."""
    for name in names:
        programs.script(folder / name, "exit 0")
    monkeypatch.setenv("PATH", str(folder))
    return compiler.compilers()


def test_the_users_compiler_comes_first_with_its_options(tmp_path, monkeypatch):
    monkeypatch.setenv("CXX", "my-compiler -stdlib=libc++")
    names = found_in(tmp_path, monkeypatch, "g++", "clang++", "my-compiler")
    assert names == ["my-compiler -stdlib=libc++", "g++", "clang++"]


def test_a_compiler_of_two_names_is_found_once(tmp_path, monkeypatch):
    monkeypatch.setenv("CXX", "not-installed")
    (tmp_path / "c++").symlink_to(tmp_path / "clang++")
    assert found_in(tmp_path, monkeypatch, "clang++") == ["clang++"]


@needs_compiler
def test_an_unknown_instruction_set_is_refused_with_what_to_do(monkeypatch):
    with pytest.raises(ValueError, match=r"PARAMSCAPE_MARCH=abacus is unknown to .* x86-64-v3"):
        target(programs.REAL, "abacus")


@pytest.mark.parametrize("instruction_set", ["native", "x86-64-v3"])
def test_a_compiler_that_does_not_run_is_quoted(tmp_path, instruction_set):
    broken = programs.script(tmp_path / "broken", "echo no such machine >&2", "exit 1")
    with pytest.raises(CompilerError, match=r"(?s)PARAMSCAPE_VIC=eager.*no such machine"):
        target(str(broken), instruction_set)
    with pytest.raises(CompilerError, match=r"cannot be run.*\$CXX"):
        target(str(tmp_path / "none"), instruction_set)


def test_a_compiler_that_does_not_know_native_compiles_for_its_default(tmp_path):
    choosy = 'case "$*" in *native*) exit 1;; esac'
    old = programs.script(tmp_path / "old", choosy, "echo '#define __OLD__ 1'")
    assert target(str(old), "native") == Target((str(old),), "#define __OLD__ 1\n")


@needs_compiler
@needs_x86
def test_instruction_sets_differ_in_what_the_compiler_predefines():
    assert "__AVX2__" in target(programs.REAL, "haswell").macros
    assert "__AVX2__" not in target(programs.REAL, "x86-64").macros


@needs_x86
def test_an_instruction_set_that_the_processor_lacks_is_refused(tmp_path, monkeypatch):
    processor = tmp_path / "cpuinfo"
    processor.write_text("processor: 0\nflags : fpu sse sse2 avx\n")
    monkeypatch.setattr(features, "CPUINFO", processor)
    monkeypatch.delenv("PARAMSCAPE_MARCH", raising=False)
    chosen = Target(("g++", "-march=haswell"), AVX2)
    compiler.require_runnable(chosen)
    monkeypatch.setenv("PARAMSCAPE_MARCH", "haswell")
    with pytest.raises(ValueError, match=r"PARAMSCAPE_MARCH=haswell needs avx2, which this"):
        compiler.require_runnable(chosen)
    processor.write_text("processor: 0\nflags : fpu sse sse2 avx avx2\n")
    compiler.require_runnable(chosen)


def test_where_the_system_lists_no_features_none_are_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(features, "CPUINFO", tmp_path / "none")
    assert features.missing_features(AVX2) == []
