"""Refinement rounds are judged with the settings, and count their VIC runs."""

import pytest

from paramscape.study import Refinement


def test_a_round_runs_each_pilots_field_and_those_near_it() -> None:
    assert Refinement(rounds=3, methods=["gan-po", "dpl-z"], perturbed=10).members == 3 * 2 * 11
    assert Refinement().members == 0


@pytest.mark.parametrize("methods", [["mpr-sceua"], ["default"], ["gan-po", "gan-po"]])
def test_pilots_are_different_methods_that_learn_in_epochs(methods) -> None:
    with pytest.raises(ValueError, match=r"methods that learn in epochs: .*dpl-z.*gan-po"):
        Refinement(methods=methods)
