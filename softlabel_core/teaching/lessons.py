"""Lessons: which experiment every step is about and what is asked. No words and no answers: those are made.

A step asks for a prediction and then shows what came out (`steps`). Numbers of lessons are those of the
atlas, or counted (`counts`).
"""

from softlabel_core.experiment.spec import Experiment
from softlabel_core.teaching import counts, exercises
from softlabel_core.teaching.presets import FIRST, PRESETS
from softlabel_core.teaching.recipes import (
    IMITATE,
    WAYS,
    Config,
    candidates,
    crowd,
    demoted,
    few,
    labelling,
    noise,
    ring,
    rival,
    sets,
    taught,
)
from softlabel_core.teaching.steps import LessonStep, Picture, preset
from softlabel_core.theory import counterexamples

CLEAN = PRESETS["clean"].config
WARM: Config = {"kind": "temperature-teacher", "temperature": 8}
COOL: Config = {"kind": "temperature-teacher", "temperature": 1}

EXAMPLES = (100, 300, 1_000, 3_000, 10_000)
"""Numbers of training examples that lesson 7 tries."""

NEAR, FAR = candidates(0.4, 0.5), candidates(0.2, 0.3)
"""Candidate sets nearer to the line Delta + gamma = 1, and farther from it."""


def weak(*, permuted: bool) -> Config:
    """A teacher of four labels a class."""
    return {"kind": "weak-teacher", "labels_per_class": 4, "permuted": permuted}


SITUATIONS: tuple[tuple[str, Config | str, int | str], ...] = (
    ("sure", candidates(0.0, 0.9), "support"),
    ("missing", candidates(0.3, 0.3), "support"),
    ("rival", rival(1), 2),
    ("bad", "skillful-bad-teacher", 3),
    ("accurate", "temperature-teacher", 3),
)
"""Labels for which losses are held against each other, and the size of their sets."""


def _every_loss() -> list[Config]:
    return [
        taught(bias, IMITATE if loss == IMITATE["loss"] else sets(k, loss))
        for _, bias, k in SITUATIONS
        for loss in counts.LOSSES
    ]


def _first(step: str, config: list[Config] | tuple[Config, ...], **more: object) -> LessonStep:
    """A step about several conditions."""
    return LessonStep(step, config[0], more=tuple(config[1:]), **more)  # type: ignore[arg-type]


def _learned(step: str, name: str, picture: Picture) -> LessonStep:
    """How well students of a starting point's first side do, who learn."""
    return preset(step, name, both=False, ask="student_accuracy", shows="learns", picture=picture)


