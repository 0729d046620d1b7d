"""The largest of many noisy shares without upward bias: chosen on one half, read on the other."""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float, Int

from softlabel_core.streams import stream

HALVES = 20
"""Times that every class is split in two halves."""

BLOCKS = 20
"""Parts of a class that halves are made of, one of every two."""


def cross_fitted(inside: Float[np.ndarray, "n c"], targets: Int[np.ndarray, "n"], seed: int) -> float | None:
    """Mean share, on one half of every class, of the wrong label that reads highest on the other half.

    Pairs that read highest alike are averaged, so the order of the classes does not matter. Classes of a
    single example have no halves; None where all are such.
    """
    classes = inside.shape[1]
    sizes = np.bincount(targets, minlength=classes)
    wrong = ~np.eye(classes, dtype=bool) & (sizes > 1)[:, None]
    if not wrong.any():
        return None
    read = []
    for half in _halves(targets, sizes, seed):
        shares = _shares(inside, targets + classes * half)
        for chosen, other in (shares, shares[::-1]):
            best = chosen[wrong].max()
            read.append(other[wrong & (chosen >= best - 1e-12)].mean())
    return float(np.mean(read))


def _halves(
    targets: Int[np.ndarray, "n"], sizes: Int[np.ndarray, "c"], seed: int
) -> Iterator[Int[np.ndarray, "n"]]:
    """For every example 0 or 1, `HALVES` times.

    The examples of a class, in random order, are dealt out to blocks; of every two blocks one goes to each
    half.
    """
    generator = stream(seed, "halves")
    lot = generator.random(len(targets))
    first = generator.integers(2, size=(HALVES, BLOCKS // 2))
    order = np.lexsort((lot, targets))
    starts = np.cumsum(sizes) - sizes
    block = np.empty_like(order)
    block[order] = (np.arange(len(order)) - np.repeat(starts, sizes)) % BLOCKS
    for one in first:
        yield one[block // 2] ^ (block % 2)


def _shares(inside: Float[np.ndarray, "n c"], place: Int[np.ndarray, "n"]) -> list[Float[np.ndarray, "c c"]]:
    """The co-occurrence matrix of either half; NaN for a class without examples in it."""
    count = 2 * inside.shape[1]
    sizes = np.bincount(place, minlength=count)
    with np.errstate(invalid="ignore"):
        return np.split(grouped(inside, place, count) / sizes[:, None], 2)


def grouped(
    values: Float[np.ndarray, "n c"], groups: Int[np.ndarray, "n"], count: int
) -> Float[np.ndarray, "{count} c"]:
    """Sum of the rows of each group, 0 to `count` - 1."""
    from scipy.sparse import csr_array

    n = len(values)
    return csr_array((np.ones(n), groups, np.arange(n + 1)), shape=(n, count)).T @ values
