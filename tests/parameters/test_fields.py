"""Members' parameter fields: their distribution, their pattern, and what they may depend on."""

from collections import Counter

import numpy as np
import pytest
import torch
from scipy.stats import kstest

from paramscape.files import CONTRACTS, require
from paramscape.grid.cells import Cells
from paramscape.parameters.datasets import fields_of, members_dataset, members_of_role
from paramscape.parameters.priors import PriorBox
from paramscape.parameters.sampling import (
    KINDS,
    _cholesky,
    kinds_of,
    roles_of,
    sample_members,
)
from paramscape.study import Ensemble, FieldMixture, Priors
from paramscape.study.parameters import GAN_PO_PARAMETERS

CELLS = Cells(
    np.array([[True, True, False], [True, True, True]]),
    np.array([32.0, 32.25]),
    np.array([114.0, 114.25, 114.5]),
)
ATTRIBUTES = np.random.default_rng(3).standard_normal((CELLS.count, 6)) * 4.0 + 30.0
BOX = PriorBox.of(Priors())


def settings_of(kind=None, members=4, batch=3, **more):
    mixture = FieldMixture(**{k: float(k == kind) for k in KINDS}) if kind else FieldMixture()
    return Ensemble(train=members, validation=2, test=2, batch=batch, mixture=mixture, **more)


def unit_fields(settings, attributes=ATTRIBUTES, cells=CELLS, seed=1):
    physical = sample_members(attributes, cells, BOX, settings, seed, range(settings.members))
    return BOX.to_unit(torch.from_numpy(physical)).numpy()


@pytest.mark.parametrize("kind", KINDS)
def test_over_members_every_cell_is_uniform_whatever_the_kind(kind):
    unit = unit_fields(settings_of(kind, members=1500))
    for parameter in (0, 1, 6):
        for cell in (0, CELLS.count - 1):
            assert kstest(unit[:, cell, parameter], "uniform").pvalue > 1e-3


def test_correlated_fields_have_the_matern_correlation_and_parameters_do_not_correlate():
    length = 0.5
    unit = unit_fields(settings_of("correlated", members=4000, correlation_length=length))
    s = np.sqrt(3) * 0.25 / length  # cells 0 and 2 are neighbours along a meridian
    rank = 6 / np.pi * np.arcsin((1 + s) * np.exp(-s) / 2)
    assert np.corrcoef(unit[:, 0, 4], unit[:, 2, 4])[0, 1] == pytest.approx(rank, abs=0.03)
    assert abs(np.corrcoef(unit[:, 0, 4], unit[:, 0, 5])[0, 1]) < 0.05


def test_the_own_cholesky_factor_is_that_of_lapack():
    root = np.random.default_rng(2).standard_normal((30, 40))
    matrix = root @ root.T
    np.testing.assert_allclose(_cholesky(matrix), np.linalg.cholesky(matrix), atol=1e-10)


def test_constant_fields_are_constant_and_independent_ones_are_not_correlated():
    constant = unit_fields(settings_of("constant", members=20))
    np.testing.assert_allclose(constant, constant[:, :1].repeat(CELLS.count, 1), atol=1e-12)
    loose = unit_fields(settings_of("independent", members=3000))
    assert abs(np.corrcoef(loose[:, 0, 0], loose[:, 1, 0])[0, 1]) < 0.06


def test_mpr_fields_are_equal_where_attributes_are_equal():
    twins = ATTRIBUTES.copy()
    twins[4] = twins[1]
    unit = unit_fields(settings_of("mpr", members=30), attributes=twins)
    np.testing.assert_allclose(unit[:, 4], unit[:, 1], atol=1e-12)
    assert np.ptp(unit, axis=1).max() > 0.3


def test_a_member_does_not_depend_on_the_number_of_members_or_batches():
    few = sample_members(ATTRIBUTES, CELLS, BOX, settings_of(members=2), 5, range(2, 4))
    many = sample_members(ATTRIBUTES, CELLS, BOX, settings_of(members=40), 5, range(40))
    np.testing.assert_array_equal(few, many[2:4])
    other = sample_members(ATTRIBUTES, CELLS, BOX, settings_of(members=2), 6, range(2, 4))
    assert np.abs(other - few).max() > 0.01


def test_every_stretch_of_members_holds_the_kinds_in_their_shares():
    kinds = kinds_of(200, FieldMixture())
    assert Counter(kinds) == {"correlated": 70, "mpr": 60, "independent": 50, "constant": 20}
    for start in range(0, 190, 10):
        stretch = Counter(kinds[start : start + 10])
        assert set(stretch) >= {"correlated", "mpr", "independent"}
        assert 2 <= stretch["mpr"] <= 4


def test_a_mixture_of_nothing_is_refused():
    with pytest.raises(ValueError, match="share of 0"):
        kinds_of(3, FieldMixture(independent=0, correlated=0, mpr=0, constant=0))


def test_batches_cover_every_member_once():
    settings = settings_of(members=6, batch=3)
    members = [m for b in range(settings.batches) for m in settings.members_of_batch(b)]
    assert members == list(range(settings.members))
    with pytest.raises(IndexError, match="4 batches"):
        settings.members_of_batch(4)


def test_missing_attributes_are_refused_with_their_place():
    broken = ATTRIBUTES.copy()
    broken[2, 1] = np.nan
    with pytest.raises(ValueError, match="attribute 1 of cell 2"):
        sample_members(broken, CELLS, BOX, settings_of(), 1, range(2))


def test_members_survive_the_way_to_their_file_and_back():
    settings = settings_of()
    fields = sample_members(ATTRIBUTES, CELLS, BOX, settings, 1, range(settings.members))
    kinds = kinds_of(settings.members, settings.mixture)
    dataset = members_dataset(fields, GAN_PO_PARAMETERS, CELLS, kinds, roles_of(settings))
    require(dataset, "members", "members.nc")
    assert dataset["parameters"].dims == CONTRACTS["members"].dims
    np.testing.assert_array_equal(fields_of(dataset, GAN_PO_PARAMETERS, CELLS), fields)
    assert members_of_role(dataset, "test").tolist() == [6, 7]
    assert dataset["kind"].values.tolist() == kinds


def test_a_file_with_parameters_in_another_order_is_refused():
    settings = settings_of()
    fields = sample_members(ATTRIBUTES, CELLS, BOX, settings, 1, range(settings.members))
    dataset = members_dataset(fields, GAN_PO_PARAMETERS, CELLS, ["mpr"] * 8, roles_of(settings))
    with pytest.raises(ValueError, match="in this order"):
        fields_of(dataset.isel(parameter=slice(None, None, -1)), GAN_PO_PARAMETERS, CELLS)
