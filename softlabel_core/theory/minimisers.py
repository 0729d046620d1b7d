"""Where losses are least on a population of soft labels of one class: where endless data would lead.

Of a student that can answer with any distribution. A loss may be least at many distributions, and then the
labels do not decide between them: what is returned are the corners of where it is least.
"""

import itertools
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from softlabel_core.simplex import membership, normalise
from softlabel_core.theory.counterexamples import cc_minimiser

LOSSES = ("cc", "mae", "average", "cross-entropy")
"""Those of which it is computed. PRODEN, RC and generalised CC short of q = 1 ask what CC asks; of these the
first two settle where CC does."""

NEAR = 1e-4
"""Below it shares are taken for equal: the numerical minimiser of CC is exact to about 1e-6."""


@dataclass(frozen=True, eq=False)
class Population:
    """Soft labels of one class, each with how often it occurs, and the size of the sets taken from them."""

    labels: Float[np.ndarray, "n c"]
    probabilities: Float[np.ndarray, "n"]
    k: int | str
    """Labels in a set: the most probable ones; `support` for all that have mass."""

    truth: int
    """The true label."""

    @property
    def sets(self) -> Bool[np.ndarray, "n c"]:
        """The set of every soft label; no two of its probabilities may be tied at the cut."""
        return membership(self.labels, self.k) > 0

    @property
    def often(self) -> Float[np.ndarray, "c"]:
        """How often every label is in the sets."""
        return np.asarray(self.probabilities @ self.sets)

    @property
    def unreliability(self) -> float:
        """Delta."""
        return float(1 - self.often[self.truth])

    @property
    def ambiguity(self) -> float:
        """gamma."""
        return float(np.delete(self.often, self.truth).max())


def minimisers(population: Population) -> dict[str, Float[np.ndarray, "corners c"]]:
    """Loss -> the corners of where it is least; one corner where that is one distribution."""
    occurs = population.probabilities > 0
    sets, probabilities = population.sets[occurs], population.probabilities[occurs]
    often = probabilities @ sets
    first = np.flatnonzero(often > often.max() - NEAR)
    return {
        "cc": _with_masses(sets, sets @ cc_minimiser(sets, probabilities)),
        "mae": np.eye(len(often))[first],
        "average": probabilities[None] @ normalise(sets.astype(np.float64)),
        "cross-entropy": probabilities[None] @ population.labels[occurs],
    }


def named(corners: Float[np.ndarray, "corners c"]) -> list[int]:
    """The labels that are most probable at some corner: one, if the loss decides."""
    return sorted({int(i) for corner in corners for i in np.flatnonzero(corner > corner.max() - NEAR)})


def _with_masses(
    sets: Bool[np.ndarray, "n c"], masses: Float[np.ndarray, "n"]
) -> Float[np.ndarray, "corners c"]:
    """Corners of the distributions that give every set its mass: CC cannot tell these apart.

    A corner is positive on labels of which no other share gives the same masses.
    """
    asked = np.append(masses, 1.0)
    rows = np.vstack([sets.astype(np.float64), np.ones(sets.shape[1])])
    found: list[np.ndarray] = []
    for size in range(1, sets.shape[1] + 1):
        for members in itertools.combinations(range(sets.shape[1]), size):
            part = rows[:, members]
            shares, _, rank, _ = np.linalg.lstsq(part, asked, rcond=None)
            fits = rank == size and shares.min() > -NEAR and np.abs(part @ shares - asked).max() < NEAR
            if not fits:
                continue
            corner = np.zeros(sets.shape[1])
            corner[list(members)] = np.maximum(shares, 0)
            corner = normalise(corner[None])[0]
            if all(np.abs(corner - other).max() > 10 * NEAR for other in found):
                found.append(corner)
    return np.array(found)
