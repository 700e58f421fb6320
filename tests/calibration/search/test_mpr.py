"""Regionalisation: transfer functions, upscaling and the bounds that VIC needs."""

import numpy as np
import pytest
import torch
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from paramscape.calibration.search.mpr import (
    coefficients_of,
    parameters_of,
    power_mean,
    upscaled,
)
from paramscape.calibration.search.soil_pixels import SoilPixels
from paramscape.grid.cells import Cells
from paramscape.parameters.priors import PriorBox
from paramscape.parameters.transfer_functions import UNKNOWN_SLOPE, baseflow, of_texture
from paramscape.prepare.transfer import transferred_parameters
from paramscape.study import Priors

CELLS = Cells(
    np.array([[True, True], [False, True]]), np.array([32.0, 32.5]), np.array([114, 114.5])
)
LIKE = torch.zeros((), dtype=torch.float64)
UNITS = {"sand": "%", "silt": "%", "clay": "%", "soil_depth": "m"}
TERRAIN = {"elevation": "m", "slope": "1"}
PRIORS = PriorBox.of(Priors())
NAMES = PRIORS.names


def native(terrain=True, per_cell=5, seed=0):
    """A soil of 10 x 10 pixels on the domain of 2 x 2 cells, one of which is outside."""
    rng = np.random.default_rng(seed)
    n = 2 * per_cell
    row, column = np.indices((n, n)) // per_cell
    number = np.array([[0, 1], [-1, 2]])
    sand = rng.uniform(5, 85, (n, n))
    clay = rng.uniform(5, 95 - sand)
    fields = {
        "sand": sand,
        "clay": clay,
        "silt": 100 - sand - clay,
        "soil_depth": rng.uniform(0.4, 2.2, (n, n)),
        "elevation": rng.gamma(2, 60, (n, n)),
        "slope": rng.gamma(1, 0.02, (n, n)),
        "cell": number[row, column],
    }
    names = {**UNITS, **(TERRAIN if terrain else {}), "cell": "1"}
    coords = {"lat": 31.75 + np.arange(n) / n, "lon": 113.75 + np.arange(n) / n}
    return xr.Dataset(
        {name: (("lat", "lon"), fields[name], {"units": units}) for name, units in names.items()},
        coords,
    )


def pixels(terrain=True, **arguments):
    return SoilPixels.of(native(terrain, **arguments), CELLS, LIKE)


def random_sets(soil, count, seed=0):
    ranges = torch.tensor(
        [(c.low, c.high) for c in coefficients_of(soil, NAMES)], dtype=torch.float64
    )
    share = torch.rand(count, len(ranges), generator=torch.Generator().manual_seed(seed))
    return ranges[:, 0] + share * (ranges[:, 1] - ranges[:, 0])


def defaults(soil):
    return torch.tensor([[c.default for c in coefficients_of(soil, NAMES)]], dtype=torch.float64)


@pytest.mark.parametrize("terrain", [True, False])
def test_ten_coefficients_are_calibrated_and_their_defaults_lie_in_range(terrain):
    coefficients = coefficients_of(pixels(terrain), NAMES)
    assert len({c.name for c in coefficients}) == len(coefficients) == 10
    assert all(c.low < c.default < c.high for c in coefficients)


@pytest.mark.parametrize("terrain", [True, False])
def test_every_coefficient_set_gives_parameters_that_vic_takes(terrain):
    soil = pixels(terrain)
    found = parameters_of(random_sets(soil, 200), soil, CELLS.count, PRIORS)
    assert found.shape == (200, 3, len(NAMES))
    assert ((found >= PRIORS.low) & (found <= PRIORS.high)).all()
    ds, ws = found[..., NAMES.index("Ds")], found[..., NAMES.index("Ws")]
    assert (ds <= ws).all()


@pytest.mark.parametrize("terrain", [True, False])
def test_every_coefficient_matters(terrain):
    soil = pixels(terrain)
    base = upscaled(defaults(soil), soil, NAMES)
    for place, c in enumerate(coefficients_of(soil, NAMES)):
        moved = defaults(soil)
        moved[0, place] = c.low + 0.3 * (c.high - c.low)
        found = upscaled(moved, soil, NAMES)
        changed = {n for n in NAMES if not torch.equal(*torch.broadcast_tensors(found[n], base[n]))}
        assert changed == set(c.acts_on) & set(NAMES), c.name


def test_only_coefficients_of_the_calibrated_parameters_are_searched():
    soil, names = pixels(), ("infilt", "Ksat")
    found = [c.name for c in coefficients_of(soil, names)]
    assert found == ["infilt_level", "infilt_relief", "conductivity_level"]
    box = PriorBox.of(Priors.of(names))
    sets = torch.tensor([[0.0, 1.0, -0.6], [0.0, 1.0, -0.54]], dtype=torch.float64)
    fields = parameters_of(sets, soil, CELLS.count, box)
    torch.testing.assert_close(
        fields[1, :, 1] / fields[0, :, 1], torch.full((3,), 10**0.06).double()
    )


