"""A learned method may start from fields that a search in each cell found."""

import pandas as pd
import pytest
import torch

from paramscape.calibration import CALIBRATORS, Workplace
from paramscape.calibration.cell_sceua import search_cells
from paramscape.calibration.gan_po_l1 import GanPoL1Learner
from paramscape.calibration.head_start import imitate, searched_fields
from paramscape.study import CellSceua, DplA, GanPo, GanPoL1, HeadStart


@pytest.fixture
def place(tmp_path):
    return Workplace(tmp_path / "history.csv", tmp_path / "checkpoint.pt", 4)


def test_a_network_imitates_any_fields_of_its_size(land):
    problem = land().problem
    learner = GanPoL1Learner(problem, GanPoL1(channels=16), seed=2)
    cells, size = problem.default.shape
    target = torch.rand(cells, size, generator=torch.Generator().manual_seed(8))

    @torch.no_grad()
    def error():
        return float((learner.fields.unit() - target).square().mean())

    before, left = error(), imitate(learner.fields, target, HeadStart(steps=300))
    assert left == pytest.approx(error(), rel=1e-4)
    assert left < 1e-3 < 0.05 < before


def test_the_search_is_that_of_cell_sceua_and_counts_its_runs(land, place, tmp_path):
    settings = HeadStart(evaluations=60, lead_in_days=None)
    fields, runs = searched_fields(land().problem, settings, place)
    elsewhere = Workplace(tmp_path / "other.csv", tmp_path / "other.pt", 4)
    expected = search_cells(land().problem, CellSceua(max_evaluations=60), elsewhere)
    assert torch.equal(fields, expected[0])
    assert runs == expected[1] >= 60


def test_a_search_that_came_to_its_end_is_not_made_again(land, place):
    settings, problem = HeadStart(evaluations=60, lead_in_days=None), land().problem
    found = searched_fields(problem, settings, place)
    problem.simulator.run = None
    again = searched_fields(problem, settings, place)
    assert torch.equal(again[0], found[0])
    assert again[1] == found[1]


@pytest.mark.parametrize(
    ("method", "settings"),
    [("gan-po", GanPo(epochs=1, channels=16)), ("dpl-a", DplA(epochs=1, iterations_per_epoch=1))],
)
def test_learning_sets_out_near_what_the_search_found(land, place, method, settings):
    made, search = land(keeps_states=True), HeadStart(evaluations=300, steps=400)
    vic = settings.vic.model_copy(update={"head_start": search})
    ahead = settings.model_copy(update={"vic": vic})
    found = CALIBRATORS[method](made.problem, ahead, place)
    assert made.error(found) < 0.1 < made.error(made.problem.default)
    first = pd.read_csv(place.history).iloc[0]
    searched = pd.read_csv(place.history.with_name("head-start-history.csv"))
    assert searched["evaluations"][0] == 30
    assert first["model_runs"] > 300
    assert first["seconds"] > searched["seconds"].sum()
