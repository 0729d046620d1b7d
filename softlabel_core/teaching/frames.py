"""Frames of figures that move in lessons: numbers at every stop of a slider, from results or by formulas.

Nothing is interpolated: a slider stops where there is a result.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from softlabel_core.experiment.result import Estimate, Result
from softlabel_core.experiment.spec import Experiment
from softlabel_core.indicators import Sample
from softlabel_core.once import once
from softlabel_core.streams import stream
from softlabel_core.teaching.counts import FOLLOWED, HYPOTHESES
from softlabel_core.teaching.recipes import WAYS
from softlabel_core.theory.bounds import finite_class_bound

PROMISES = 49
"""Places of the curve of a bound."""


@dataclass(frozen=True)
class Tally:
    """How often every label is in the sets of the class that is followed, of the first student's examples."""

    shares: tuple[float, ...]
    truth: int
    images: int
    """Examples of the class."""

    @property
    def rival(self) -> int:
        """The wrong label that most of the sets hold."""
        wrong = [-1.0 if i == self.truth else share for i, share in enumerate(self.shares)]
        return int(np.argmax(wrong))

    @property
    def lead(self) -> float:
        """By how much the truth is in more of the sets than that label; below 0 where it is in fewer."""
        return self.shares[self.truth] - self.shares[self.rival]


@dataclass(frozen=True)
class Sized:
    """One kind of labels with so many examples."""

    examples: int
    accuracy: Estimate
    tally: Tally
    promised: float | None
    """Least accuracy that the proof allows; None where it allows every error."""


@dataclass(frozen=True)
class Rising:
    """One kind of labels, a student with ever more examples."""

    unreliability: float
    ambiguity: float
    sizes: tuple[Sized, ...]
    promise: tuple[tuple[float, float], ...]
    """Numbers of examples, and the least accuracy that the proof allows with them: from where it says any."""


def rising(results: list[Result]) -> list[Rising]:
    """Of results of two kinds of labels, as many of each, in order of their examples (`counts.enough`)."""
    half = len(results) // 2
    return [_rising(results[:half]), _rising(results[half:])]


def _rising(results: list[Result]) -> Rising:
    bias = results[0].experiment.bias
    degrees = (float(getattr(bias, name)) for name in ("unreliability", "ambiguity"))
    unreliability, ambiguity = degrees
    sizes = [one.experiment.dataset.sizes[0] for one in results]

    def promised(examples: int) -> float | None:
        error = finite_class_bound(examples, HYPOTHESES, unreliability, ambiguity)
        return 1 - error if error < 1 else None

    known = [(n, promised(n)) for n in _between(sizes[0], sizes[-1])]
    return Rising(
        unreliability,
        ambiguity,
        tuple(
            Sized(n, one.student_accuracy, tally(one.experiment), promised(n))
            for n, one in zip(sizes, results, strict=True)
        ),
        tuple((float(n), share) for n, share in known if share is not None),
    )


def _between(low: int, high: int) -> list[int]:
    """Whole numbers at even distances in log."""
    return sorted({round(n) for n in np.geomspace(low, high, PROMISES)})


@once(most=64)
def tally(experiment: Experiment) -> Tally:
    """The sets of one class as the experiment's first student has them: the same draws."""
    split = experiment.dataset.split(generator=stream(experiment.seed, "split", 0))
    labels = experiment.bias.soft_labels(split.train, generator=stream(experiment.seed, "labels", 0))
    k = getattr(experiment.framework, "k")  # noqa: B009  no field of every framework
    sample = Sample(labels, split.train.targets, k)
    shares = tuple(float(one) for one in sample.cooccurrence[FOLLOWED])
    return Tally(shares, FOLLOWED, int(sample.class_sizes[FOLLOWED]))


def place(value: float, low: float, high: float) -> float:
    """Where a number stands on a logarithmic axis from `low` to `high`, from 0 to 1."""
    return math.log(value / low) / math.log(high / low)


@dataclass(frozen=True)
class Round:
    """Students after so many rounds of labelling the rest, and the labels that they learned from."""

    accuracy: Estimate
    degrees: tuple[float, float] | None
    """Delta and gamma, means over the replicates; None before there are labels of their own."""


@dataclass(frozen=True)
class Way:
    """One way of labelling the rest, round by round."""

    name: str
    """As `recipes.WAYS` has it."""

    rounds: tuple[Round, ...]


def ways(results: list[Result]) -> list[Way]:
    """Of results of every way, in the order of `recipes.WAYS`."""
    return [Way(name, _rounds(one)) for name, one in zip(WAYS, results, strict=True)]


def _rounds(result: Result) -> tuple[Round, ...]:
    overlap = result.student_accuracy.overlap
    found = []
    for number in range(1 + max(row["round"] for row in result.rounds)):
        rows = [row for row in result.rounds if row["round"] == number]
        accuracy = Estimate.of([row["student_accuracy"] for row in rows], overlap)
        found.append(Round(accuracy, _degrees(rows)))
    return tuple(found)


def _degrees(rows: list[dict[str, Any]]) -> tuple[float, float] | None:
    if not all("unreliability" in row for row in rows):
        return None
    delta, gamma = (float(np.mean([row[one] for row in rows])) for one in ("unreliability", "ambiguity"))
    return delta, gamma
