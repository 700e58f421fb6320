"""Parameter fields of ensemble members, drawn in the unit cube of the priors."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.random import SeedSequence
from scipy.special import ndtr

from paramscape.grid.cells import Cells
from paramscape.parameters.priors import PriorBox
from paramscape.study import Ensemble, FieldMixture, FieldSampling
from paramscape.study.random_streams import numpy_generator

KINDS = ("independent", "correlated", "mpr", "constant")
ROLES = ("train", "validation", "test")
_EARTH_DEGREES = 180.0 / np.pi  # length of the Earth's radius in degrees of arc


@dataclass(frozen=True)
class Perturbation:
    """How fields near a given one are drawn.

    count: perturbed fields. spread: their standard deviation on the unit scale. correlation_length
    of the perturbation [degrees].
    """

    count: int
    spread: float
    correlation_length: float


def sample_members(
    attributes: np.ndarray,
    cells: Cells,
    priors: PriorBox,
    settings: FieldSampling,
    seed: int,
    members: range,
) -> np.ndarray:
    """Draw the parameter fields of members.

    The kinds of field alternate in the shares of `settings.mixture`. Over members, each
    parameter is uniform in its unit interval in every cell, whatever the kind. A member's field
    depends on its index and the seed alone, not on how many members or batches there are.

    Args:
        attributes: (cell, attribute), for the fields of kind mpr.
        cells: the active cells.
        priors: bounds and scales.
        settings: mixture and correlation length.
        seed: root of the members' random numbers.
        members: which of them.

    Returns:
        (member, cell, parameter), physical values.
    """
    features = _standardised(attributes)
    factor = _correlation_factor(cells, settings.correlation_length)
    kinds, count = kinds_of(members.stop, settings.mixture), len(priors.names)
    fields = [
        _draw(kinds[member], count, features, factor, _generator(seed, member))
        for member in members
    ]
    return priors.to_physical(torch.from_numpy(np.stack(fields))).numpy()


def perturbed_fields(
    field: np.ndarray, cells: Cells, priors: PriorBox, settings: Perturbation, seed: SeedSequence
) -> np.ndarray:
    """A field and perturbed fields around it.

    To each parameter on the unit scale of its prior comes a spatially correlated normal field of
    its own; what leaves the priors is moved back to their ends.

    Args:
        field: (cell, parameter), physical.
        cells: the active cells.
        priors: bounds and scales.
        settings: how many, how far, and how smooth.
        seed: root of the random numbers; each perturbed field has a stream of its own.

    Returns:
        (1 + count, cell, parameter), physical, the field itself first.
    """
    unit = priors.to_unit(torch.from_numpy(field).double()).numpy()
    factor = _correlation_factor(cells, settings.correlation_length)
    moves = [
        np.einsum("ij,jk->ik", factor, np.random.default_rng(own).standard_normal(unit.shape))
        for own in seed.spawn(settings.count)
    ]
    fields = np.stack([unit, *(unit + settings.spread * move for move in moves)])
    return priors.to_physical(torch.from_numpy(fields.clip(0.0, 1.0))).numpy()


def kinds_of(members: int, mixture: FieldMixture) -> list[str]:
    """The kind of each member's field.

    Each member gets the kind that lags most behind its share of the members so far, so that every
    stretch of members holds all kinds.

    Raises:
        ValueError: if all shares are 0.
    """
    shares = np.array([getattr(mixture, kind) for kind in KINDS])
    if shares.sum() <= 0:
        raise ValueError(
            "ensemble.mixture gives every kind of field a share of 0; raise one of "
            + ", ".join(KINDS)
        )
    shares = shares / shares.sum()
    drawn = np.zeros(len(KINDS))
    kinds = []
    for member in range(members):
        # Rounding lets members with equal lags fall to the first kind on every machine.
        kind = int(np.argmax(np.round(shares * (member + 1) - drawn, 9)))
        drawn[kind] += 1
        kinds.append(KINDS[kind])
    return kinds


def roles_of(settings: Ensemble) -> list[str]:
    """What each member is for: train first, then validation, then test."""
    return [role for role in ROLES for _ in range(getattr(settings, role))]


def _generator(seed: int, member: int) -> np.random.Generator:
    return numpy_generator(seed, "ensemble member", member)


def _draw(
    kind: str, count: int, features: np.ndarray, factor: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """One field (cell, parameter) of a number of parameters in the unit cube."""
    shape = (features.shape[0], count)
    if kind == "independent":
        return rng.uniform(size=shape)
    if kind == "constant":
        return np.broadcast_to(rng.uniform(size=count), shape).copy()
    if kind == "correlated":
        return ndtr(np.einsum("ij,jk->ik", factor, rng.standard_normal(shape)))
    return np.stack([_transfer(features, rng) for _ in range(count)], -1)


def _transfer(features: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One random transfer function of the attributes, (cell,) in the unit interval.

    A weighted sum of a constant and of some attributes, half of the time squashed by tanh with
    random slopes and centres. Given these, normal weights make the sum normal in each cell;
    divided by its standard deviation, its distribution function is uniform.
    """
    used = rng.uniform(size=features.shape[1]) < 0.5
    squash = rng.uniform() < 0.5
    slopes = rng.uniform(0.5, 2.0, features.shape[1])
    centres = rng.standard_normal(features.shape[1])
    weights = rng.standard_normal(features.shape[1] + 1)
    terms = np.tanh(slopes * (features - centres)) if squash else features
    terms = np.column_stack([np.ones(len(features)), terms * used])
    return ndtr(np.einsum("ij,j->i", terms, weights) / np.linalg.norm(terms, axis=1))


def _standardised(attributes: np.ndarray) -> np.ndarray:
    """Attributes (cell, attribute) with zero mean and unit variance over the cells."""
    broken = ~np.isfinite(attributes)
    if broken.any():
        cell, attribute = np.argwhere(broken)[0]
        raise ValueError(
            f"attributes must be finite in every active cell, but attribute {attribute} of cell "
            f"{cell} is {attributes[cell, attribute]} ({int(broken.sum())} values in all)"
        )
    spread = attributes.std(0)
    return (attributes - attributes.mean(0)) / np.where(spread > 0, spread, 1.0)


def _correlation_factor(cells: Cells, length: float) -> np.ndarray:
    """Cholesky factor (cell, cell) of the Matern correlation with smoothness 3/2.

    (1 + s) exp(-s), s = sqrt(3) distance / length, with distances along chords of the sphere,
    on which it is positive definite.
    """
    lat, lon = np.meshgrid(np.radians(cells.lat), np.radians(cells.lon), indexing="ij")
    lat, lon = lat[cells.mask], lon[cells.mask]
    points = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], -1)
    distance = np.linalg.norm(points[:, None] - points[None], axis=-1) * _EARTH_DEGREES
    scaled = np.sqrt(3.0) * distance / length
    correlation = (1.0 + scaled) * np.exp(-scaled)
    jitter = 1e-9  # keeps the factorisation stable where the length is many cells
    factor = _cholesky(correlation + jitter * np.eye(len(points)))
    return factor / np.linalg.norm(factor, axis=1, keepdims=True)


def _cholesky(matrix: np.ndarray) -> np.ndarray:
    """Lower Cholesky factor, column by column.

    LAPACK's and BLAS's last digits depend on the number of threads, and a member's field must
    not; `einsum` runs on one.
    """
    factor = np.zeros_like(matrix)
    for j in range(len(matrix)):
        done = np.einsum("ik,k->i", factor[j:, :j], factor[j, :j])
        column = matrix[j:, j] - done
        factor[j:, j] = column / np.sqrt(column[0])
    return factor
