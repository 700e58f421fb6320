"""Smooth random fields; their values do not depend on which part of map or record is computed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from paramscape.study.random_streams import numpy_generator


@dataclass(frozen=True)
class Waves:
    """Plane waves whose random sum is a Gaussian field of unit variance.

    x: (wave,) and y: (wave,) wave numbers [radians per degree]. Drawn from a normal distribution
    of standard deviation 1 / length they give the correlation exp(-distance^2 / (2 length^2))
    (Rahimi and Recht 2007).
    """

    x: np.ndarray
    y: np.ndarray

    @classmethod
    def draw(cls, rng: np.random.Generator, length: float, count: int = 48) -> Waves:
        """Waves of a field with the correlation length `length` [degrees]."""
        x, y = rng.standard_normal((2, count)) / length
        return cls(x, y)

    @property
    def count(self) -> int:
        """Number of waves."""
        return self.x.size

    def field(self, weights: np.ndarray, lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
        """The field (..., lat, lon) of weights (..., 2, wave) [the weights' unit].

        Sums run in a fixed order, so the last bit does not depend on the number of cores.
        """
        a, b = weights[..., 0, None, :], weights[..., 1, None, :]
        east, north = np.multiply.outer(lon, self.x), np.multiply.outer(lat, self.y)
        cos, sin = np.cos(east), np.sin(east)
        along = np.concatenate([a * cos + b * sin, b * cos - a * sin], axis=-1)
        across = np.concatenate([np.cos(north), np.sin(north)], axis=-1)
        return np.einsum("yw,...xw->...yx", across, along)

    def draw_weights(self, rng: np.random.Generator, shape: tuple[int, ...] = ()) -> np.ndarray:
        """Weights (*shape, 2, wave) of independent fields of unit variance."""
        return rng.standard_normal((*shape, 2, self.count)) / np.sqrt(self.count)


def static_field(
    seed: int, purpose: str, length: float, lat: np.ndarray, lon: np.ndarray
) -> np.ndarray:
    """A standard Gaussian field (lat, lon) with a correlation length [degrees]."""
    rng = numpy_generator(seed, purpose)
    waves = Waves.draw(rng, length)
    return waves.field(waves.draw_weights(rng), lat, lon)


def mixed_field(seed: int, what: str, lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """A field (lat, lon) of a soil, of unit variance, structured from a basin to a single hill."""
    shares = ((0.9, 0.5), (0.25, 0.35), (0.04, 0.15))
    return sum(
        np.sqrt(share) * static_field(seed, f"soil: {what} {length}", length, lat, lon)
        for length, share in shares
    )


@dataclass(frozen=True)
class DailyNoise:
    """A Gaussian process of unit variance, correlated in space and from day to day.

    `memory` is the e-folding time of its correlation [days]; a day's field is a weighted sum of
    the white fields of that day and of those before it, so that every day can be had without the
    record that precedes it. `parts` independent fields are drawn a day.
    """

    seed: int
    purpose: str
    length: float
    memory: float
    parts: int = 1

    def fields(self, first_day: int, days: int, lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
        """Fields (day, part, lat, lon) of `days` days from `first_day` (proleptic ordinal)."""
        waves = Waves.draw(numpy_generator(self.seed, self.purpose), self.length)
        kernel = self._kernel()
        reach = kernel.size - 1
        white = np.stack(
            [
                waves.draw_weights(numpy_generator(self.seed, self.purpose, day), (self.parts,))
                for day in range(first_day - reach, first_day + days)
            ]
        )
        weights = sum(
            share * white[reach - lag : reach - lag + days] for lag, share in enumerate(kernel)
        )
        return waves.field(weights, lat, lon)

    def _kernel(self) -> np.ndarray:
        if self.memory == 0:
            return np.ones(1)
        lags = np.arange(1 + int(np.ceil(5 * self.memory)))
        kernel = np.exp(-lags / self.memory)
        return kernel / np.sqrt((kernel**2).sum())
