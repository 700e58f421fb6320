"""Files between stages that were cut off, emptied, replaced or have rotted are never used."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from tiny_study import FIGURE, SCORE

OTHER = "observations/et.nc"


def of_another(path: Path) -> None:
    """Put a whole file of another kind, a longer one, in the place of one."""
    path.write_bytes((path.parents[1] / "vic/forcing.2009.nc").read_bytes())


BREAKAGES: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "cut off": (
        "vic/params.nc", lambda path: path.write_bytes(path.read_bytes()[:5000]), "it was cut off",
    ),
    "emptied": ("surrogate/lstm/weights.pt", lambda path: path.write_bytes(b""), "it is empty"),
    "replaced by another file": (
        "ensemble/members.nc", of_another, "another file or was changed",
    ),
}  # fmt: skip


def rot(path: Path) -> None:
    """Change one byte in the middle of a file and nothing else, as a dying disk does."""
    found, content = path.stat(), bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))


def set_aside(study) -> set[str]:
    """Names of the broken files that were set aside; they are removed."""
    found = list(study.results.rglob("*.broken"))
    for path in found:
        path.unlink()
    return {str(path.relative_to(study.results)).removesuffix(".broken") for path in found}


def test_broken_files_are_named_and_made_again_by_the_same_command(study, clean, fault):
    (study.results / FIGURE).unlink()
    for breakage, (name, spoil, _) in BREAKAGES.items():
        spoil(study.results / name)
        fault(f"a file {breakage}")
    said = study.make(FIGURE, *(name for name, _, _ in BREAKAGES.values()))
    for name, _, words in BREAKAGES.values():
        (line,) = (line for line in said.splitlines() if line.startswith(f"results/tiny/{name}: "))
        assert words in line
        assert "Moved to" in line
    assert set_aside(study) == {name for name, _, _ in BREAKAGES.values()}
    assert study.content() == clean.content()


@pytest.mark.parametrize("name", [OTHER, "calibration/default/vic/seed-1/parameters.nc"])
def test_a_rotten_file_stops_the_job_that_reads_it_and_is_made_again(name, study, clean, fault):
    target = SCORE if name == OTHER else "validation/default/vic/seed-1/vic.nc"
    study.make(target)
    (study.results / target).unlink()
    rot(study.results / name)
    fault(f"a byte changed in {name}")
    status, said = study.run(target)
    assert status != 0
    assert f"results/tiny/{name}: " in said
    assert "Start Snakemake again" in said
    assert not (study.results / target).exists()
    study.make(target)
    assert set_aside(study) == {name}
    assert study.content() == clean.content()
