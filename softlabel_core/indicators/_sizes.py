"""Both degrees, as they were counted, at every set size in one pass: labels are sorted once.

From size k to k + 1 the set of an example gains the label at place k of its order; of labels tied from
place s to place e each gains 1 / (e - s) with every size between. So gains change only where ties begin.
"""

import numpy as np
from jaxtyping import Float, Int

from softlabel_core.simplex import TIE

SAME = 1e-12
"""Sums that differ by less are the same: what rounding leaves apart."""


def by_size(
    soft_labels: Float[np.ndarray, "n c"], targets: Int[np.ndarray, "n"], most: int
) -> tuple[Float[np.ndarray, "k"], Float[np.ndarray, "k"]]:
    """Unreliability and largest co-occurrence at sizes 1 to `most`, at most c."""
    n, classes = soft_labels.shape
    order = np.argsort(-soft_labels, axis=1, kind="stable")
    values = np.take_along_axis(soft_labels, order, axis=1)
    begins = np.ones((n, classes), dtype=bool)
    begins[:, 1:] = values[:, :-1] - values[:, 1:] > TIE * values[:, :-1]
    start = np.maximum.accumulate(np.where(begins, np.arange(classes), 0), axis=1)
    later = np.where(begins, np.arange(classes), classes)[:, ::-1]
    following = np.full((n, classes), classes)
    following[:, :-1] = np.minimum.accumulate(later, axis=1)[:, ::-1][:, 1:]
    share = 1 / (following - start)

    sizes = np.bincount(targets, minlength=classes)
    held, gain = np.zeros((classes, classes)), np.zeros((classes, classes))  # shares of each class's examples

    def add(rows: Int[np.ndarray, "m"], place: int, sign: int) -> None:
        """The groups of these rows that hold this place."""
        single = share[rows, place] == 1
        alone, tied = rows[single], rows[~single]
        np.add.at(gain, (targets[alone], order[alone, place]), sign / sizes[targets[alone]])
        row, at = np.nonzero(start[tied] == start[tied, place][:, None])
        row = tied[row]
        np.add.at(gain, (targets[row], order[row, at]), sign * share[row, at] / sizes[targets[row]])

    true = np.arange(classes), np.arange(classes)
    hidden, rival = np.empty(most), np.empty(most)
    for place in range(most):
        changed = np.flatnonzero(begins[:, place])
        if place:
            add(changed, place - 1, -1)
        add(changed, place, 1)
        held += gain
        right = held[true]
        hidden[place] = np.clip(sizes * (1 - right), 0, None).sum() / n
        held[true] = 0.0
        rival[place] = held.max()
        held[true] = right
    return hidden, rival


def best_size(soft_labels: Float[np.ndarray, "n c"], targets: Int[np.ndarray, "n"]) -> int:
    """The size from 1 to half the classes with the smallest sum of both degrees as they were counted."""
    return smallest(np.add(*by_size(soft_labels, targets, soft_labels.shape[1] // 2)))


def smallest(sums: Float[np.ndarray, "k"]) -> int:
    """The first size, from 1, with the smallest of these sums."""
    return 1 + int(np.argmax(sums <= sums.min() + SAME))
