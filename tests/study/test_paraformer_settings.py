"""The settings that the page of ParaFormer shows are those of the paper."""

import re
from pathlib import Path

import pytest
import yaml

from paramscape.study import SettingsError, validate


@pytest.fixture
def settings(repository: Path) -> dict:
    return yaml.safe_load((repository / "config/demo.yaml").read_text())


def test_the_settings_of_the_page_are_valid_and_give_the_papers_sizes(repository, settings) -> None:
    page = (repository / "docs/paraformer.md").read_text()
    shown = yaml.safe_load(re.search(r"```yaml\n(.*?)```", page, re.DOTALL).group(1))
    methods = settings["calibration"] | shown["calibration"]
    found = validate({**settings, "calibration": methods}).calibration
    assert (found.dpl_a.hidden, found.dpl_z.hidden) == (256, 256)
    assert (found.dpl_z.sequence_days, found.dpl_z.inference) == (240, "mean")
    a, z = found.paraformer_a, found.paraformer_z
    assert [(n.width, n.heads, n.layers) for n in (a, z)] == [(128, 4, 2), (256, 8, 2)]
    for method in (found.dpl_a, found.dpl_z, a, z):
        assert (method.optimizer, method.learning_rate) == ("adadelta", 0.5)
        assert (method.weight_decay, method.epochs) == (1e-5, 3000)


def test_the_robust_profile_learns_in_smaller_and_steadier_steps(settings) -> None:
    del settings["calibration"]["paraformer-z"]
    found = validate({**settings, "profile": "robust"}).calibration.paraformer_z
    assert (found.optimizer, found.norm, found.lr_schedule) == ("adamw", "pre", "cosine")
    assert found.max_grad_norm == 1.0


def test_heads_that_do_not_divide_the_width_are_refused_by_name(settings) -> None:
    settings["calibration"]["paraformer-z"] = {"width": 100, "heads": 8}
    with pytest.raises(SettingsError, match=r"paraformer-z: heads=8 must divide width"):
        validate(settings)
