"""Members, windows and restarts are the same simulations side by side or one after another."""

import torch

from paramscape.study.parameters import GAN_PO_PARAMETERS
from paramscape.vic import (
    Forcing,
    State,
    calibrated_dataset,
    initial_state,
    simulate,
    with_calibrated,
)
from paramscape.vic.parameters import Parameters

NAMES = ("OUT_EVAP", "OUT_RUNOFF", "OUT_SOIL_MOIST", "OUT_SWE")


def run(parameters, forcing, options, state=None):
    with torch.no_grad():
        return simulate(parameters, forcing, options, state, NAMES)


def window(forcing: Forcing, starts: list[int], days: int) -> Forcing:
    parts = [forcing.days(start, start + days) for start in starts]
    names = Forcing.__dataclass_fields__
    return Forcing(**{n: torch.stack([getattr(p, n) for p in parts]) for n in names})


def test_members_side_by_side_equal_separate_runs(case):
    reference = case("huaihe-daily")
    forcing = reference.forcing.days(8, 20)
    infilt = reference.parameters.soil["infilt"]
    both = reference.parameters.replace(soil={"infilt": torch.stack([infilt, infilt * 0.5])})
    together = run(both, forcing, reference.options)
    for member, factor in enumerate((1.0, 0.5)):
        single = reference.parameters.replace(soil={"infilt": infilt * factor})
        alone = run(single, forcing, reference.options)
        for name in NAMES:
            torch.testing.assert_close(
                together.outputs[name][member], alone.outputs[name], rtol=0, atol=1e-9
            )


def test_windows_with_their_own_months_and_states_equal_the_long_run(case):
    reference = case("huaihe-daily")
    starts, length = [8, 28], 6
    states, state, done = [], None, 0
    for start in starts:
        part = reference.forcing.days(done, start)
        state = run(reference.parameters, part, reference.options, state).state
        states.append(state)
        done = start
    windows = window(reference.forcing, starts, length)
    assert windows.month[0, 0] != windows.month[1, -1]
    result = run(reference.parameters, windows, reference.options, State.stack(states))
    for member, start in enumerate(starts):
        alone = run(
            reference.parameters,
            reference.forcing.days(start, start + length),
            reference.options,
            states[member],
        )
        for name in NAMES:
            torch.testing.assert_close(
                result.outputs[name][member], alone.outputs[name], rtol=0, atol=1e-9
            )
        taken = result.state.select_members(member)
        torch.testing.assert_close(taken.values, alone.state.values, rtol=0, atol=1e-6)


def test_a_run_restarted_from_its_state_goes_on_as_if_uninterrupted(case):
    reference = case("cold-plains-3hourly")
    forcing = reference.forcing.days(0, 120)
    whole = run(reference.parameters, forcing, reference.options)
    first = run(reference.parameters, forcing.days(0, 57), reference.options)
    second = run(reference.parameters, forcing.days(57, 120), reference.options, first.state)
    for name in NAMES:
        joined = torch.cat([first.outputs[name], second.outputs[name]])
        torch.testing.assert_close(joined, whole.outputs[name], rtol=0, atol=0)


def test_a_selection_of_cells_simulates_as_in_the_whole_domain(case):
    reference = case("stehekin-hourly-bands")
    forcing = reference.forcing.days(0, 6)
    whole = run(reference.parameters, forcing, reference.options)
    index = [7, 2]
    part = run(reference.parameters.select(index), forcing.select(index), reference.options)
    torch.testing.assert_close(part.outputs["OUT_SWE"], whole.outputs["OUT_SWE"][:, index])


def test_a_calibrated_parameter_file_simulates_as_the_calibrated_parameters(case, bounds):
    reference = case("huaihe-daily")
    generator = torch.Generator().manual_seed(2)
    share = torch.rand(reference.parameters.cells, 7, generator=generator, dtype=torch.float64)
    values = bounds[0] + (bounds[1] - bounds[0]) * share
    values[:, 1] = values[:, 1] * values[:, 3]
    direct = with_calibrated(reference.parameters, values, GAN_PO_PARAMETERS)
    file = calibrated_dataset(reference.params, values, GAN_PO_PARAMETERS, reference.mask)
    read = Parameters.from_dataset(file, reference.mask)
    forcing = reference.forcing.days(150, 160)
    a, b = (run(p, forcing, reference.options) for p in (direct, read))
    for name in NAMES:
        torch.testing.assert_close(a.outputs[name], b.outputs[name], rtol=0, atol=0)


def test_calibrated_depths_keep_the_initial_wetness(case):
    reference = case("huaihe-daily")
    values = torch.full((reference.parameters.cells, 7), 0.5, dtype=torch.float64)
    values[:, 6] = 10.0
    changed = with_calibrated(reference.parameters, values, GAN_PO_PARAMETERS)
    before, after = (
        p.soil["init_moist"] / p.soil["depth"] for p in (reference.parameters, changed)
    )
    torch.testing.assert_close(after, before)


def test_the_cold_start_has_no_snow_and_at_most_a_full_soil(case):
    reference = case("huaihe-daily")
    state = initial_state(reference.parameters, reference.options, members=2)
    assert state.members == 2
    assert (state["snow_water"] == 0).all() and (state["base_temperature"] == 0).all()
    assert (state.soil_moisture > 0).all()
