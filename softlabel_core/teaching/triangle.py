"""Three labels of one class, and where losses are least as its labels change: the triangle of lesson 8.

Three ways of changing them, a slider each. All of it is exact, of populations: nothing is drawn or trained.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from softlabel_core.once import once
from softlabel_core.theory.minimisers import Population, minimisers

LABELS = (3, 8, 9)
"""The class that the lessons follow, which is the truth here, and two wrong ones."""

FAMILIES = ("join", "rival", "alone")
"""Each wrong label joins the true one in its set with a probability; the same wrong label comes first, before
the true one, ever more often; a wrong label stands alone in its set ever more often."""

PLACES = (0.5, 0.4, 0.1)
"""Probabilities of the labels of `rival`, from the first place to the last."""

STOPS = {
    "join": tuple(i / 10 for i in range(11)),
    "rival": tuple(i / 20 for i in range(10, 21)),
    "alone": tuple(i / 20 for i in range(13)),
}
"""Where the slider of each stops."""


@dataclass(frozen=True, eq=False)
class Stop:
    """One stop: the labels, and loss -> the corners of where it is least."""

    value: float
    population: Population
    least: dict[str, Float[np.ndarray, "corners c"]]


@once(most=8)
def frames(family: str) -> tuple[Stop, ...]:
    """Every stop of a family."""
    made = {"join": join, "rival": rival, "alone": alone}[family]
    populations = [(value, made(value)) for value in STOPS[family]]
    return tuple(Stop(value, one, minimisers(one)) for value, one in populations)


def _even(sets: list[list[int]], probabilities: list[float]) -> Population:
    """Sets whose labels have equal shares; the first label is the truth."""
    inside = np.zeros((len(sets), len(LABELS)))
    for row, members in zip(inside, sets, strict=True):
        row[members] = 1 / len(members)
    return Population(inside, np.array(probabilities), "support", 0)


def join(gamma: float) -> Population:
    """The truth in every set, each wrong label with that probability, independently."""
    out = 1 - gamma
    return _even([[0], [0, 1], [0, 2], [0, 1, 2]], [out * out, gamma * out, out * gamma, gamma * gamma])


def rival(rate: float) -> Population:
    """The truth second, one wrong label first with that probability, else the other; sets of two."""
    first, second, third = PLACES
    labels = np.array([[second, first, third], [second, third, first]])
    return Population(labels, np.array([rate, 1 - rate]), 2, 0)


def alone(share: float) -> Population:
    """One wrong label in every set, either as often: alone with that probability, else beside the truth."""
    half = (1 - share) / 2
    return _even([[0, 1], [0, 2], [1], [2]], [half, half, share / 2, share / 2])
