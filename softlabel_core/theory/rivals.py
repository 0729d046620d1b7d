"""Degrees of labels that are wrong by a matrix of rivals, for a population of classes of one size."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

WHOLE = 100


@dataclass(frozen=True)
class Degrees:
    """What `rival_degrees` finds."""

    unreliability: float
    """Delta, for sets of one label."""

    ambiguity: float
    """gamma."""

    lead: float
    """By how much the truth is named more often than the most frequent wrong label, in the worst class: what
    imitation asks to be above 0, and sets of one label as well."""

    worst: int
    """That class."""

    rival: int
    """That wrong label."""


def rival_degrees(percents: Int[np.ndarray, "c c"] | Float[np.ndarray, "c c"]) -> Degrees:
    r"""Both degrees of one-hot labels drawn from the rows of T, and the lead of the truth.

    $$\Delta = 1 - \tfrac1c\sum_y T_{yy},\qquad \gamma = \max_{y,\,i\ne y} T_{yi},\qquad
    \text{lead} = \min_y \big(T_{yy} - \max_{i\ne y} T_{yi}\big)$$ The lead is below 0 where a wrong label is
    named more often than the truth: no number of examples mends that.
    """
    shares = np.asarray(percents, dtype=float) / WHOLE
    truth = np.diag(shares)
    wrong = np.where(np.eye(len(shares), dtype=bool), -1.0, shares)
    leads = truth - wrong.max(1)
    worst = int(leads.argmin())
    return Degrees(
        unreliability=float(1 - truth.mean()),
        ambiguity=float(wrong.max()),
        lead=float(leads[worst]),
        worst=worst,
        rival=int(wrong[worst].argmax()),
    )
