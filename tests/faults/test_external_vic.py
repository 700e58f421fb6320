"""A real VIC that hangs, crashes or gives garbage: its last words, and nothing wrong kept."""

import psutil
import pytest
from tiny_study import TinyStudy, wait_for

RESULT = "validation/default/vic/seed-1/vic-image.nc"
FOLDER = RESULT.replace(".nc", ".run")
WORDS = {
    "hangs": (
        "VIC has not ended after vic.timeout_minutes=0.1 and was stopped; its log ends:",
        "[INFO] vic_image.c:1: on the way",
    ),
    "crashes": ("VIC ended with exit status 1: ", "NetCDF: Index exceeds dimension bound"),
    "aborts": ("VIC was killed by SIGABRT",),
    "gives-garbage": ("missing or impossible",),
}


@pytest.fixture
def install(repository, monkeypatch):
    """A function that puts a stand-in of a behaviour in the place of the real program."""
    monkeypatch.syspath_prepend(repository / "tests/vic")
    import stand_in_vic

    return lambda study, how: stand_in_vic.install(study.folder / "data", how)


def hanging(study: TinyStudy) -> psutil.Process:
    """The process of a VIC that hangs."""
    return psutil.Process(int((study.results / FOLDER / "pid").read_text()))


def test_a_vic_that_fails_is_told_and_nothing_of_it_is_kept(study, install, fault):
    for behaviour, words in WORDS.items():
        install(study, behaviour)
        minutes = 0.1 if behaviour == "hangs" else 5
        study.set(vic={"executable": "data/vic_image.exe", "timeout_minutes": minutes})
        status, said = study.run(RESULT)
        fault(f"a VIC that {behaviour}")
        assert status != 0
        for part in words:
            assert part in said
        assert not (study.results / RESULT).exists()
        assert (study.results / FOLDER / "vic.log").exists()
    install(study, "right")
    study.make(RESULT)
    assert not (study.results / FOLDER).exists()


def test_a_vic_whose_run_was_killed_does_not_go_on(study, install, fault):
    install(study, "hangs")
    study.set(vic={"executable": "data/vic_image.exe"})
    run = study.start(RESULT)
    wait_for(lambda: "on the way" in _log(study), run)
    vic = hanging(study)
    run.kill()
    run.wait()
    fault("Snakemake killed while VIC runs")
    assert vic.is_running()
    install(study, "right")
    study.make(RESULT)
    assert not vic.is_running()


def _log(study: TinyStudy) -> str:
    log = study.results / FOLDER / "vic.log"
    return log.read_text() if log.exists() else ""
