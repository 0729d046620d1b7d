"""What the numbers of a file are where they are no probabilities as they stand: votes, percent, sets, scores.

Every conversion is noted under its name with its numbers (`Notes`), so that it can be said and switched off.
"""

from typing import Any

import numpy as np
from jaxtyping import Bool, Float

from softlabel_core.plugin import Invalid
from softlabel_core.simplex import SUM_TOLERANCE, normalise, softmax

KINDS = ("auto", "probabilities", "votes", "percent", "sets", "logits")
"""What numbers are: told by themselves, or by whoever brings them. Logits are recognised by nobody."""

ROUNDED = 0.02
"""A row that misses a sum of 1 by this much at most was rounded; one that misses by more is refused."""

HUNDRED = 1.0
"""A row in percent misses a sum of 100 by this much at most."""

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


def probabilities(
    given: Float[np.ndarray, "n c"], kind: str = "auto"
) -> tuple[Float[np.ndarray, "m c"], Bool[np.ndarray, "n"], Notes]:
    """Soft labels of m <= n rows, which rows are kept, and what was converted.

    Rows without any vote or any label of a set are left out. Numbers that no conversion takes come back as
    they are, for `simplex.check` to name them. Raises `Invalid` for a `kind` that there is not.
    """
    if kind not in KINDS:
        raise Invalid("numbers: allowed: {allowed}; got {got}.", allowed=", ".join(KINDS), got=str(kind)[:60])
    kept = np.ones(len(given), dtype=bool)
    if not np.isfinite(given).all():
        return given, kept, {}
    if kind == "logits":
        return softmax(given), kept, {"logits": {}}
    if not given.size or given.min() < 0:
        return given, kept, {}
    kind = guessed(given) if kind == "auto" else kind
    if kind == "probabilities":
        return _rescaled(given, kept)
    sums = given.sum(1)
    kept = sums > 0
    notes: Notes = {kind: {}}
    if kind == "votes" and kept.any():
        notes[kind] = {"least": int(sums[kept].min()), "most": int(sums[kept].max())}
    if not kept.all():
        notes["empty"] = {"rows": int(np.count_nonzero(~kept))}
    return normalise(given[kept]), kept, notes


def _rescaled(
    given: Float[np.ndarray, "n c"], kept: Bool[np.ndarray, "n"]
) -> tuple[Float[np.ndarray, "n c"], Bool[np.ndarray, "n"], Notes]:
    off = np.abs(given.sum(1) - 1)
    most = float(off.max())
    if not SUM_TOLERANCE < most <= ROUNDED:  # as it is: exact, or refused with its row
        return given, kept, {}
    rows = int(np.count_nonzero(off > SUM_TOLERANCE))
    return normalise(given), kept, {"rescaled": {"rows": rows, "off": round(most, 6)}}
