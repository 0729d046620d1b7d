"""Where the mean of bounded values lies, whatever their distribution: no bet against it wins much."""

import numpy as np
from jaxtyping import Bool, Float, Int

STAKES = 6
"""Bets that are made side by side; every stake is about twice the one before."""

HALVINGS = 30
"""Steps in which an end is searched."""

LEAST = 1e-9
"""No mean below it is bet against."""

MOST = 600.0
"""Logarithm of a product that is large enough to leave a mean out, and no overflow."""


def lower_end(
    sums: Float[np.ndarray, "cells"],
    squares: Float[np.ndarray, "cells"],
    trials: Int[np.ndarray, "cells"],
    error: float,
    *,
    largest: bool = False,
) -> float:
    """The smallest, or the largest, of the lower ends for the means of independent values in [0, 1].

    Each is above its mean with probability <= `error`. `sums` and `squares` are those of the values of a cell
    and of their squares, `trials` their number; 0 for a cell without any.

    If the mean were m, the product of 1 + s (x / m - 1) over the values x would have the expectation 1 for
    every stake s below 1, and so would the mean of the products of several stakes that do not depend on the
    values. It exceeds 1 / error with probability `error` at most (Markov), so an m for which it does is left
    out, and every smaller m with it, for which all products are larger. A product is known well enough from
    two sums: log(1 + s u) >= s u + (log(1 - s) + s) u^2 for u >= -1. So few rows of a large spread give a
    wide interval, many of a small one a narrow one, and their order does not matter. At the sample's own mean
    no product is above 1: it is never left out.

    Every cell's end is searched by halving between 0 and its own mean: far below it the two sums say too
    little. A cell whose end cannot be the one is not looked at again.

    Reference: Waudby-Smith and Ramdas 2024, https://arxiv.org/abs/2010.09686 (betting); Fan, Grama and Liu
    2015, https://arxiv.org/abs/1311.6273 (the inequality).
    """
    low, high = np.zeros(len(sums)), sums / np.maximum(trials, 1)
    cells = np.arange(len(sums))
    for _ in range(HALVINGS):
        middle = np.maximum((low + high) / 2, LEAST)
        out = _left_out(middle, sums[cells], squares[cells], trials[cells], error)
        low, high = np.where(out, middle, low), np.where(out, high, middle)
        kept = high >= low.max() if largest else low <= high.min()
        low, high, cells = low[kept], high[kept], cells[kept]
    return float(low.max() if largest else low.min())


def _left_out(
    mean: Float[np.ndarray, "cells"],
    sums: Float[np.ndarray, "cells"],
    squares: Float[np.ndarray, "cells"],
    trials: Int[np.ndarray, "cells"],
    error: float,
) -> Bool[np.ndarray, "cells"]:
    odds = np.sqrt(-np.log(error) / (2 * np.maximum(trials, 1))) * 2.0 ** np.arange(STAKES)[:, None]
    stakes = odds / (1 + odds)
    price = np.log1p(-stakes) + stakes
    ratio = sums / mean
    spread = np.maximum(squares / mean**2 - 2 * ratio + trials, 0)
    won = np.exp(np.minimum(stakes * (ratio - trials) + price * spread, MOST))
    return np.asarray(won.mean(0) * error >= 1)
