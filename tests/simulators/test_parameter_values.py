"""Every simulator refuses parameter values that it cannot simulate, with the same message."""

import pytest
import torch

from paramscape.simulators.parameter_values import require_parameter_values

NAMES = ("infilt", "Ds", "depth2")
VALUES = torch.ones(2, 4, 3)


def test_fields_with_or_without_members_are_accepted():
    require_parameter_values(VALUES, 4, NAMES)
    require_parameter_values(VALUES[0], 4, NAMES)


@pytest.mark.parametrize("values", [VALUES[:, :3], VALUES[..., :2], VALUES[0, 0], VALUES[None]])
def test_another_shape_is_refused_with_both_shapes(values):
    shape = ", ".join(map(str, values.shape))
    with pytest.raises(
        ValueError, match=r"4 cells and 3 parameters \(infilt, Ds, depth2\)"
    ) as error:
        require_parameter_values(values, 4, NAMES)
    assert f"got shape ({shape}" in str(error.value)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_a_value_that_is_not_finite_is_refused_with_its_place(number):
    broken = VALUES.clone()
    broken[1, 2, 1] = broken[1, 3, 0] = number
    with pytest.raises(ValueError, match=f"Ds is {number} in cell 2 of member 1; 2 of 24 values"):
        require_parameter_values(broken, 4, NAMES)
    with pytest.raises(ValueError, match=f"Ds is {number} in cell 2; 2 of 12 values"):
        require_parameter_values(broken[1], 4, NAMES)