def test_sets_do_not_depend_on_each_other():
    soil = pixels()
    sets = random_sets(soil, 7)
    together = parameters_of(sets, soil, CELLS.count, PRIORS)
    single = torch.cat([parameters_of(s[None], soil, CELLS.count, PRIORS) for s in sets])
    torch.testing.assert_close(together, single, rtol=1e-13, atol=0)


def test_upscaling_equals_a_loop_over_pixels():
    soil = pixels()
    values = torch.rand(2, len(soil.cell), dtype=torch.float64) + 0.1
    for power in (1.0, -1.0):
        found = power_mean(values, power, soil, 3)
        for s in range(2):
            for cell in range(3):
                total = weight = 0.0
                for pixel in (soil.cell == cell).nonzero().flatten().tolist():
                    total += float(soil.weight[pixel] * values[s, pixel] ** power)
                    weight += float(soil.weight[pixel])
                assert float(found[s, cell]) == pytest.approx((total / weight) ** (1 / power))


@settings(max_examples=30, deadline=None)
@given(st.floats(0.01, 50.0))
def test_a_uniform_field_keeps_its_value_in_every_mean(value):
    soil = pixels()
    field = torch.full((1, len(soil.cell)), value, dtype=torch.float64)
    for power in (1.0, -1.0, 2.0):
        torch.testing.assert_close(power_mean(field, power, soil, 3), field[:, :3])


def test_baseflow_is_linear_where_the_lower_layer_hardly_leaves_the_linear_part():
    one = torch.ones(1, dtype=torch.float64)
    found = baseflow(100.0 * one, 1.2 * one, 0.25 * one, 0.25 * one)
    assert found["Ws"] == 0.99
    torch.testing.assert_close(found["Ds"], found["Ws"], rtol=2e-4, atol=0)
    torch.testing.assert_close(found["Dsmax"], 100.0 * 10 ** (-0.25 * one), rtol=2e-4, atol=0)


def test_baseflow_scales_with_conductivity_and_slope_only_in_dsmax():
    arguments = [torch.tensor([v], dtype=torch.float64) for v in (0.7, 0.1, 0.4)]
    once = baseflow(torch.tensor([3.0]).double(), *arguments)
    twice = baseflow(torch.tensor([6.0]).double(), *arguments)
    torch.testing.assert_close(twice["Dsmax"], 2 * once["Dsmax"])
    assert torch.equal(twice["Ds"], once["Ds"])
    assert torch.equal(twice["Ws"], once["Ws"])


def test_a_loam_has_the_values_worked_out_by_hand():
    one = torch.ones(1, dtype=torch.float64)
    texture = of_texture(40 * one, 40 * one, 20 * one)
    cell = torch.zeros(1, dtype=torch.int64)
    loam = SoilPixels(cell, one, 40 * one, 20 * one, 1.5 * one, *texture, slope=UNKNOWN_SLOPE * one)
    fields = upscaled(defaults(loam), loam, NAMES)
    found = {name: float(values) for name, values in fields.items()}
    retention = 3.1 + 0.157 * 20 - 0.003 * 40
    suction = 0.0980665 * 10 ** (1.54 - 0.38 + 0.252)
    ws, factor = (33 / suction) ** (-1 / retention), 10**-0.25
    conductivity = 10 ** (-0.6 + 0.504 - 0.128) * 25.4 * 24
    assert found["expt"] == pytest.approx(3 + 2 * retention)
    assert found["Ws"] == pytest.approx(ws)
    assert found["Dsmax"] == pytest.approx(
        conductivity * UNKNOWN_SLOPE * factor * (1 + (1 - ws) ** 2)
    )
    assert found["Ds"] == pytest.approx(ws / (1 + (1 - ws) ** 2))
    assert found["depth2"] == pytest.approx(0.45)
    assert found["depth3"] == pytest.approx(0.95)
    assert found["infilt"] == pytest.approx(0.5 / (1 + np.exp(0.2)))
    assert found["Ksat"] == pytest.approx(conductivity)


def test_infiltration_follows_relief_where_there_is_a_terrain_model():
    soil, raw = pixels(terrain=True), native()
    found = upscaled(defaults(soil), soil, NAMES)["infilt"]
    area = np.cos(np.radians(raw.lat.values))[:, None] * np.ones(raw.sizes["lon"])
    for cell in range(3):
        inside = raw["cell"].values == cell
        heights, weights = raw["elevation"].values[inside], area[inside]
        mean = np.average(heights, weights=weights)
        spread = np.log(np.sqrt(np.average((heights - mean) ** 2, weights=weights)))
        assert float(found[0, cell]) == pytest.approx(spread / (spread + 10))


