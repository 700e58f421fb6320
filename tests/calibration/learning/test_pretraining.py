"""A learned method may start from fields that a search in each cell found."""

from dataclasses import replace

import pandas as pd
import pytest
import torch

from paramscape.calibration import CALIBRATORS
from paramscape.calibration.learning.pretraining import pretrain, read_search
from paramscape.calibration.methods.gan_po_l1 import GanPoL1Learner
from paramscape.files import Provenance, write_dataset
from paramscape.jobs.checkpoint import Checkpoint, RunPaths
from paramscape.parameters.datasets import parameters_dataset
from paramscape.study import CellSceua, DplA, DplWindows, GanPo, GanPoL1, Pretraining


@pytest.fixture
def place(tmp_path):
    return RunPaths(tmp_path / "history.csv", Checkpoint(tmp_path / "checkpoint.pt", "test"))


def test_a_network_is_pretrained_on_any_fields_of_its_size(land):
    problem = land().problem
    learner = GanPoL1Learner(problem, GanPoL1(channels=16), seed=2)
    cells, size = problem.default.shape
    target = torch.rand(cells, size, generator=torch.Generator().manual_seed(8))

    @torch.no_grad()
    def error():
        return float((learner.field_network.unit() - target).square().mean())

    before, left = error(), pretrain(learner.field_network, target, Pretraining(steps=300))
    assert left == pytest.approx(error(), rel=1e-4)
    assert left < 1e-3 < 0.05 < before


@pytest.fixture
def searched(land, tmp_path):
    """Function that searches each cell of a land as `cell-sceua` does, and reads what it wrote."""

    def search(problem, evaluations):
        place = RunPaths(tmp_path / "search.csv", Checkpoint(tmp_path / "search.pt", "test"))
        fields = CALIBRATORS["cell-sceua"](
            problem, CellSceua(max_evaluations=evaluations), place, 4
        )
        names, values = problem.priors.names, fields.double().numpy()
        dataset = parameters_dataset(values, names, problem.data.cells)
        write_dataset(dataset, tmp_path / "search.nc", "parameters", Provenance.of("demo", {}, 1))
        files = tmp_path / "search.nc", place.history
        return fields, read_search(*files, names, problem.data.cells, problem.default)

    return search


def test_a_search_is_read_as_it_was_made_with_its_cost(land, searched, tmp_path):
    fields, read = searched(land().problem, 60)
    assert torch.equal(read.fields, fields)
    history = pd.read_csv(tmp_path / "search.csv")
    assert read.model_runs == history["model_runs"].iloc[-1] >= 60
    assert read.seconds == pytest.approx(history["seconds"].sum())


@pytest.mark.parametrize(
    ("method", "settings"),
    [("gan-po", GanPo(epochs=1, channels=16)), ("dpl-a", DplA(epochs=1, iterations_per_epoch=1))],
)
def test_learning_sets_out_near_what_the_search_found(land, place, searched, method, settings):
    made = land(is_stateful=True)
    _, search = searched(made.problem, 300)
    vic = settings.stateful.model_copy(update={"pretraining": Pretraining(steps=400)})
    ahead = settings.model_copy(update={"stateful": vic})
    found = CALIBRATORS[method](replace(made.problem, searched=search), ahead, place, 4)
    assert made.error(found) < 0.1 < made.error(made.problem.default)
    first = pd.read_csv(place.history).iloc[0]
    assert first["model_runs"] > search.model_runs >= 300
    assert first["seconds"] > search.seconds


def test_a_head_start_without_searched_fields_is_refused(land, place):
    settings = DplA(
        epochs=1, iterations_per_epoch=1, stateful=DplWindows(pretraining=Pretraining())
    )
    with pytest.raises(ValueError, match="problem has no searched fields"):
        CALIBRATORS["dpl-a"](land(is_stateful=True).problem, settings, place, 4)