LESSONS: dict[str, tuple[LessonStep, ...]] = {
    "soft-labels": (
        LessonStep(
            "read",
            taught(crowd(counts.VOTERS), IMITATE),
            ask="choose",
            shows=str(counts.FOLLOWED),
            picture="label",
            counts=counts.votes,
        ),
        LessonStep("certain", CLEAN, shows="learns", picture="scatter"),
        LessonStep("smooth", noise("label-smoothing", 0.5), CLEAN, "which", "same", "pair"),
        LessonStep("votes", taught(crowd(3), IMITATE), taught(crowd(3), sets(1)), "which", "same", "pair"),
        LessonStep(
            "everything",
            taught(crowd(50), IMITATE),
            taught(crowd(50), sets("support")),
            "which",
            "first",
            "pair",
        ),
        LessonStep(
            "spammer",
            taught(crowd(4, spammers=1), IMITATE),
            taught(crowd(4, spammers=1), sets(1)),
            "which",
            "second",
            "pair",
        ),
    ),
    "dark-knowledge": (
        LessonStep(
            "resembles",
            taught("temperature-teacher", sets(2)),
            ask="choose",
            shows="9",
            picture="sets",
            reads=counts.second_choice,
        ),
        LessonStep("temperature", taught(WARM, IMITATE), taught(COOL, IMITATE), "which", "same", "pair"),
        LessonStep(
            "gradient",
            noise("label-smoothing", 0.5),
            ask="choose",
            shows="down",
            picture="slope",
            counts=counts.gradient,
        ),
        preset("accurate", "accurate-teacher-bad-labels", shows="second"),
        LessonStep(
            "overconfident",
            taught({"kind": "overconfident-teacher", "flipped": 0.3}, IMITATE),
            noise("pair-flip", 0.3),
            "which",
            "same",
            "pair",
        ),
    ),
    "pooling": (
        _learned("second", "same-accuracy-opposite-fate", "sets"),
        LessonStep(
            "known",
            taught(rival(0), sets(2)),
            ask="share",
            shows="high",
            picture="tally",
            counts=counts.known_after_two,
        ),
        LessonStep("missing", taught(candidates(0.3, 0.3), sets("support")), shows="learns", picture="sets"),
        preset("rival", "same-accuracy-opposite-fate", shows="first"),
    ),
    "errors": (
        LessonStep(
            "noise",
            noise("symmetric-noise", 0.6),
            noise("pair-flip", 0.55),
            "which",
            "first",
            "matrix",
        ),
        LessonStep(
            "more-data",
            ring(12_000, {"kind": "pair-flip", "rate": 0.45}, IMITATE),
            ring(1_200, {"kind": "pair-flip", "rate": 0.45}, IMITATE),
            "which",
            "first",
            "pair",
        ),
        LessonStep(
            "hard-images",
            taught({"kind": "instance-dependent-noise", "fraction": 0.3}, IMITATE),
            noise("symmetric-noise", 0.3),
            "which",
            "same",
            "pair",
        ),
        _learned("bad-teacher", "bad-teacher-good-student", "bars"),
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
        LessonStep(
            "wrong-k", taught(demoted(3), sets(2)), taught(demoted(3), sets(3)), "which", "second", "pair"
        ),
    ),
    "rule": (
        LessonStep("before", taught(candidates(0.3, 0.5), sets("support")), shows="learns"),
        LessonStep("line", taught(candidates(0.5, 0.5), sets("support")), shows="fails"),
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
    "examples": (
        _first(
            "enough",
            [ring(n, bias, sets("support")) for bias in (NEAR, FAR) for n in EXAMPLES],
            ask="choose",
            shows="10000",
            picture="curve",
            reads=counts.enough,
        ),
        LessonStep(
            "on-the-line",
            ring(10_000, candidates(0.5, 0.5), sets("support")),
            shows="fails",
            picture="scatter",
        ),
        LessonStep(
            "bound",
            ring(1_000, FAR, sets("support")),
            ask="share",
            shows="middle",
            picture="bars",
            reads=counts.promised,
        ),
        _learned("noise-added", "no-cliff", "along"),
    ),
    "losses": (
        preset("soft-or-sets", "bad-teacher-good-student", shows="first"),
        LessonStep("partial", taught(candidates(0.0, 0.5), sets("support")), shows="learns"),
        LessonStep(
            "large-ambiguity",
            taught(candidates(0.0, 0.9), sets("support")),
            taught(candidates(0.0, 0.9), sets("support", "average")),
            "which",
            "first",
            "triangle",
        ),
        LessonStep(
            "undecided",
            taught(rival(1), sets(2)),
            taught(rival(1), sets(2, "average")),
            "which",
            "second",
            "pair",
        ),
        LessonStep(
            "raw", taught(demoted(3), IMITATE), taught(demoted(3), sets(3)), "which", "second", "pair"
        ),
        _first(
            "decide",
            _every_loss(),
            ask="choose",
            shows="none",
            picture="losses",
            reads=counts.best_everywhere,
        ),
    ),
    "self-training": (
        _learned("few", "one-jump-then-freeze", "bars"),
        _first(
            "later",
            [taught("one-hot", labelling(4, way)) for way in WAYS.values()],
            ask="choose",
            shows="unclear",
            picture="map",
            reads=counts.later_rounds,
        ),
        LessonStep(
            "top-two", taught("one-hot", few(1)), taught("one-hot", few(1, "top-k")), "which", "first", "pair"
        ),
        LessonStep(
            "handed-on",
            taught(weak(permuted=False), sets(1)),
            taught(weak(permuted=True), sets(1)),
            "which",
            "second",
            "pair",
        ),
    ),
    "honest": (
        preset("lot", "random-control", both=False, ask="student_accuracy", shows="fails"),
        LessonStep("real", noise("label-smoothing", 0.9), CLEAN, "which", "same", "pair"),
        LessonStep("coverage", CLEAN, ask="share", shows="middle", picture="repeats", counts=counts.coverage),
        LessonStep("splits", CLEAN, ask="choose", shows="hardly", picture="none", counts=counts.more_splits),
        LessonStep("twenty", CLEAN, ask="share", shows="middle", picture="none", counts=counts.chance_finds),
    ),
}
"""Lesson -> its steps, in teaching order."""

STEPS: dict[str, tuple[str, LessonStep]] = {
    f"{lesson}.{step.id}": (lesson, step) for lesson, steps in LESSONS.items() for step in steps
}
"""`<lesson>.<step>`, as links name it -> the lesson and the step."""

MOVED = {
    "soft-labels.second": "pooling.second",
    "soft-labels.rival": "pooling.rival",
    "bias-types.noise": "errors.noise",
    "bias-types.bad-teacher": "errors.bad-teacher",
    "bias-types.accurate": "dark-knowledge.accurate",
    "bias-types.lot": "honest.lot",
    "rule.large-ambiguity": "losses.large-ambiguity",
    "rule.raw": "losses.raw",
    "rule.wrong-k": "indicators.wrong-k",
    "frameworks.soft-or-sets": "losses.soft-or-sets",
    "frameworks.partial": "losses.partial",
    "frameworks.noise-added": "examples.noise-added",
    "frameworks.few": "self-training.few",
}
"""How links of earlier versions name a step -> how it is named now."""


def experiments() -> list[Experiment]:
    """Every condition that a lesson or an exercise shows."""
    shown = [step for _, step in STEPS.values()]
    return [one for pair in (*shown, *exercises.every()) for one in pair.experiments]
