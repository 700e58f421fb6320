"""Standard functions of global optimisation, (point, dimension) to (point,)."""

import numpy as np

_HARTMAN = (
    np.array([1.0, 1.2, 3.0, 3.2]),
    np.array(
        [
            [10, 3, 17, 3.5, 1.7, 8],
            [0.05, 10, 17, 0.1, 8, 14],
            [3, 3.5, 1.7, 10, 17, 8],
            [17, 8, 0.05, 10, 0.1, 14],
        ]
    ),
    1e-4
    * np.array(
        [
            [1312, 1696, 5569, 124, 8283, 5886],
            [2329, 4135, 8307, 3736, 1004, 9991],
            [2348, 1451, 3522, 2883, 3047, 6650],
            [4047, 8828, 8732, 5743, 1091, 381],
        ]
    ),
)


def rosenbrock(x):
    """0 at (1, 1)."""
    return 100 * (x[:, 1] - x[:, 0] ** 2) ** 2 + (1 - x[:, 0]) ** 2


def griewank(x):
    """0 at the origin."""
    root = np.sqrt(np.arange(1, x.shape[1] + 1))
    return 1 + (x**2).sum(1) / 4000 - np.cos(x / root).prod(1)


def goldstein_price(x):
    """3 at (0, -1)."""
    a, b = x.T
    first = 1 + (a + b + 1) ** 2 * (19 - 14 * a + 3 * a**2 - 14 * b + 6 * a * b + 3 * b**2)
    second = 30 + (2 * a - 3 * b) ** 2 * (18 - 32 * a + 12 * a**2 + 48 * b - 36 * a * b + 27 * b**2)
    return first * second


def ackley(x):
    """0 at the origin."""
    root, waves = np.sqrt((x**2).mean(1)), np.cos(2 * np.pi * x).mean(1)
    return 20 + np.e - 20 * np.exp(-0.2 * root) - np.exp(waves)


def hartman(x):
    """-3.32237 at (0.20169, 0.15001, 0.47687, 0.27533, 0.31165, 0.6573), six dimensions."""
    height, width, centre = _HARTMAN
    distance = (width * (x[:, None] - centre) ** 2).sum(-1)
    return -(height * np.exp(-distance)).sum(-1)
