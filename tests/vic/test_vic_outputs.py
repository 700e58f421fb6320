"""Outputs are named, measured and related to each other as in VIC."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from paramscape.vic import simulate
from paramscape.vic.columns import columns_of
from paramscape.vic.land_constants import layers_of
from paramscape.vic.outputs import BEYOND, OUTPUTS, check_outputs
from paramscape.vic.water_table import water_table_of

# Of VIC 5.1's own list, other than lakes, carbon, frozen soil and what needs FULL_ENERGY.
VIC_LIST = (
    "ASAT", "ROOTMOIST", "SMFROZFRAC", "SMLIQFRAC", "SNOW_CANOPY", "SNOW_COVER", "SNOW_DEPTH",
    "SOIL_ICE", "SOIL_LIQ", "SOIL_ICE_FRAC", "SOIL_LIQ_FRAC", "SOIL_MOIST", "SOIL_WET",
    "SURFSTOR", "SURF_FROST_FRAC", "SWE", "WDEW", "ZWT", "ZWT_LUMPED", "BASEFLOW",
    "DELINTERCEPT", "DELSOILMOIST", "DELSWE", "DELSURFSTOR", "EVAP", "EVAP_BARE",
    "EVAP_CANOP", "INFLOW", "PET", "PREC", "RAINF", "RUNOFF", "SNOW_MELT", "SNOWF",
    "SUB_BLOWING", "SUB_CANOP", "SUB_SNOW", "SUB_SURFACE", "TRANSP_VEG", "ALBEDO", "SALBEDO",
    "SNOW_PACK_TEMP", "SNOW_SURF_TEMP", "SOIL_TEMP", "SOIL_TNODE", "WATER_ERROR", "AERO_COND",
    "AERO_COND1", "AERO_COND2", "AERO_RESIST", "AERO_RESIST1", "AERO_RESIST2", "AIR_TEMP",
    "DENSITY", "FCANOPY", "LAI", "LWDOWN", "PRESSURE", "QAIR", "REL_HUMID", "SWDOWN", "VP",
    "VPD", "WIND", "ALBEDO_BAND", "SNOW_CANOPY_BAND", "SNOW_COVER_BAND", "SNOW_DEPTH_BAND",
    "SNOW_MELT_BAND", "SNOW_PACKT_BAND", "SNOW_SURFT_BAND", "SWE_BAND", "BARESOILT", "DELTAH",
    "GRND_FLUX", "IN_LONG", "LATENT", "LATENT_SUB", "LWNET", "RAD_TEMP", "R_NET", "SENSIBLE",
    "SURF_TEMP", "SWNET", "VEGT", "GRND_FLUX_BAND", "LATENT_BAND", "LATENT_SUB_BAND",
    "LWNET_BAND", "SENSIBLE_BAND", "SWNET_BAND", "SNOW_FLUX", "SNOW_FLUX_BAND",
)  # fmt: skip


def test_every_variable_of_vics_list_that_this_mode_has_is_given():
    assert set(OUTPUTS) == {f"OUT_{name}" for name in VIC_LIST}
    assert not set(OUTPUTS) & set(BEYOND)


def test_an_output_beyond_the_mode_is_refused_with_the_mode_it_needs():
    for name, reason in (
        ("OUT_FDEPTH", "frozen soil"),
        ("OUT_GPP", "carbon"),
        ("OUT_ADVECTION", "energy"),
    ):
        with pytest.raises(ValueError, match=f"{name} .*{reason}"):
            check_outputs((name,))


@pytest.fixture(scope="module")
def mountain(case):
    """All outputs of a mountain case with five bands, 48 hours."""
    reference = case("stehekin-hourly-bands")
    with torch.no_grad():
        run = simulate(
            reference.parameters, reference.forcing.days(0, 48), reference.options,
            outputs=tuple(OUTPUTS),
        )  # fmt: skip
    return reference, {name: values.numpy() for name, values in run.outputs.items()}


def test_bands_weighted_by_their_area_make_the_cell(mountain):
    reference, of = mountain
    area = reference.parameters.bands["AreaFract"].numpy()
    area = area / area.sum(1, keepdims=True)
    for band, cell in (("SWE_BAND", "SWE"), ("SNOW_CANOPY_BAND", "SNOW_CANOPY"),
                       ("SNOW_DEPTH_BAND", "SNOW_DEPTH"), ("ALBEDO_BAND", "ALBEDO")):  # fmt: skip
        assert of[f"OUT_{band}"].shape == (48, 16, 5)
        np.testing.assert_allclose(
            (of[f"OUT_{band}"] * area).sum(-1), of[f"OUT_{cell}"], rtol=0, atol=1e-12
        )


def test_changes_are_differences_of_storages_and_close_the_balance(mountain):
    _, of = mountain
    snow = of["OUT_SWE"] + of["OUT_SNOW_CANOPY"]
    np.testing.assert_allclose(of["OUT_DELSWE"][1:], np.diff(snow, axis=0), atol=1e-12)
    soil = of["OUT_SOIL_MOIST"].sum(-1)
    np.testing.assert_allclose(of["OUT_DELSOILMOIST"][1:], np.diff(soil, axis=0), atol=1e-11)
    wet = of["OUT_DELINTERCEPT"][1:]
    np.testing.assert_allclose(wet, np.diff(of["OUT_WDEW"], axis=0), atol=1e-12)
    stored = of["OUT_DELSWE"] + of["OUT_DELSOILMOIST"] + of["OUT_DELINTERCEPT"]
    gone = of["OUT_EVAP"] + of["OUT_RUNOFF"] + of["OUT_BASEFLOW"]
    np.testing.assert_allclose(of["OUT_PREC"], gone + stored, rtol=0, atol=1e-11)


def test_the_air_is_consistent(mountain):
    _, of = mountain
    assert of["OUT_RAINF"] + of["OUT_SNOWF"] == pytest.approx(of["OUT_PREC"], abs=1e-12)
    saturated = of["OUT_VP"] + of["OUT_VPD"]
    np.testing.assert_allclose(of["OUT_REL_HUMID"], 100 * of["OUT_VP"] / saturated)
    ratio = 18.016 / 28.97
    np.testing.assert_allclose(of["OUT_QAIR"], ratio * of["OUT_VP"] / of["OUT_PRESSURE"])


def test_soil_is_liquid_and_its_temperature_lies_between_surface_and_depth(mountain):
    reference, of = mountain
    assert (of["OUT_SOIL_ICE"] == 0).all() and (of["OUT_SMLIQFRAC"] == pytest.approx(1.0))
    np.testing.assert_array_equal(of["OUT_SOIL_LIQ"], of["OUT_SOIL_MOIST"])
    depth = reference.parameters.soil["depth"].numpy() * 1000
    np.testing.assert_allclose(of["OUT_SOIL_LIQ_FRAC"], of["OUT_SOIL_MOIST"] / depth)
    nodes, layers = of["OUT_SOIL_TNODE"], of["OUT_SOIL_TEMP"]
    np.testing.assert_allclose(layers[..., 0], nodes[..., :2].mean(-1), atol=1e-12)


def test_snow_temperatures_and_albedo_are_those_of_the_snow_alone(mountain):
    _, of = mountain
    assert ((of["OUT_SALBEDO"] > 0.4) & (of["OUT_SALBEDO"] <= 0.8500001)).all()
    assert (of["OUT_SNOW_SURF_TEMP"] <= 0).all()


@pytest.fixture
def table(case):
    """Water table of the columns of a case, and the water (layer, column) of full layers [mm]."""
    reference = case("huaihe-daily")
    columns = columns_of(reference.parameters, reference.options)
    layers = layers_of(reference.parameters, columns)
    return water_table_of(reference.parameters, columns, layers), layers


def test_the_water_table_rises_with_the_moisture_from_the_bottom_to_the_surface(table):
    curves, layers = table
    bottom = -100 * layers.depth.sum(0)
    before = bottom
    for wetness in (0.3, 0.6, 0.9, 0.99):
        moisture = layers.residual + wetness * (layers.capacity - layers.residual)
        level = curves.lumped_level(moisture)
        assert (level >= before - 1e-9).all() and (level <= 0).all()
        before = level
    assert (before > bottom).any()
    torch.testing.assert_close(curves.level(layers.capacity), 0 * bottom)
    for level in (curves.level, curves.lumped_level):
        torch.testing.assert_close(level(layers.residual), bottom)


def test_the_water_table_lies_in_the_lowest_layer_that_is_not_full(table):
    curves, layers = table
    moisture = layers.capacity.clone()
    moisture[1] = layers.residual[1]
    edge = -100 * layers.depth[:2].sum(0)
    torch.testing.assert_close(curves.level(moisture), edge)


def test_the_water_table_needs_the_bubbling_pressure(case):
    reference = case("huaihe-daily")
    soil = {k: v for k, v in reference.parameters.soil.items() if k != "bubble"}
    dry = replace(reference.parameters, soil=soil)
    with pytest.raises(ValueError, match="has no variable 'bubble'"):
        simulate(dry, reference.forcing.days(0, 1), reference.options, outputs=["OUT_ZWT"])


def test_the_saturated_area_is_a_share_that_rises_with_the_moisture(mountain):
    _, of = mountain
    area, soil = of["OUT_ASAT"], of["OUT_SOIL_MOIST"][..., :2].sum(-1)
    assert ((area > 0) & (area < 1)).all()
    wetter = np.diff(soil, axis=0) > 1e-9
    assert wetter.any() and (np.diff(area, axis=0)[wetter] > 0).all()


def test_new_snow_has_the_albedo_of_its_class_with_max_snow_albedo(case):
    reference = case("cold-plains-3hourly")
    options = replace(reference.options, max_snow_albedo=True)
    cover = reference.parameters.vegetation["Cv"]
    vegetation = dict(reference.parameters.vegetation)
    with pytest.raises(ValueError, match="needs the variable 'max_snow_albedo'"):
        simulate(reference.parameters, reference.forcing.days(0, 1), options)
    vegetation["max_snow_albedo"] = torch.full_like(cover, 0.7)
    dark = replace(reference.parameters, vegetation=vegetation)
    names = ("OUT_SALBEDO", "OUT_SWE")
    with torch.no_grad():
        run = simulate(dark, reference.forcing.days(0, 40), options, None, names).outputs
    snowy = run["OUT_SWE"] > 0
    assert snowy.any() and (run["OUT_SALBEDO"][snowy] <= 0.85).all()
    assert run["OUT_SALBEDO"][snowy].min() < 0.75
    vegetation["max_snow_albedo"] = torch.full_like(cover, 1.7)
    with pytest.raises(ValueError, match=r"max_snow_albedo must be 0 to 1 .* it is 1.7 in cell 0"):
        simulate(replace(dark, vegetation=vegetation), reference.forcing.days(0, 1), options)
