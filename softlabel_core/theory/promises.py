"""Promises: how many examples the bounds ask for, beside the error that students reached with theirs.

A bound on the error falls with n, so it is read the other way round: the least n at which it is no more than
an error. Where it is above 1 it says nothing, and no n is asked.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from softlabel_core.plugin import Invalid
from softlabel_core.theory.bounds import finite_class_bound, natarajan_bound, realizable_sample_size

BITS = 32
"""Bits of a parameter, a float32."""


def enough(bound: Callable[[int], float], error: float) -> int:
    """The least n >= 1 at which a bound that falls to 0 with n is at most `error`."""
    if not 0 < error < math.inf:
        raise Invalid("error: allowed: a finite number above 0; got {got}.", got=error)
    few, many = 0, 1
    while bound(many) > error:
        few, many = many, 2 * many
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (middle, many) if bound(middle) > error else (few, middle)
    return many


@dataclass(frozen=True)
class Promise:
    """Students' measured error, and what the bounds rest on for them.

    The bounds speak of the student that misses the fewest sets, with 95 % probability, if sets are
    independent of x given the class and some student of the kind is always right (assumption B).
    """

    examples: int
    """n of the students that were measured."""

    error: float
    """Their mean error on fresh examples, above 0 and below 1."""

    low: float
    high: float
    """Its interval."""

    unreliability: float
    """Delta_max, the worst class's: assumption B asks for a bound for every class."""

    ambiguity: float
    """gamma, the worst class's and rival's. Delta_max + gamma is below 1."""

    classes: int
    """c."""

    parameters: int
    """Numbers that a student learns."""

    linear: bool
    """Whether its scores are linear in them."""

    @property
    def bits(self) -> int:
        """log2 |H|: no more students can be told apart than their parameters have bits for."""
        return BITS * self.parameters

    @property
    def dimension(self) -> int:
        """What the Natarajan dimension m of the students is at most.

        Linear in the parameters: their number (Shalev-Shwartz and Ben-David 2014, theorem 29.7,
        https://doi.org/10.1017/CBO9781107298019). Else the bits, for 2^m students tell m points apart.
        """
        return self.parameters if self.linear else self.bits

    @property
    def bounds(self) -> dict[str, Callable[[float], int]]:
        """Examples that a bound asks for an error above 0 and below 1, by its name, the same order always.

        `finite`, `natarajan`, and where every set had the truth (Delta_max = 0) `sure`, which speaks of any
        student that misses no set.
        """
        m, c = self.dimension, self.classes
        degrees = self.unreliability, self.ambiguity
        one = finite_class_bound(1, 1 << self.bits, *degrees)  # falls as 1 / sqrt(n); |H| is long, read once
        found: dict[str, Callable[[float], int]] = {
            "finite": lambda error: enough(lambda n: one / math.sqrt(n), error),
            "natarajan": lambda error: enough(lambda n: natarajan_bound(n, m, c, *degrees), error),
        }
        if self.unreliability == 0:
            found["sure"] = lambda error: realizable_sample_size(error, m, c, self.ambiguity)
        return found

    @property
    def asked(self) -> dict[str, int]:
        """Examples that every bound asks for the error measured."""
        return {name: examples(self.error) for name, examples in self.bounds.items()}
