"""Members and calibrated fields through the embedded VIC."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import torch
import xarray as xr

from paramscape.files import require
from paramscape.grid.cells import Cells
from paramscape.parameters.datasets import targets_dataset
from paramscape.simulators.vic.engine import Engine
from paramscape.simulators.vic.members import run_members
from paramscape.study import Period, Vic
from paramscape.study.days import days_of
from paramscape.study.parameters import GAN_PO_PARAMETERS
from paramscape.study.quantities import TARGETS, UNITS
from paramscape.vic import Running


def test_members_side_by_side_are_what_they_are_alone(engine, members, periods):
    together = run_members(
        engine, members.numpy(), periods.warmup.start, periods.train, progress=False
    )
    assert set(together) == set(TARGETS)
    assert together["et"].shape == (3, 30, 4) and together["et"].dtype == np.float32
    apart = run_members(
        replace(engine, running=Running(lanes_at_once=7)),
        members.numpy(),
        periods.warmup.start,
        periods.train,
        progress=False,
    )
    for name in TARGETS:
        np.testing.assert_allclose(apart[name], together[name], rtol=1e-5, atol=1e-6)
    assert np.abs(together["et"][0] - together["et"][1]).max() > 0.1


def test_the_water_of_a_run_is_conserved(engine, members, case, periods):
    _, forcing, cells = case
    with_warmup = Period(start=periods.warmup.start, end=periods.test.end)
    out = engine.run(members[0], with_warmup.start, with_warmup)
    rain = cells.gather(forcing["prcp"].sel(time=with_warmup.slice)).sum(0)
    left = (out["et"] + out["runoff"]).sum(0).numpy()
    capacity = 500.0 * (0.1 + members[0, :, 4] + members[0, :, 5]).numpy()
    assert (np.abs(rain - left) < capacity + 50.0).all()


def test_a_run_in_two_periods_is_the_run_in_one(engine, members, periods):
    start = periods.warmup.start
    whole = engine.run(members[0], start, Period(start=periods.train.start, end=periods.test.end))
    late = engine.run(members[0], start, periods.test)
    torch.testing.assert_close(late["et"], whole["et"][-5:], rtol=0, atol=1e-12)


def test_a_simulation_on_the_grid_keeps_the_contract_of_its_file(engine, members, case, periods):
    cells, scored = case[2], periods.scored
    assert scored.start == periods.train.start and scored.end == periods.test.end
    targets = engine.run(members[1], periods.warmup.start, scored)
    arrays = {name: values.numpy() for name, values in targets.items()}
    dataset = targets_dataset(arrays, cells, days_of(scored))
    require(dataset, "simulation", "vic.nc")
    assert dataset["time"].values[0] == np.datetime64("2009-05-11") and len(dataset.time) == 40
    assert dataset["et"].attrs["units"] == UNITS["et"]
    assert np.isnan(dataset["et"].values[:, ~cells.mask]).all()
    np.testing.assert_allclose(cells.gather(dataset["runoff"]), arrays["runoff"], rtol=1e-6)


def test_forcing_that_does_not_cover_a_period_is_refused(engine, members, periods):
    with pytest.raises(ValueError, match="2009-05-01 to 2009-07-05, but has 61 days"):
        engine.run(
            members[0], periods.warmup.start, Period(start=date(2009, 6, 1), end=date(2009, 7, 5))
        )
    with pytest.raises(ValueError, match="every day from 2009-04-01 to 2009-06-09, but has 61"):
        engine.run(members[0], date(2009, 4, 1), periods.train)


def test_parameters_that_are_no_numbers_are_refused_with_their_place(engine, members, periods):
    broken = members.clone()
    broken[1, 2, 5] = float("nan")
    with pytest.raises(ValueError, match="depth3 is nan in cell 2 of member 1"):
        engine.run(broken, periods.warmup.start, periods.train)
    with pytest.raises(ValueError, match=r"\(member\?, cell, parameter\) with 4 cells"):
        engine.run(members[0, :3], periods.warmup.start, periods.train)


def test_a_parameter_file_that_skips_active_cells_is_refused(case):
    params, forcing, cells = case
    run_cell = xr.ones_like(params["run_cell"])
    run_cell[1, 2] = 0
    with pytest.raises(ValueError, match="runs 3 of the domain's 4 active cells"):
        Engine.of(params.assign(run_cell=run_cell), forcing, cells, Vic(), GAN_PO_PARAMETERS)


def test_a_target_that_is_not_finite_stops_the_batch(engine, members, periods, monkeypatch):
    broken = torch.zeros(3, 30, 4)
    broken[1, 4, 2] = float("inf")
    monkeypatch.setattr(Engine, "run", lambda *_: {"et": broken})
    with pytest.raises(FloatingPointError, match="member 1 of the batch, day 5"):
        run_members(engine, members.numpy(), periods.warmup.start, periods.train, progress=False)


def test_steps_within_a_day_add_up_to_what_vic_puts_out_for_the_day(shared):
    folder = shared / "vic-reference" / "huaihe-3hourly"
    with (
        xr.open_dataset(folder / "domain.nc") as domain,
        xr.open_dataset(folder / "params.nc") as params,
        xr.open_dataset(folder / "forcing.2009.nc") as forcing,
        xr.open_dataset(folder / "fluxes.nc") as fluxes,
    ):
        cells = Cells.of(domain)
        settings = Vic(model_steps_per_day=8, snow_steps_per_day=8, runoff_steps_per_day=8)
        first = forcing.isel(time=slice(0, 24)).load()
        engine = Engine.of(params, first, cells, settings, GAN_PO_PARAMETERS)
        reference = fluxes.isel(time=slice(0, 3)).load()
    soil = engine.parameters.soil
    values = torch.stack(
        [soil[n] for n in ("infilt", "Ds", "Dsmax", "Ws")]
        + [soil["depth"][:, 1], soil["depth"][:, 2], soil["expt"][:, 0]],
        -1,
    )
    days = Period(start=date(2009, 1, 1), end=date(2009, 1, 3))
    out = engine.run(values, days.start, days)
    expected = cells.gather(reference["OUT_RUNOFF"] + reference["OUT_BASEFLOW"])
    np.testing.assert_allclose(out["runoff"], expected, atol=1e-6)
    np.testing.assert_allclose(out["et"], cells.gather(reference["OUT_EVAP"]), atol=1e-6)
    top = cells.gather(reference["OUT_SOIL_MOIST"].isel(nlayer=0))
    depth = soil["depth"][:, 0].numpy()
    np.testing.assert_allclose(out["soil_moisture"].numpy() * 1000 * depth, top, atol=1e-6)


def test_precision_changes_little(engine, members, periods):
    single = replace(engine).to(torch.float32)
    rough = single.run(members[0].float(), periods.warmup.start, periods.train)["et"]
    exact = engine.run(members[0], periods.warmup.start, periods.train)["et"]
    assert rough.dtype == torch.float32
    assert (rough - exact).abs().max() < 0.02
