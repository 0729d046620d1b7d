"""What a class's points come to: the numbers of an outcome, the challenges, and which cut sorts them best."""

import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from softlabel_core.experiment import science
from softlabel_core.experiment.spec import Experiment
from softlabel_core.hall.recipes import COPY, Design

LINE = 1.0
"""Below this Δ + γ promises that the truth leads."""

NEVER = 0.005
"""Label accuracy below which labels are said to be never right."""

GOOD, LOW = 0.9, 0.6
"""Challenges: accuracy above the first though labels are never right; failure though Δ + γ is below the
second."""


def name(experiment: Experiment) -> str:
    """The name of its outcome: the same for equal experiments of the same science."""
    behind = json.dumps([experiment.key(), science.code(experiment)])
    return hashlib.sha256(behind.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Outcome:
    """What a hall shows of an experiment: the numbers that `Result` has of it, to four digits."""

    right: float
    """Label accuracy in [0, 1]."""

    delta: float
    gamma: float
    """Unreliability and ambiguity in [0, 1] of what the students were shown."""

    accuracy: float
    """Mean test accuracy of the students in [0, 1]."""

    learned: bool

    @property
    def total(self) -> float:
        """Δ + γ."""
        return round(self.delta + self.gamma, 4)

    @property
    def won(self) -> tuple[bool, bool]:
        """Which of the two challenges it meets."""
        never = self.right < NEVER and self.accuracy > GOOD
        return never, not self.learned and self.total < LOW

    def dumped(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self))


@dataclass(frozen=True)
class Point:
    """A design with its outcome, and how many phones made it."""

    design: Design
    phones: int
    outcome: Outcome


@dataclass(frozen=True)
class Law:
    """Of designs whose students see sets: how many each cut puts on the right side."""

    of: int
    right: int
    """With the best cut by labels that are right."""

    total: int
    """With Δ + γ < 1."""


def never_right(points: Sequence[Point]) -> tuple[int, float, float] | None:
    """Designs whose labels are never right: how many, and their lowest and highest accuracy; None without
    any."""
    found = [one for one in points if one.outcome.right < NEVER]
    accuracies = [one.outcome.accuracy for one in found]
    return (sum(one.phones for one in found), min(accuracies), max(accuracies)) if found else None


def sorted_by(points: Sequence[Point]) -> Law | None:
    """How well two rulers sort who learned from who did not; None without designs that see sets.

    A student that copies a label is left out: Δ + γ speaks of sets.
    """
    seen = [one for one in points if one.design.k != COPY]
    if not seen:
        return None
    cuts = [*sorted({one.outcome.right for one in seen}), math.inf]
    best = max(_agree(seen, [one.outcome.right >= cut for one in seen]) for cut in cuts)
    return Law(
        sum(one.phones for one in seen),
        best,
        _agree(seen, [one.outcome.total < LINE for one in seen]),
    )


def _agree(points: Sequence[Point], said: Sequence[bool]) -> int:
    return sum(one.phones for one, learns in zip(points, said, strict=True) if one.outcome.learned == learns)


def challenges(points: Sequence[Point]) -> tuple[int, int]:
    """How many designs meet each challenge."""
    first, second = (sum(one.phones for one in points if one.outcome.won[i]) for i in (0, 1))
    return first, second
