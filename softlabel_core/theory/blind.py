"""Accuracy without a truth: what the set risk on examples kept apart says, if both degrees were known.

From the identity R(h) - R(f) = err(h) (1 - D_h - G_h), R(f) = Delta. Where mistakes of labels depend on
the class alone and rivals are alike, D_h = Delta, G_h = gamma, and err = (R - Delta) / (1 - Delta - gamma).
Neither degree can be measured without the truth: they are assumed, and where labels err as a function of x
the student agrees with them and the estimate gives false comfort.
"""

import math
from dataclasses import dataclass

from softlabel_core.theory.bounds import check_gap


@dataclass(frozen=True)
class Told:
    """An accuracy, and the ends of a 95 % interval of R's own counting error; all cut to [0, 1]."""

    accuracy: float
    low: float
    high: float


def accuracy_from_risk(risk: float, unreliability: float, ambiguity: float) -> float:
    """1 - (R - Delta) / (1 - Delta - gamma), cut to [0, 1]."""
    error = (risk - unreliability) / check_gap(unreliability, ambiguity)
    return min(1.0, max(0.0, 1 - error))


def told(risk: float, n: int, unreliability: float, ambiguity: float) -> Told:
    """The same with the error of a share that was counted on `n` sets, se = sqrt(R (1 - R) / n)."""
    wide = 1.96 * math.sqrt(max(risk * (1 - risk), 0.25 / n) / n)
    ends = [accuracy_from_risk(risk + way * wide, unreliability, ambiguity) for way in (0, 1, -1)]
    return Told(*ends)
