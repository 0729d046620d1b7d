"""Lessons: which experiment every step is about and what is asked. No words and no answers: those are made.

A step asks for a prediction and then shows what came out. `shows` is what the words of the explanation take
for granted; a page compares it with the numbers before it says them (tests/test_lessons.py does so too).
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from softlabel_core import counterexamples
from softlabel_core.compare import difference
from softlabel_core.counterexamples import CounterExample, UnlikeRivals
from softlabel_core.experiment import Experiment
from softlabel_core.presets import FIRST, PRESETS
from softlabel_core.results import Result

Asked = Literal["student_accuracy", "unreliability", "ambiguity", "which", "promise", "label", "by-hand"]
"""A number; which of two students is better; whether a promise holds; which label wins; a count by hand."""

Shows = Literal["learns", "fails", "first", "second", "same", "high", "low", "middle", "broken", "rival", ""]
"""`first`, `second`, `same`: who is better by an interval. Numbers: below .25 low, from .75 high."""

Picture = Literal["along", "pair", "sets", "rounds", "scatter", "construction"]


@dataclass(frozen=True)
class Step:
    """One question, as plain data."""

    id: str
    config: dict[str, Any]
    against: dict[str, Any] | None = None
    ask: Asked = "student_accuracy"
    shows: Shows = ""
    picture: Picture = "along"
    construction: Callable[[], CounterExample | UnlikeRivals] | None = None
    """A counter-example, computed when it is shown."""

    @property
    def experiment(self) -> Experiment:
        """What `open in Explore` opens."""
        return Experiment.parse(self.config)

    @property
    def twin(self) -> Experiment | None:
        """The condition beside it, where there is one."""
        return None if self.against is None else Experiment.parse(self.against)

    @property
    def experiments(self) -> list[Experiment]:
        """All conditions that the step needs."""
        return [one for one in (self.experiment, self.twin) if one is not None]


_IMITATE = {"kind": "soft-labels", "loss": "cross-entropy"}
_SETS_OF_3 = {"kind": "partial-labels", "k": 3, "loss": "cc"}
_SETS_OF_2 = {"kind": "partial-labels", "k": 2, "loss": "cc"}


def _preset(
    step: str,
    preset: str,
    *,
    both: bool = True,
    ask: Asked = "which",
    shows: Shows,
    picture: Picture = "pair",
) -> Step:
    chosen = PRESETS[preset]
    return Step(step, chosen.config, chosen.against if both else None, ask, shows, picture)


def _candidates(unreliability: float, ambiguity: float, loss: str = "cc") -> dict[str, Any]:
    return {
        "bias": {"kind": "candidate-set", "unreliability": unreliability, "ambiguity": ambiguity},
        "framework": {"kind": "partial-labels", "k": "support", "loss": loss},
    }


def _labels(bias: dict[str, Any] | str, framework: dict[str, Any]) -> dict[str, Any]:
    return {"bias": bias, "framework": framework}


_THIRD = {"kind": "demotion", "rank": 3}
_HALF = {"kind": "label-smoothing", "rate": 0.5}
_ALWAYS = {"kind": "fixed-rival", "rate": 1}

LESSONS: dict[str, tuple[Step, ...]] = {
    "soft-labels": (
        Step("certain", PRESETS["clean"].config, shows="learns", picture="scatter"),
        Step("smooth", _labels(_HALF, _IMITATE), PRESETS["clean"].config, "which", "first", "pair"),
        _preset(
            "second",
            "same-accuracy-opposite-fate",
            both=False,
            ask="student_accuracy",
            shows="learns",
            picture="sets",
        ),
        _preset("rival", "same-accuracy-opposite-fate", shows="first"),
    ),
    "bias-types": (
        Step(
            "noise",
            _labels({"kind": "symmetric-noise", "rate": 0.6}, _IMITATE),
            _labels({"kind": "pair-flip", "rate": 0.45}, _IMITATE),
            "which",
            "first",
            "pair",
        ),
        _preset(
            "bad-teacher", "bad-teacher-good-student", both=False, ask="student_accuracy", shows="learns"
        ),
        _preset("accurate", "accurate-teacher-bad-labels", shows="second"),
        _preset("lot", "random-control", both=False, ask="student_accuracy", shows="fails"),
    ),
    "indicators": (
        Step("by-hand", FIRST, ask="by-hand", picture="construction"),
        Step("unreliability", _labels(_THIRD, _SETS_OF_2), ask="unreliability", shows="high"),
        Step("ambiguity", FIRST, ask="ambiguity", shows="middle", picture="sets"),
        Step(
            "marginal",
            _labels(_ALWAYS, _SETS_OF_2),
            ask="promise",
            shows="broken",
            picture="construction",
            construction=counterexamples.marginal_ambiguity,
        ),
    ),
    "rule": (
        Step("before", _candidates(0.3, 0.5), shows="learns"),
        Step("line", _candidates(0.5, 0.5), shows="fails"),
        Step(
            "large-ambiguity",
            _candidates(0.0, 0.9),
            _candidates(0.0, 0.9, "average"),
            "which",
            "first",
            "pair",
        ),
        Step("raw", _labels(_THIRD, _IMITATE), _labels(_THIRD, _SETS_OF_3), "which", "second", "pair"),
        Step("wrong-k", _labels(_THIRD, _SETS_OF_2), _labels(_THIRD, _SETS_OF_3), "which", "second", "pair"),
        Step(
            "hidden",
            _labels({"kind": "hidden-class", "hidden": 1}, _SETS_OF_3),
            ask="promise",
            shows="broken",
            picture="construction",
            construction=counterexamples.hidden_class,
        ),
        Step(
            "copied",
            _labels({"kind": "under-trained-teacher", "epochs": 1}, _IMITATE),
            ask="promise",
            shows="broken",
            picture="construction",
            construction=counterexamples.learnable_rivals,
        ),
        Step(
            "unlike",
            _labels("colluding-teacher", _SETS_OF_3),
            ask="label",
            shows="rival",
            picture="construction",
            construction=counterexamples.cc_with_unlike_rivals,
        ),
    ),
    "frameworks": (
        _preset("soft-or-sets", "bad-teacher-good-student", shows="first"),
        Step("partial", _candidates(0.0, 0.5), shows="learns"),
        _preset(
            "noise-added", "no-cliff", both=False, ask="student_accuracy", shows="learns", picture="along"
        ),
        _preset(
            "few",
            "one-jump-then-freeze",
            both=False,
            ask="student_accuracy",
            shows="learns",
            picture="rounds",
        ),
    ),
}
"""Lesson -> its steps, in teaching order."""

STEPS: dict[str, tuple[str, Step]] = {
    f"{lesson}.{step.id}": (lesson, step) for lesson, steps in LESSONS.items() for step in steps
}
"""`<lesson>.<step>`, as links name it -> the lesson and the step."""

LABELS = (
    (0.35, 0.45, 0.15, 0.05),
    (0.30, 0.05, 0.40, 0.25),
    (0.10, 0.55, 0.30, 0.05),
    (0.15, 0.35, 0.05, 0.45),
)
"""The soft labels counted by hand: four examples, four classes."""

TRUTHS = (0, 0, 1, 1)
"""Their true classes; no example is of the last two, so these rows are not counted."""

BY_HAND_K = 1
"""The set size about which the prediction is asked."""


def experiments() -> list[Experiment]:
    """Every condition that a lesson shows."""
    return [one for _, step in STEPS.values() for one in step.experiments]


def constructed(step: Step) -> CounterExample | UnlikeRivals | None:
    """The counter-example of a step, computed once a process."""
    return None if step.construction is None else _built(step.construction)


@functools.cache
def _built(construction: Callable[[], CounterExample | UnlikeRivals]) -> CounterExample | UnlikeRivals:
    return construction()


def outcome(step: Step, result: Result | None, other: Result | None = None) -> Shows:
    """What came out, in the terms of `Step.shows`; empty where it cannot be said."""
    construction = constructed(step)
    if construction is not None:
        return _of_construction(construction)
    if result is None or step.ask == "by-hand":
        return ""
    if step.ask == "which":
        if other is None:
            return ""
        found = difference(result, other)
        return "same" if not found.clear else "first" if found.mean > 0 else "second"
    if step.ask == "student_accuracy":
        return "learns" if result.learned else "fails"
    value = result.indicators[step.ask]
    return "low" if value < 0.25 else "high" if value >= 0.75 else "middle"


def _of_construction(found: CounterExample | UnlikeRivals) -> Shows:
    if isinstance(found, CounterExample):
        return "" if found.holds else "broken"
    return "rival" if int(found.minimiser.argmax()) != found.truth else ""
