"""A calibration's settings are read once, into a record."""

from collections import Counter
from pathlib import Path

import pytest

from paramscape.calibration import job
from paramscape.calibration.job import CalibrationFiles, CalibrationJob
from paramscape.simulators import build
from paramscape.study import METHODS, all_runs, load, section
from paramscape.study.job_settings import JobSettings
from paramscape.study.run_id import RunId


class Inputs(dict):
    """A rule's inputs: by name, also as attributes."""

    __getattr__ = dict.__getitem__


@pytest.fixture
def demo(repository: Path):
    return load(repository / "config/demo.yaml")


@pytest.mark.parametrize("run", all_runs(), ids=lambda run: f"{run.method} on {run.simulator}")
def test_the_record_holds_the_studys_settings(demo, run) -> None:
    sections = JobSettings(demo).calibration(run.method, run.simulator)
    record = CalibrationJob.of(RunId(run.method, run.simulator, 1), sections)
    assert record.own == demo.calibration.settings_of(run.method)
    assert record.target == demo.calibration.target
    assert record.simulator.periods == demo.periods.without_test
    assert record.simulator.priors == demo.priors
    assert record.simulator.compute == demo.compute
    own = demo.vic if run.simulator == "vic" else getattr(demo.surrogate, run.simulator)
    assert record.simulator.own == own


def test_each_section_is_read_once(demo, monkeypatch) -> None:
    read = Counter()

    def counted(settings, path):
        read[path] += 1
        return section(settings, path)

    for module in (job, build):
        monkeypatch.setattr(module, "section", counted)
    CalibrationJob.of(RunId("gan-po", "vic", 1), JobSettings(demo).calibration("gan-po", "vic"))
    assert read and set(read.values()) == {1}


def test_files_that_a_rule_does_without_are_none() -> None:
    names = ("domain", "attributes", "forcing", "observations", "parameters")
    files = CalibrationFiles.of(Inputs(soil=[], **{name: f"{name}.nc" for name in names}))
    assert files.prepared.soil is None and files.searched is None
    assert files.prepared.observations == Path("observations.nc")
    assert files.simulator.weights is None and files.simulator.vic_forcing == ()


def test_a_section_that_the_rule_does_not_give_is_named(demo) -> None:
    sections = JobSettings(demo).calibration("gan-po", "vic")
    with pytest.raises(KeyError, match=r"not calibration\.dpl-a.*add it to the rule's params"):
        CalibrationJob.of(RunId("dpl-a", "vic", 1), sections)
    assert METHODS["dpl-a"].section == "calibration.dpl-a"
