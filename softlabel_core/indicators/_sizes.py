"""Both degrees, as `measure` estimates them, at every set size in one pass; k*, the size of their least sum.

Labels are sorted once. From size k to k + 1 the set of an example gains the label at place k of its order; of
labels tied from place s to place e each gains 1 / (e - s) with every size between. So gains change only where
ties begin and end, and what sets hold is summed up: by class, and by class and half for the cross-fitting.
"""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Bool, Float, Int

from softlabel_core.indicators import CONFIDENCE, Sample, sum_of_degrees, worst_of
from softlabel_core.indicators._cross_fit import BLOCKS, SAME, halves
from softlabel_core.simplex import TIE

CLOSE = 1e-11
"""Sums of two sizes that differ by less are computed once more, each size by itself: rounding parts them."""

MOST_CLOSE = 16
"""Sizes that are; of more the first is taken."""

FEW = 4
"""Rows are picked out where fewer than one in so many are wanted."""

NEAR = 2**16
"""Numbers that are gone through again and again at a time."""

Change = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Examples, their labels, and by how much more or less each is held from now on with every size."""

Read = Float[np.ndarray, "3 halves 2 k"]
"""By half, which of the two chooses, and size: the highest share of a wrong label, how many labels read it,
and the sum of what they read on the other half."""


def by_size(
    soft_labels: Float[np.ndarray, "n c"], targets: Int[np.ndarray, "n"], most: int
) -> tuple[Float[np.ndarray, "k"], Float[np.ndarray, "k"]]:
    """Unreliability and ambiguity degree at sizes 1 to `most`, at most c, as `measure` has them."""
    n, classes = soft_labels.shape
    sizes = np.bincount(targets, minlength=classes)
    changes = _changes(soft_labels, most)
    missed, counted = np.zeros(most), np.empty((most, classes))
    for members in _parts(np.arange(classes), classes):
        true = np.arange(len(members)), members
        part = np.where(np.isin(targets, members), targets - members[0], -1)
        for k, held in enumerate(_held(changes, part, np.zeros((len(members), classes)))):
            right = held[true]
            missed[k] += np.clip(sizes[members] - right, 0, None).sum()
            held[true] = -1.0
            counted[k, members] = held.max(1)
            held[true] = right
    rival = _cross_fitted(changes, targets, sizes)
    if rival is None:
        rival = (counted / np.maximum(sizes, 1)).max(1)
    return missed / n, np.maximum(rival, _lower_ends(counted, sizes))


def best_size(soft_labels: Float[np.ndarray, "n c"], targets: Int[np.ndarray, "n"]) -> int:
    """k*: the size from 1 to half the classes with the smallest sum of both degrees."""
    most = soft_labels.shape[1] // 2
    return smallest(np.add(*by_size(soft_labels, targets, most)), soft_labels, targets)


def smallest(
    sums: Float[np.ndarray, "k"], soft_labels: Float[np.ndarray, "n c"], targets: Int[np.ndarray, "n"]
) -> int:
    """The first size, from 1, with the smallest of these sums."""
    close = [int(size) for size in 1 + np.flatnonzero(sums <= sums.min() + CLOSE)]
    if 1 < len(close) <= MOST_CLOSE:
        return min(close, key=lambda size: sum_of_degrees(Sample(soft_labels, targets, size)))
    return close[0]


def _changes(soft_labels: Float[np.ndarray, "n c"], most: int) -> list[Change]:
    """What changes at each of `most` sizes: ties begin, of one label or more, and end."""
    n, classes = soft_labels.shape
    order = np.argsort(-soft_labels, axis=1, kind="stable").astype(np.int32)
    values = np.take_along_axis(soft_labels, order, axis=1)
    begins = np.ones((n, classes), dtype=bool)
    begins[:, 1:] = values[:, :-1] - values[:, 1:] > TIE * values[:, :-1]
    start = np.maximum.accumulate(np.where(begins, np.arange(classes, dtype=np.int32), 0), axis=1)
    later = np.where(begins, np.arange(classes, dtype=np.int32), np.int32(classes))[:, ::-1]
    end = np.full((n, classes), classes, dtype=np.int32)
    end[:, :-1] = np.minimum.accumulate(later, axis=1)[:, ::-1][:, 1:]
    share, label = 1 / (end - start).ravel(), order.ravel()
    found: list[list[Change]] = [[] for _ in range(most)]
    for places, sign in ((end.ravel(), -1), (start.ravel(), 1)):
        by_place = np.argsort(places.astype(np.min_scalar_type(classes)), kind="stable")  # quick if short
        cuts = np.searchsorted(places[by_place], np.arange(most + 1))
        for place in range(most):
            cells = by_place[cuts[place] : cuts[place + 1]]
            found[place].append((cells // classes, label[cells], sign * share[cells]))
    return [_joined(*parts) for parts in found]


def _joined(one: Change, other: Change) -> Change:
    rows, labels, gains = (np.concatenate(pair) for pair in zip(one, other, strict=True))
    return rows, labels, gains


def _parts(members: Int[np.ndarray, "rows"], classes: int) -> list[Int[np.ndarray, "_"]]:
    """So few classes at a time that what is counted of them stays near the processor."""
    return np.array_split(members, -(-len(members) * classes // NEAR))


def _held(
    changes: list[Change], part: Int[np.ndarray, "n"], held: Float[np.ndarray, "rows c"]
) -> Iterator[Float[np.ndarray, "rows c"]]:
    """How many sets of each part hold each label, size by size, added to `held`, which is given out.

    `part`: that of each example; -1 for one that is left out."""
    gain, classes = np.zeros_like(held), held.shape[1]
    flat = gain.reshape(-1)
    for rows, labels, gains in changes:
        parts = part[rows]
        inside = parts >= 0
        np.add.at(flat, parts[inside] * classes + labels[inside], gains[inside])
        held += gain
        yield held


def _cross_fitted(
    changes: list[Change], targets: Int[np.ndarray, "n"], sizes: Int[np.ndarray, "c"]
) -> Float[np.ndarray, "k"] | None:
    """`_cross_fit.cross_fitted` at every size; None where no class has two examples."""
    if sizes.max() < 2:
        return None
    block, first = halves(targets, sizes, 0)
    used = np.minimum(sizes, BLOCKS)
    rivals = [labels != targets[rows] for rows, labels, _ in changes]
    wrong = [tuple(part[rival] for part in change) for change, rival in zip(changes, rivals, strict=True)]
    # Classes of as many blocks are halved alike, and of few blocks there are few ways to halve them.
    found = [
        _read(wrong, targets, members, block, first[:, :blocks], len(sizes))
        for blocks in np.unique(used[sizes > 1])
        for members in _parts(np.flatnonzero(used == blocks), len(sizes))
    ]
    best, cells, sums = np.stack(found, axis=1)
    highest = best >= best.max(0) - SAME
    mean: np.ndarray = ((sums * highest).sum(0) / (cells * highest).sum(0)).mean((0, 1))
    return mean


def _read(
    changes: list[Change],
    targets: Int[np.ndarray, "n"],
    members: Int[np.ndarray, "rows"],
    block: Int[np.ndarray, "n"],
    first: Bool[np.ndarray, "halves blocks"],
    classes: int,
) -> Read:
    """What these classes, `members`, read on either half."""
    turned = first[:, 0]  # which half is the first makes no difference
    ways, which = np.unique(first ^ turned[:, None], axis=0, return_inverse=True)
    m, mine = len(members), np.flatnonzero(np.isin(targets, members))
    row = np.searchsorted(members, targets[mine])
    part, read = np.full(len(targets), -1), np.empty((3, len(ways), 2, len(changes)))
    for number, way in enumerate(ways):
        part[mine] = way[block[mine]] * m + row
        trials = np.bincount(part[mine], minlength=2 * m).reshape(2, m)
        empty = np.zeros((2 * m, classes))
        empty[np.arange(2 * m), np.tile(members, 2)] = -1.0  # the truth is no rival
        for k, held in enumerate(_held(changes, part, empty)):
            half = held.reshape(2, m, classes)
            for one, other in ((0, 1), (1, 0)):
                read[:, number, one, k] = _highest(half[one], half[other], trials[one], trials[other])
    read = read[:, which]
    read[:, turned] = read[:, turned][:, :, ::-1]
    return read


def _highest(
    chosen: Float[np.ndarray, "rows c"],
    other: Float[np.ndarray, "rows c"],
    trials: Int[np.ndarray, "rows"],
    others: Int[np.ndarray, "rows"],
) -> tuple[float, int, float]:
    """The highest share on the chosen half, how many labels read it, and the sum of theirs on the other."""
    high = chosen.max(1) / trials
    best = high.max()
    rows = np.flatnonzero(high >= best - SAME)
    if len(rows) < len(high) / FEW:  # the others reach nothing: left out where that costs less than a copy
        chosen, other, trials, others = chosen[rows], other[rows], trials[rows], others[rows]
    reach = chosen >= ((best - SAME) * trials)[:, None]
    return (
        float(best),
        int(np.count_nonzero(reach)),
        float((np.einsum("mc,mc->m", other, reach) / others).sum()),
    )


def _lower_ends(counted: Float[np.ndarray, "k c"], sizes: Int[np.ndarray, "c"]) -> Float[np.ndarray, "k"]:
    """Lower end of the interval of the ambiguity degree at every size, as `Ambiguity` has it.

    Of classes with as many examples only the one with the most counts."""
    among, alike = len(sizes) * (len(sizes) - 1), np.unique(sizes)
    most = np.column_stack([counted[:, sizes == size].max(1) for size in alike])
    return np.array([worst_of(row, alike, 1 - CONFIDENCE, among)[0] for row in most])
