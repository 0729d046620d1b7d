"""How many examples it takes: the law n = a + b V / gap^2 that students were measured to follow.

The constants are those that `softlabel reproduce` fits to its table (docs/results.md, "How many examples"); a
test asks that they are. The law says how many where the rule says whether.
"""

import math
from dataclasses import dataclass

EQUAL_STEPS = 1_200
"""Examples below which students were trained for as many steps as there."""


def difficulty(unreliability: float, ambiguity: float) -> float:
    """V / gap^2, V = Delta (1 - Delta) + gamma (1 - gamma) and gap = 1 - Delta - gamma; endless from 1 on."""
    gap = 1 - unreliability - ambiguity
    if gap <= 0:
        return math.inf
    return (unreliability * (1 - unreliability) + ambiguity * (1 - ambiguity)) / gap**2


@dataclass(frozen=True)
class Law:
    """Examples at which students reach `target`."""

    target: float
    """Accuracy in [0, 1]."""

    base: float
    slope: float
    factor: float
    """What it was typically off by, as a factor: exp of the standard deviation of log n."""

    most: float
    """V / gap^2 of the hardest condition that it was fitted to; beyond, it is a guess."""

    def examples(self, unreliability: float, ambiguity: float) -> float:
        """About how many examples; endless where Delta + gamma reaches 1."""
        return self.base + self.slope * difficulty(unreliability, ambiguity)


LAWS = {
    ("gaussian-ring", "cc"): Law(target=0.9, base=0, slope=167, factor=1.36, most=11.3),
    ("gaussian-ring", "average"): Law(target=0.9, base=34, slope=334, factor=1.16, most=11.3),
    ("digits", "cc"): Law(target=0.8, base=31, slope=206, factor=1.40, most=4.0),
}
"""Dataset and loss -> the law of candidate sets with rivals alike, for the default network."""
