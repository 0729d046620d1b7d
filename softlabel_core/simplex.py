"""Soft labels as rows of numbers: checks, projection, top-k membership, seeded sets.

Shapes: n examples, c classes. All in float64.
"""

import numpy as np
from jaxtyping import Bool, Float, Int

from softlabel_core.phrase import Phrase
from softlabel_core.plugin import Invalid

TIE = 8 * float(np.finfo(np.float64).eps)
"""Values that differ by no more than this share of themselves are tied: it is what rounding leaves apart.

An absolute tolerance would make one tie of the tail of a sharp teacher, and another once it is cooled."""

SUM_TOLERANCE = 1e-3
"""A soft label may miss a sum of 1 by this much (half-precision files do)."""


def one_hot(targets: Int[np.ndarray, "n"], classes: int) -> Float[np.ndarray, "n c"]:
    """All mass on the target."""
    return np.eye(classes)[targets]


def normalise(mass: Float[np.ndarray, "n c"]) -> Float[np.ndarray, "n c"]:
    """Non-negative rows, scaled to sum to 1; every row needs some mass."""
    return mass / mass.sum(1, keepdims=True)


def softmax(scores: Float[np.ndarray, "n c"]) -> Float[np.ndarray, "n c"]:
    """exp(scores), normalised; stable for large scores."""
    return normalise(np.exp(scores - scores.max(1, keepdims=True)))


def project(scores: Float[np.ndarray, "n c"]) -> Float[np.ndarray, "n c"]:
    """Nearest point of the simplex in the Euclidean norm (Held et al. 1974; Duchi et al. 2008)."""
    falling = -np.sort(-scores, axis=1)
    excess = np.cumsum(falling, axis=1) - 1
    rank = np.arange(1, scores.shape[1] + 1)
    last = np.count_nonzero(falling * rank > excess, axis=1)  # the prefix property makes a count enough
    shift = np.take_along_axis(excess, last[:, None] - 1, axis=1) / last[:, None]
    return normalise(np.maximum(scores - shift, 0))


def membership(soft_labels: Float[np.ndarray, "n c"], k: int | str) -> Float[np.ndarray, "n c"]:
    """Fractional membership w of the top-k set: 1 above the k-th value, ties share the rest equally.

    It is the expectation of a random tie-break and sums to k; for k = `support` it is 1 wherever there
    is mass.
    """
    if k == "support":
        return (soft_labels > 0).astype(np.float64)
    above, tied, slots = _top(soft_labels, int(k))
    return above + tied * (slots / tied.sum(1))[:, None]


def draw_sets(
    soft_labels: Float[np.ndarray, "n c"], k: int | str, *, generator: np.random.Generator
) -> Bool[np.ndarray, "n c"]:
    """Top-k sets Omega_k with ties broken at random, once per example."""
    if k == "support":
        return soft_labels > 0
    above, tied, slots = _top(soft_labels, int(k))
    lot = np.where(tied, generator.random(soft_labels.shape), -1.0)
    place = np.argsort(np.argsort(-lot, axis=1), axis=1)
    return above | (tied & (place < slots[:, None]))


def _top(
    soft_labels: Float[np.ndarray, "n c"], k: int
) -> tuple[Bool[np.ndarray, "n c"], Bool[np.ndarray, "n c"], Int[np.ndarray, "n"]]:
    """Labels above the k-th value, labels tied with it, and the slots left for the tied ones."""
    edge = -np.partition(-soft_labels, k - 1, axis=1)[:, k - 1 : k]
    slack = TIE * np.abs(edge)
    above = soft_labels > edge + slack
    tied = np.abs(soft_labels - edge) <= slack
    return above, tied, k - np.count_nonzero(above, axis=1)


def check(soft_labels: object, targets: object) -> tuple[Float[np.ndarray, "n c"], Int[np.ndarray, "n"]]:
    """`soft_labels` (n, c) and `targets` (n,) as arrays, or `Invalid` naming row, column and value.

    Rows must be finite, not negative and sum to 1 within `SUM_TOLERANCE`; they are then normalised.
    """
    try:
        given = np.asarray(soft_labels)
        if np.iscomplexobj(given):
            raise TypeError
        labels = given.astype(np.float64)
    except (TypeError, ValueError):
        raise Invalid("soft_labels: allowed: numbers of shape (n, c); got something else.") from None
    if labels.ndim != 2 or labels.shape[0] < 1 or labels.shape[1] < 2:
        raise Invalid("soft_labels: allowed: shape (n >= 1, c >= 2); got {got}.", got=labels.shape)
    for bad, rule in ((~np.isfinite(labels), Phrase("a finite number")), (labels < 0, Phrase("0 or more"))):
        if bad.any():
            row, column = np.argwhere(bad)[0]
            found = labels[row, column]
            raise Invalid(
                "soft_labels: row {row}, column {column}: allowed: {rule}; got {got:g}.",
                row=row,
                column=column,
                rule=rule,
                got=found,
            )
    off = np.abs(labels.sum(1) - 1) > SUM_TOLERANCE
    if off.any():
        row = int(np.argmax(off))
        raise Invalid(
            "soft_labels: row {row}: allowed: a sum of 1; got a sum of {got:.6g}.",
            row=row,
            got=labels[row].sum(),
        )
    return normalise(labels), _check_targets(targets, *labels.shape)


def _check_targets(targets: object, n: int, classes: int) -> Int[np.ndarray, "n"]:
    array = np.asarray(targets)
    if array.shape != (n,):
        raise Invalid("targets: allowed: shape ({n},), one a soft label; got {got}.", n=n, got=array.shape)
    if array.dtype.kind not in "iuf" or not np.array_equal(array, np.floor(array)):
        row = 0
        if array.dtype.kind == "f":
            row = int(np.argmax(array != np.floor(array)))
        raise Invalid(
            "targets: row {row}: allowed: a whole number from 0 to {most}; got {got}.",
            row=row,
            most=classes - 1,
            got=array[row],
        )
    outside = (array < 0) | (array >= classes)
    if outside.any():
        row = int(np.argmax(outside))
        raise Invalid(
            "targets: row {row}: allowed: from 0 to {most}; got {got:g}.",
            row=row,
            most=classes - 1,
            got=array[row],
        )
    return array.astype(np.int64)
