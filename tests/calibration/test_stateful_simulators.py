"""The settings know which simulators keep states, as the simulators themselves do."""

from typing import get_args

import pytest

from paramscape.simulators.surrogates.lstm.simulator import LstmSimulator
from paramscape.simulators.surrogates.stateful import StatefulSimulator
from paramscape.simulators.vic.simulator import VicSimulator
from paramscape.study.calibration import STATEFUL_SIMULATORS, SimulatorName

CLASSES = {
    "vic": VicSimulator,
    "lstm": LstmSimulator,
    "seq2seq": StatefulSimulator,
    "arnet": StatefulSimulator,
}


@pytest.mark.parametrize("name", get_args(SimulatorName))
def test_a_head_start_is_for_simulators_that_keep_states(name) -> None:
    assert CLASSES[name].is_stateful == (name in STATEFUL_SIMULATORS)
