"""Unlike rivals over random populations: how often the minimiser of generalised CC names a wrong label.

With rivals alike a positive class-wise margin suffices for CC; with unlike ones it does not
(`counterexamples.cc_with_unlike_rivals`). How often that matters, and from which q on it is over, is asked of
populations drawn at random.
"""

import itertools
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from softlabel_core.streams import stream

SHAPES = ((4, 2), (5, 2), (5, 3), (6, 3))
"""Classes and members of a set of the populations, equally many of each."""

STEPS = 4_000
"""Multiplicative steps towards a minimiser: enough that no more changes which label is first (tested)."""


def sets_of(classes: int, size: int) -> Bool[np.ndarray, "sets c"]:
    """All sets of so many labels."""
    members = list(itertools.combinations(range(classes), size))
    found = np.zeros((len(members), classes), dtype=bool)
    for row, inside in zip(found, members, strict=True):
        row[list(inside)] = True
    return found


def minimisers(
    sets: Bool[np.ndarray, "sets c"], probabilities: Float[np.ndarray, "rows sets"], q: float
) -> Float[np.ndarray, "rows c"]:
    """For every population the distribution at which the mean of (1 - p(Omega)^q) / q is least; q = 0 is CC.

    The problem is convex for q <= 1. The step p_i <- p_i sum over sets with i of P(Omega) p(Omega)^(q - 1),
    normalised, never raises it (Baum and Eagon 1967); CC's is the EM algorithm. At q = 1 the least is at the
    most frequent label.
    """
    inside = sets.astype(np.float64)
    p = np.full((len(probabilities), sets.shape[1]), 1 / sets.shape[1])
    for _ in range(STEPS):
        mass = np.maximum(p @ inside.T, 1e-300)
        p *= (probabilities * mass ** (q - 1)) @ inside
        p /= p.sum(1, keepdims=True)
    return p


@dataclass(frozen=True)
class Populations:
    """What became of random populations whose most frequent label is taken for the truth."""

    number: int
    wrong: dict[float, float]
    """q -> share of them whose minimiser names another label; 0 is CC."""

    widest: dict[float, float]
    """q -> the largest margin at which one is wrong; 0 where none is."""


def random_populations(
    number: int = 150, exponents: tuple[float, ...] = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9), *, seed: int = 0
) -> Populations:
    """So many populations of every shape: probabilities of all sets uniform over the simplex."""
    wrong: dict[float, list[bool]] = {q: [] for q in exponents}
    margins: list[float] = []
    for classes, size in SHAPES:
        sets = sets_of(classes, size)
        drawn = stream(seed, "unlike", classes, size).dirichlet(np.ones(len(sets)), number)
        inclusion = drawn @ sets
        two = np.sort(inclusion, axis=1)[:, -2:]
        margins += (two[:, 1] - two[:, 0]).tolist()
        for q in exponents:
            named = minimisers(sets, drawn, q).argmax(1)
            wrong[q] += (named != inclusion.argmax(1)).tolist()
    told = np.array(margins)
    return Populations(
        len(margins),
        {q: float(np.mean(one)) for q, one in wrong.items()},
        {q: float(told[np.array(one)].max(initial=0.0)) for q, one in wrong.items()},
    )
