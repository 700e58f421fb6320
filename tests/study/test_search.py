"""A search is judged with the settings: its methods, its names and each of its values."""

import pytest
import yaml

from paramscape.study import SettingsError, candidates_of, validate


@pytest.fixture
def searching(repository):
    """Validates the demo with a search: searching(grids)."""
    settings = yaml.safe_load((repository / "config/demo.yaml").read_text())

    def with_search(grids):
        settings["calibration"]["search"] = grids
        return validate(settings).calibration.search

    return with_search


def test_the_papers_grids_are_all_combinations_of_its_values(repository, searching) -> None:
    overlay = yaml.safe_load((repository / "config/paper-grids.yaml").read_text())
    search = searching(overlay["calibration"]["search"])
    assert len(candidates_of(search["gan-po"])) == 6 * 5
    assert len(candidates_of(search["dpl-z"])) == 5


def test_candidates_are_counted_with_the_last_setting_fastest() -> None:
    found = candidates_of({"l1_weight": [1, 2], "range_weight": [3, 4]})
    assert [tuple(values.values()) for values in found] == [(1, 3), (1, 4), (2, 3), (2, 4)]


@pytest.mark.parametrize(
    ("grids", "message"),
    [
        ({"gan-po": {"l1_wieght": [1]}}, r"search\.gan-po\.l1_wieght: .* mean l1_weight\?"),
        ({"gan-pro": {"l1_weight": [1]}}, r"search\.gan-pro: .* mean gan-po\?"),
        ({"gan-po": {"l1_weight": [1, -1]}}, r"l1_weight\.1: .* greater than or equal to 0"),
        ({"dpl-z": {"dropout": [0.5, 1]}}, r"dropout\.1: .* less than 1"),
        ({"dpl-z": {"hidden": [64, "wide"]}}, r"hidden\.1: .* valid integer"),
        ({"gan-po": {"stateful": [{"dayz": 3}]}}, r"stateful\.0\.dayz: .* mean days\?"),
        ({"gan-po": {"l1_weight": []}}, "at least 1 item"),
        ({"gan-po": {}}, "at least 1 item"),
        ({"mpr-sceua": {"complexes": [2, 4]}}, "that learn in epochs .*paraformer-z, gan-po"),
        ({"default": {"any": [1]}}, "only methods that learn in epochs"),
    ],
)
def test_a_mistake_in_a_search_names_its_place_and_cure(searching, grids, message) -> None:
    with pytest.raises(SettingsError, match=message):
        searching(grids)
