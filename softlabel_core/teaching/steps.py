"""What lessons are made of: steps that ask for a prediction, and exercises. No words and no answers here.

`shows` is what the words of the explanation take for granted; a page compares it with the numbers before it
says them, as tests/teaching/test_lessons.py does.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from softlabel_core.experiment.compare import difference
from softlabel_core.experiment.result import Result
from softlabel_core.once import once
from softlabel_core.teaching.counts import Count
from softlabel_core.teaching.presets import PRESETS
from softlabel_core.teaching.recipes import Pair
from softlabel_core.theory.counterexamples import CounterExample, UnlikeRivals

Asked = Literal[
    "student_accuracy",
    "unreliability",
    "ambiguity",
    "which",
    "promise",
    "label",
    "by-hand",
    "share",
    "choose",
]
"""A number; which of two students is better; whether a promise holds; which label wins; a count by hand; a
share or a choice that `counts` or `reads` finds."""

Picture = Literal[
    "along",
    "pair",
    "sets",
    "rounds",
    "map",
    "triangle",
    "scatter",
    "construction",
    "curve",
    "slope",
    "bars",
    "losses",
    "label",
    "matrix",
    "tally",
    "repeats",
    "none",
]


@dataclass(frozen=True)
class LessonStep(Pair):
    """One question, as plain data."""

    ask: Asked = "student_accuracy"
    shows: str = ""
    """`first`, `second`, `same`: who is better by an interval. Numbers: below .25 low, from .75 high. Of a
    choice, which one is right."""

    picture: Picture = "along"
    construction: Callable[[], CounterExample | UnlikeRivals] | None = None
    """A counter-example, computed when it is shown."""

    counts: Callable[[], Count] | None = None
    """What is asked, where nothing has to be trained for it."""

    reads: Callable[[list[Result]], Count] | None = None
    """What is asked, where it is read from the results of `experiments`."""


@dataclass(frozen=True)
class Exercise(Pair):
    """Something to do, from easy to hard, and what its answer quotes."""

    page: Literal["start", "explore", "compare", "labels", "map"] = "explore"
    """Where its link leads; with `against`, Compare has both."""

    counts: Callable[[], Count] | None = None
    """Numbers of the answer that nothing has to be trained for."""


def preset(
    step: str,
    name: str,
    *,
    both: bool = True,
    ask: Asked = "which",
    shows: str,
    picture: Picture = "pair",
) -> LessonStep:
    """A step about a starting point, or about its first side."""
    chosen = PRESETS[name]
    return LessonStep(step, chosen.config, chosen.against if both else None, ask, shows, picture)


def constructed(step: LessonStep) -> CounterExample | UnlikeRivals | None:
    """The counter-example of a step, computed once a process."""
    return None if step.construction is None else _built(step.construction)


@once(most=16)
def _built(construction: Callable[[], CounterExample | UnlikeRivals]) -> CounterExample | UnlikeRivals:
    return construction()


def counted(step: LessonStep | Exercise, results: list[Result]) -> Count | None:
    """What a step counts; None where there is nothing, or the results that it reads are not there."""
    if step.counts is not None:
        return _counted(step.counts)
    if isinstance(step, Exercise) or step.reads is None or not results:
        return None
    return step.reads(results)


@once(most=64)
def _counted(counts: Callable[[], Count]) -> Count:
    return counts()


def outcome(step: LessonStep, *results: Result | None) -> str:
    """What came out, in the terms of `LessonStep.shows`; empty where it cannot be said."""
    construction = constructed(step)
    if construction is not None:
        return _of_construction(construction)
    found = [one for one in results if one is not None]
    if step.ask in ("share", "choose"):
        count = counted(step, found)
        return "" if count is None else count.came or _size(count.value)
    if not found or step.ask == "by-hand":
        return ""
    if step.ask == "which":
        if len(found) < 2:
            return ""
        gap = difference(found[0], found[1])
        return "same" if not gap.clear else "first" if gap.mean > 0 else "second"
    if step.ask == "student_accuracy":
        return "learns" if found[0].learned else "fails"
    return _size(found[0].indicators[step.ask])


def _size(value: float) -> str:
    return "low" if value < 0.25 else "high" if value >= 0.75 else "middle"


def _of_construction(found: CounterExample | UnlikeRivals) -> str:
    if isinstance(found, CounterExample):
        return "" if found.holds else "broken"
    return "rival" if int(found.minimiser.argmax()) != found.truth else ""
