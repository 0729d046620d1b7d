"""The largest of many noisy shares without upward bias: chosen on one half, read on the other."""

import numpy as np
from jaxtyping import Bool, Float, Int

from softlabel_core.streams import stream

HALVES = 20
"""Times that every class is split in two halves."""

SAME = 1e-12
"""Shares that differ by less are the same: what rounding leaves apart."""

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
    block, first = halves(targets, sizes, seed)
    parts, part = np.unique(targets * BLOCKS + block, return_inverse=True)  # those that have examples
    counts, trials = grouped(inside, part, len(parts)), np.bincount(part)[:, None]
    _, starts = np.unique(parts // BLOCKS, return_index=True)  # the first part of every class
    wrong, read = wrong[sizes > 0], []
    known: dict[bytes, list[float]] = {}  # of few examples many halves are alike
    for half in first[:, parts % BLOCKS, None]:
        same = known.get(half.tobytes()) or known.get((~half).tobytes(), [])[::-1]
        if same:
            read += same
            continue
        with np.errstate(invalid="ignore"):
            shares = [
                np.add.reduceat(counts * mine, starts) / np.add.reduceat(trials * mine, starts)
                for mine in (half, ~half)
            ]
        for chosen, other in (shares, shares[::-1]):
            best = chosen[wrong].max()
            read.append(other[wrong & (chosen >= best - SAME)].mean())
        known[half.tobytes()] = read[-2:]
    return float(np.mean(read))


def halves(
    targets: Int[np.ndarray, "n"], sizes: Int[np.ndarray, "c"], seed: int
) -> tuple[Int[np.ndarray, "n"], Bool[np.ndarray, "halves blocks"]]:
    """The block of every example; then, `HALVES` times, which blocks are the first half.

    The examples of a class, in random order, are dealt out to blocks; of every two blocks one goes to each
    half.
    """
    generator = stream(seed, "halves")
    lot = generator.random(len(targets))
    swapped = generator.integers(2, size=(HALVES, BLOCKS // 2)).repeat(2, axis=1)
    order = np.lexsort((lot, targets))
    starts = np.cumsum(sizes) - sizes
    block = np.empty_like(order)
    block[order] = (np.arange(len(order)) - np.repeat(starts, sizes)) % BLOCKS
    return block, swapped == np.arange(BLOCKS) % 2


def grouped(
    values: Float[np.ndarray, "n c"], groups: Int[np.ndarray, "n"], count: int
) -> Float[np.ndarray, "{count} c"]:
    """Sum of the rows of each group, 0 to `count` - 1."""
    from scipy.sparse import csr_array

    n = len(values)
    return csr_array((np.ones(n), groups, np.arange(n + 1)), shape=(n, count)).T @ values
