"""The error model is found from residuals that were drawn with a known one."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch

from paramscape.calibration.smoother.errors import (
    ErrorModel,
    Fit,
    Memory,
    Nearness,
    fit_errors,
    running_mean,
)

DAYS, CELLS = 400, 60
MEMORY = Memory(0.3, 0.3, 0.85)
NEARNESS = Nearness(0.8, 0.2)


DOUBLE = {"generator": torch.Generator().manual_seed(5), "dtype": torch.float64}


@dataclass
class Drawn:
    """Errors (day, cell) with log s = -1 + 0.5 log(level), and what they were drawn with."""

    level: torch.Tensor
    distance: torch.Tensor
    scale: torch.Tensor
    errors: torch.Tensor


@pytest.fixture(scope="module")
def drawn() -> Drawn:
    season = 2.0 + torch.sin(torch.arange(DAYS) / 58.0).double()
    level = season[:, None] * (0.5 + torch.rand(CELLS, **DOUBLE))
    place = 3.0 * torch.rand(CELLS, 2, **DOUBLE)
    distance = torch.cdist(place, place)
    lags = np.abs(np.subtract.outer(np.arange(DAYS), np.arange(DAYS)))
    time = torch.linalg.cholesky(torch.from_numpy(MEMORY.at(lags)))
    space = torch.linalg.cholesky(NEARNESS.matrix(distance))
    noise = torch.randn(DAYS, CELLS, **DOUBLE)
    scale = torch.exp(-1.0 + 0.5 * torch.log(level))
    return Drawn(level, distance, scale, scale * (time @ noise @ space.T))


def test_size_memory_and_range_are_found(drawn):
    found = fit_errors(
        Fit(drawn.errors, torch.zeros(DAYS, CELLS, 2).double()), drawn.level, drawn.distance
    )
    assert float((found.scale / drawn.scale).log().abs().mean()) < 0.1
    lags = np.array([1, 5, 20])
    np.testing.assert_allclose(found.memory.at(lags), MEMORY.at(lags), atol=0.06)
    assert found.nearness.length == pytest.approx(NEARNESS.length, rel=0.35)
    assert found.nearness.nugget == pytest.approx(NEARNESS.nugget, abs=0.12)


def test_whitened_errors_are_independent_with_variance_1_also_with_gaps(drawn):
    present = torch.rand(DAYS, CELLS, **DOUBLE) > 0.3
    present[:, :20] = True
    white = ErrorModel(drawn.scale, present, MEMORY).whiten(drawn.errors)
    assert (white[~present] == 0).all()
    values = white[present]
    assert float(values.square().mean()) == pytest.approx(1.0, abs=0.05)
    whole = white[:, :20]
    assert float((whole[1:] * whole[:-1]).mean()) == pytest.approx(0.0, abs=0.03)


def test_variance_that_a_fit_removed_is_added_again(drawn):
    slopes = torch.randn(DAYS, CELLS, 7, **DOUBLE).cumsum(0) / 10.0
    residuals = torch.empty_like(drawn.errors)
    model = ErrorModel(drawn.scale, torch.ones_like(drawn.errors, dtype=torch.bool), MEMORY)
    for cell in range(CELLS):
        one = ErrorModel(drawn.scale[:, [cell]], model.present[:, [cell]], MEMORY)
        design = one.whiten(slopes[:, [cell]].movedim(-1, 0))[:, :, 0].T
        target = one.whiten(drawn.errors[:, [cell]])
        ends = torch.linalg.lstsq(design, target).solution[:, 0]
        residuals[:, cell] = drawn.errors[:, cell] - slopes[:, cell] @ ends
    strong = 100.0 * slopes  # so that the prior of the scores adds nothing
    corrected = fit_errors(Fit(residuals, strong), drawn.level)
    plain = fit_errors(Fit(residuals, torch.zeros_like(strong)), drawn.level)
    true = float(drawn.scale.square().mean())
    assert float(corrected.scale.square().mean()) == pytest.approx(true, rel=0.08)
    assert float(plain.scale.square().mean()) < 0.93 * true


def test_the_level_is_the_mean_of_observed_days_and_positive():
    observed = torch.full((100, 2), torch.nan, dtype=torch.float64)
    observed[::2, 0] = 3.0
    observed[:, 1] = 0.0
    level = running_mean(observed)
    torch.testing.assert_close(level[:, 0], torch.full((100,), 3.0).double())
    assert (level[:, 1] > 0).all()