def test_the_soil_maps_own_hydraulics_hold_with_the_default_coefficients():
    raw = native()
    rng = np.random.default_rng(3)
    ranges = {"ksat": (50, 900), "lambda": (0.1, 0.4), "field_capacity": (0.1, 0.3)}
    for name, (low, high) in {**ranges, "saturation": (0.4, 0.5)}.items():
        units = "mm d-1" if name == "ksat" else "1"
        raw[name] = (("lat", "lon"), rng.uniform(low, high, raw.cell.shape), {"units": units})
    soil = SoilPixels.of(raw, CELLS, LIKE)
    by_map = upscaled(defaults(soil), soil, NAMES)
    default = transferred_parameters(raw, CELLS.count, Priors())
    inside = parameters_of(defaults(soil), soil, CELLS.count, PRIORS)[0]
    for place, name in enumerate(NAMES):
        np.testing.assert_allclose(inside[:, place], default[name], rtol=1e-9, err_msg=name)
    expected = power_mean(soil.conductivity[None], -1.0, soil, CELLS.count)
    torch.testing.assert_close(by_map["Ksat"], expected)


def test_pixels_outside_and_incomplete_ones_do_not_count():
    soil = native()
    assert len(SoilPixels.of(soil, CELLS, LIKE).cell) == 75
    soil["clay"][0, 0] = np.nan
    assert len(SoilPixels.of(soil, CELLS, LIKE).cell) == 74


def test_a_cell_without_soil_is_named_with_its_place():
    soil = native()
    soil["cell"] = soil["cell"].where(soil["cell"] != 2, -1)
    with pytest.raises(ValueError, match=r"the first is cell 2 at 32.5000 N, 114.5000 E"):
        SoilPixels.of(soil, CELLS, LIKE)


def test_soil_without_texture_or_in_other_units_is_refused():
    with pytest.raises(ValueError, match=r"need sand, clay of the soil"):
        SoilPixels.of(native().drop_vars(["sand", "clay"]), CELLS, LIKE)
    soil = native()
    soil["soil_depth"].attrs["units"] = "cm"
    with pytest.raises(ValueError, match=r"soil_depth must be in m, but .* says 'cm'"):
        SoilPixels.of(soil, CELLS, LIKE)


def test_one_pixel_in_a_cell_is_the_formula_of_the_cell():
    soil = SoilPixels.of(native(terrain=False, per_cell=1), CELLS, LIKE)
    assert soil.cell.tolist() == [0, 1, 2]
    assert soil.relief is None
    torch.testing.assert_close(
        parameters_of(defaults(soil), soil, 3, PRIORS)[0, :, NAMES.index("expt")],
        upscaled(defaults(soil), soil, NAMES)["expt"][0],
    )


def test_a_slope_alone_is_used_and_leaves_the_relief_to_texture():
    known, unknown = (
        SoilPixels.of(native(terrain).drop_vars("elevation", errors="ignore"), CELLS, LIKE)
        for terrain in (True, False)
    )
    assert known.relief is None and unknown.relief is None
    assert (unknown.slope == UNKNOWN_SLOPE).all() and (known.slope != UNKNOWN_SLOPE).all()


def test_blocks_of_whole_cells_give_what_all_pixels_give_together(monkeypatch):
    raw = native()
    raw["clay"][0, :4] = np.nan
    uneven = SoilPixels.of(raw, CELLS, LIKE)
    sets = random_sets(uneven, 9)
    whole = upscaled(sets, uneven, NAMES)
    ends = {n: (float(PRIORS.low[i]), float(PRIORS.high[i])) for i, n in enumerate(NAMES)}
    inside = {n: whole[n].clamp(*ends[n]).expand(9, 3) for n in NAMES}
    inside["Ds"] = torch.minimum(inside["Ds"], inside["Ws"])
    monkeypatch.setattr("paramscape.calibration.search.soil_pixels._PIXELS_AT_ONCE", 50)
    assert [len(block.cell) for block in uneven.blocks] == [50, 25]
    found = parameters_of(sets, uneven, 3, PRIORS)
    expected = torch.stack([inside[n] for n in NAMES], -1)
    torch.testing.assert_close(found, expected, rtol=1e-12, atol=0)


def test_soil_of_another_domain_is_refused():
    soil = pixels()
    with pytest.raises(ValueError, match="pixels of 3 cells, not of 4"):
        parameters_of(defaults(soil), soil, 4, PRIORS)
