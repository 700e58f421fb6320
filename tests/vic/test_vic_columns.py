"""Columns are derived once; those of some cells, members or chunks are taken from them."""

from dataclasses import fields

import pytest
import torch

from paramscape.vic import Running, simulate
from paramscape.vic.columns import columns_of


@pytest.mark.parametrize("name", ["huaihe-daily", "stehekin-hourly-bands"])
def test_columns_of_some_cells_are_those_that_their_parameters_have(case, name):
    reference = case(name)
    whole = columns_of(reference.parameters, reference.options)
    for chosen in ([whole.cells - 1, 0], [1], list(range(whole.cells))):
        some = whole.select(torch.tensor(chosen))
        alone = columns_of(reference.parameters.select(chosen), reference.options)
        for field in fields(alone):
            ours, theirs = (getattr(columns, field.name) for columns in (some, alone))
            same = torch.equal(ours, theirs) if torch.is_tensor(ours) else ours == theirs
            assert same, field.name


def test_a_simulation_with_columns_that_the_caller_has_is_the_same(case):
    reference = case("stehekin-hourly-bands")
    inputs = reference.parameters, reference.forcing.days(0, 48), reference.options
    expected = simulate(*inputs)
    columns = columns_of(reference.parameters, reference.options)
    for lanes in (None, 3):
        found = simulate(*inputs, running=Running(lanes, columns=columns))
        assert torch.equal(found.state.values, expected.state.values)
        assert all(torch.equal(found.outputs[n], v) for n, v in expected.outputs.items())


def test_columns_of_other_cells_are_refused(case):
    reference = case("huaihe-daily")
    columns = columns_of(reference.parameters, reference.options).select(torch.tensor([0, 1]))
    forcing, running = reference.forcing.days(0, 1), Running(columns=columns)
    with pytest.raises(ValueError, match="columns of 2 cells, the parameters have 24"):
        simulate(reference.parameters, forcing, reference.options, running=running)
