"""What the numbers of a file are where they are no probabilities as they stand: votes, percent, sets, scores.

Every conversion is noted under its name with its numbers (`Notes`), so that it can be said and switched off.
"""

from collections.abc import Collection
from typing import Any

import numpy as np
from jaxtyping import Bool, Float

from softlabel_core.phrase import Phrase
from softlabel_core.plugin import Invalid
from softlabel_core.simplex import SUM_TOLERANCE, normalise, softmax

ROUNDED = 0.02
"""A row that misses a sum of 1 by this much at most was rounded; one that misses by more is refused."""

HUNDRED = 1.0
"""A row in percent misses a sum of 100 by this much at most."""

LARGEST = 1e100
"""Numbers are smaller than this: squares of larger ones overflow, and nobody means them."""

Notes = dict[str, dict[str, Any]]
"""Name of a conversion -> its numbers and names."""


def guessed(given: Float[np.ndarray, "n c"]) -> str:
    """What the numbers look like: sums of 100 are percent, zeros and ones sets, whole numbers votes."""
    sums = given.sum(1)
    if (np.abs(sums - 1) <= ROUNDED).all() or not (sums > 1).any():
        return "probabilities"
    if (np.abs(sums - 100) <= HUNDRED).all():
        return "percent"
    if (given == np.floor(given)).all():
        return "sets" if given.max() <= 1 else "votes"
    return "probabilities"


def mostly_distributions(given: Float[np.ndarray, "n c"]) -> bool:
    """Whether half of the rows or more are distributions, up to rounding."""
    return bool(len(given)) and bool(
        ((given >= 0).all(1) & (np.abs(given.sum(1) - 1) <= ROUNDED)).mean() >= 0.5
    )


def probabilities(
    given: Float[np.ndarray, "n c"], kind: str = "auto", off: Collection[str] = ()
) -> tuple[Float[np.ndarray, "m c"], Bool[np.ndarray, "n"], Notes]:
    """Soft labels of m <= n rows, which rows are kept, and what was converted.

    `kind` and `off` are as in `Choice`. Rows without any vote or any label of a set are left out. Numbers
    that no conversion takes come back as they are, for `simplex.check` to name them. Raises `Invalid` for
    numbers from `LARGEST` up and for votes that are no whole numbers.
    """
    kept = np.ones(len(given), dtype=bool)
    if not np.isfinite(given).all():
        return given, kept, {}
    _refuse(given, np.abs(given) >= LARGEST, Phrase("a number below {most:g}", most=LARGEST))
    if kind == "logits":
        return softmax(given), kept, {"logits": {}}
    if not given.size or given.min() < 0:
        return given, kept, {}
    kind = guessed(given) if kind == "auto" else kind
    if kind == "probabilities":
        return _rescaled(given, kept, off)
    if kind == "votes":
        _refuse(given, given != np.floor(given), Phrase("a whole number of votes"))
    sums = given.sum(1)
    kept = sums > 0
    if not kept.all() and "empty" in off:
        return given, np.ones(len(given), dtype=bool), {}
    notes: Notes = {kind: {}}
    if kind == "votes" and kept.any():
        notes[kind] = {"least": int(sums[kept].min()), "most": int(sums[kept].max())}
    if not kept.all():
        notes["empty"] = {"rows": int(np.count_nonzero(~kept))}
    return normalise(given[kept]), kept, notes


def _refuse(given: Float[np.ndarray, "n c"], wrong: Bool[np.ndarray, "n c"], rule: Phrase) -> None:
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise Invalid(
            "soft_labels: row {row}, column {column}: allowed: {rule}; got {got:g}.",
            row=row,
            column=column,
            rule=rule,
            got=given[row, column],
        )


def _rescaled(
    given: Float[np.ndarray, "n c"], kept: Bool[np.ndarray, "n"], off: Collection[str]
) -> tuple[Float[np.ndarray, "n c"], Bool[np.ndarray, "n"], Notes]:
    missed = np.abs(given.sum(1) - 1)
    most = float(missed.max())
    if not SUM_TOLERANCE < most <= ROUNDED or "rescaled" in off:  # as it is: exact, or refused with its row
        return given, kept, {}
    rows = int(np.count_nonzero(missed > SUM_TOLERANCE))
    return normalise(given), kept, {"rescaled": {"rows": rows, "off": round(most, 6)}}
