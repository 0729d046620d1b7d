"""Lessons: which experiment every step is about and what is asked. No words and no answers: those are made.

A step asks for a prediction and then shows what came out. `shows` is what the words of the explanation take
for granted; a page compares it with the numbers before it says them, as tests/teaching/test_lessons.py does.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from softlabel_core.experiment.compare import difference
from softlabel_core.experiment.result import Result
from softlabel_core.experiment.spec import Experiment
from softlabel_core.once import once
from softlabel_core.teaching.presets import FIRST, PRESETS
from softlabel_core.teaching.recipes import IMITATE, Pair, candidates, demoted, rival, sets, taught
from softlabel_core.theory import counterexamples
from softlabel_core.theory.counterexamples import CounterExample, UnlikeRivals

Asked = Literal["student_accuracy", "unreliability", "ambiguity", "which", "promise", "label", "by-hand"]
"""A number; which of two students is better; whether a promise holds; which label wins; a count by hand."""

Shows = Literal["learns", "fails", "first", "second", "same", "high", "low", "middle", "broken", "rival", ""]
"""`first`, `second`, `same`: who is better by an interval. Numbers: below .25 low, from .75 high."""

Picture = Literal["along", "pair", "sets", "rounds", "scatter", "construction"]


@dataclass(frozen=True)
class LessonStep(Pair):
    """One question, as plain data."""

    ask: Asked = "student_accuracy"
    shows: Shows = ""
    picture: Picture = "along"
    construction: Callable[[], CounterExample | UnlikeRivals] | None = None
    """A counter-example, computed when it is shown."""


def _preset(
    step: str,
    preset: str,
    *,
    both: bool = True,
    ask: Asked = "which",
    shows: Shows,
    picture: Picture = "pair",
) -> LessonStep:
    chosen = PRESETS[preset]
    return LessonStep(step, chosen.config, chosen.against if both else None, ask, shows, picture)


LESSONS: dict[str, tuple[LessonStep, ...]] = {
    "soft-labels": (
        LessonStep("certain", PRESETS["clean"].config, shows="learns", picture="scatter"),
        LessonStep(
            "smooth",
            taught({"kind": "label-smoothing", "rate": 0.5}, IMITATE),
            PRESETS["clean"].config,
            "which",
            "same",
            "pair",
        ),
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
        LessonStep(
            "noise",
            taught({"kind": "symmetric-noise", "rate": 0.6}, IMITATE),
            taught({"kind": "pair-flip", "rate": 0.55}, IMITATE),
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
        LessonStep("by-hand", FIRST, ask="by-hand", picture="construction"),
        LessonStep("unreliability", taught(demoted(3), sets(2)), ask="unreliability", shows="high"),
        LessonStep("ambiguity", FIRST, ask="ambiguity", shows="middle", picture="sets"),
        LessonStep(
            "marginal",
            taught(rival(1), sets(2)),
            ask="promise",
            shows="broken",
            picture="construction",
            construction=counterexamples.marginal_ambiguity,
        ),
    ),
    "rule": (
        LessonStep("before", taught(candidates(0.3, 0.5), sets("support")), shows="learns"),
        LessonStep("line", taught(candidates(0.5, 0.5), sets("support")), shows="fails"),
        LessonStep(
            "large-ambiguity",
            taught(candidates(0.0, 0.9), sets("support")),
            taught(candidates(0.0, 0.9), sets("support", "average")),
            "which",
            "first",
            "pair",
        ),
        LessonStep(
            "raw", taught(demoted(3), IMITATE), taught(demoted(3), sets(3)), "which", "second", "pair"
        ),
        LessonStep(
            "wrong-k", taught(demoted(3), sets(2)), taught(demoted(3), sets(3)), "which", "second", "pair"
        ),
        LessonStep(
            "hidden",
            taught({"kind": "hidden-class", "hidden": 1}, sets(3)),
            ask="promise",
            shows="broken",
            picture="construction",
            construction=counterexamples.hidden_class,
        ),
        LessonStep(
            "copied",
            taught({"kind": "under-trained-teacher", "epochs": 5}, sets(1)),
            taught({"kind": "symmetric-noise", "rate": 0.4}, sets(1)),
            ask="promise",
            shows="broken",
            picture="construction",
            construction=counterexamples.learnable_rivals,
        ),
        LessonStep(
            "unlike",
            taught(candidates(0.2, 0.7, fixed_rival=True), sets("support")),
            ask="label",
            shows="rival",
            picture="construction",
            construction=counterexamples.cc_with_unlike_rivals,
        ),
    ),
    "frameworks": (
        _preset("soft-or-sets", "bad-teacher-good-student", shows="first"),
        LessonStep("partial", taught(candidates(0.0, 0.5), sets("support")), shows="learns"),
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

STEPS: dict[str, tuple[str, LessonStep]] = {
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


def constructed(step: LessonStep) -> CounterExample | UnlikeRivals | None:
    """The counter-example of a step, computed once a process."""
    return None if step.construction is None else _built(step.construction)


@once(most=16)
def _built(construction: Callable[[], CounterExample | UnlikeRivals]) -> CounterExample | UnlikeRivals:
    return construction()


def outcome(step: LessonStep, result: Result | None, other: Result | None = None) -> Shows:
    """What came out, in the terms of `LessonStep.shows`; empty where it cannot be said."""
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
