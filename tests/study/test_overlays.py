"""Files with further settings fit the studies."""

import pytest
import yaml
from snakemake.utils import update_config

from paramscape.study import validate


@pytest.fixture
def laid_over(repository):
    """A study with an overlay, as Snakemake merges them."""

    def merged(study, overlay):
        settings, over = (
            yaml.safe_load((repository / f"config/{name}.yaml").read_text())
            for name in (study, overlay)
        )
        update_config(settings, over)
        return validate(settings)

    return merged


@pytest.mark.parametrize("study", ["demo", "huaihe", "huaihe-twin"])
def test_without_surrogates_every_method_learns_on_vic(laid_over, study) -> None:
    runs = laid_over(study, "vic-alone").calibration.runs
    assert {run.simulator for run in runs} == {"vic"}
    assert len({run.method for run in runs}) == 7


@pytest.mark.parametrize("study", ["demo", "huaihe", "huaihe-twin"])
def test_the_papers_grids_change_nothing_but_the_search(laid_over, study, repository) -> None:
    searching = laid_over(study, "paper-grids")
    plain = validate(yaml.safe_load((repository / f"config/{study}.yaml").read_text()))
    assert set(searching.calibration.search) == {"gan-po", "dpl-z"}
    without = searching.calibration.model_copy(update={"search": {}})
    assert searching.model_copy(update={"calibration": without}) == plain


def test_three_seeds_let_every_method_learn_on_vic_three_times(laid_over) -> None:
    calibration = laid_over("demo", "three-seeds").calibration
    assert calibration.seeds == 3
    assert {run.simulator for run in calibration.runs} == {"vic"}
    assert len(calibration.runs) == 7


def test_the_discriminators_worth_is_judged_from_eight_seeds(laid_over) -> None:
    calibration = laid_over("demo", "discriminator").calibration
    assert calibration.seeds == 8
    assert [run.method for run in calibration.runs] == ["default", "gan-po-l1", "gan-po"]


@pytest.mark.parametrize("study", ["demo", "huaihe-twin"])
def test_a_twin_without_errors_keeps_its_climate_and_its_truth(laid_over, study) -> None:
    twin = laid_over(study, "without-errors").twin
    errors = ("rain_error", "temperature_error", "radiation_error", "observation_noise")
    assert {getattr(twin, name) for name in errors} == {0.0}
    assert (twin.seed, twin.unexplained) == (1979, 0.35)
