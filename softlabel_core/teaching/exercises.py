"""Exercises: three a lesson, from easy to hard, and what their links open. Words and answers are made."""

from softlabel_core.teaching import counts
from softlabel_core.teaching.presets import FIRST, PRESETS
from softlabel_core.teaching.recipes import (
    IMITATE,
    Config,
    candidates,
    crowd,
    demoted,
    few,
    noise,
    ring,
    rival,
    sets,
    taught,
)
from softlabel_core.teaching.steps import Exercise

RIVALS: Config = taught("rival-matrix", IMITATE)
CLEAN = PRESETS["clean"].config
FAR = (candidates(0.2, 0.3), sets("support"))
NEAR = (candidates(0.4, 0.5), sets("support"))

OTHER_FEW = (1, 2, 5, 10, 20, 50)
"""Labels a class beside those of lesson 9, in a student that labels the rest itself."""


EXERCISES: dict[str, tuple[Exercise, ...]] = {
    "soft-labels": (
        Exercise("1", taught("crowd", IMITATE)),
        Exercise(
            "2",
            taught(crowd(50), IMITATE),
            taught(crowd(50), sets("support")),
            page="compare",
        ),
        Exercise("3", taught("crowd", IMITATE), page="labels"),
    ),
    "dark-knowledge": (
        Exercise("1", taught({"kind": "temperature-teacher", "temperature": 8}, sets(3))),
        Exercise(
            "2",
            noise("label-smoothing", 0.9),
            CLEAN,
            page="compare",
        ),
        Exercise("3", noise("label-smoothing", 0.5), counts=counts.gradient),
    ),
    "pooling": (
        Exercise("1", FIRST, page="start"),
        Exercise("2", taught(rival(0.9), sets(2))),
        Exercise("3", taught(demoted(2), sets(2)), counts=counts.known_after_two),
    ),
    "errors": (
        Exercise(
            "1",
            noise("pair-flip", 0.3),
            noise("symmetric-noise", 0.3),
            page="compare",
        ),
        Exercise("2", RIVALS),
        Exercise("3", ring(1_200, candidates(0.0, 0.8), sets("support"))),
    ),
    "indicators": (
        Exercise("1", taught(demoted(2), sets(1))),
        Exercise("2", taught(rival(0.5), sets(3))),
        Exercise("3", FIRST, page="labels"),
    ),
    "rule": (
        Exercise("1", taught(candidates(0.3, 0.5), sets("support")), page="map"),
        Exercise("2", taught({"kind": "hidden-class", "hidden": 3}, sets(3))),
        Exercise("3", taught(candidates(0.2, 0.7), sets("support"))),
    ),
    "examples": (
        Exercise("1", ring(300, *FAR)),
        Exercise("2", ring(10_000, *NEAR), ring(1_000, *NEAR), page="compare"),
        Exercise("3", ring(1_000, *FAR)),
    ),
    "losses": (
        Exercise(
            "1",
            taught("skillful-bad-teacher", sets(3, "average")),
            taught("skillful-bad-teacher", sets(3)),
            page="compare",
        ),
        Exercise(
            "2",
            taught(candidates(0.0, 0.9), sets("support", "mae")),
            taught(candidates(0.0, 0.9), sets("support")),
            page="compare",
        ),
        Exercise("3", taught(demoted(3), IMITATE), taught(demoted(3, decay=0.9), IMITATE)),
    ),
    "self-training": (
        Exercise("1", taught("one-hot", few(4)), more=tuple(taught("one-hot", few(n)) for n in OTHER_FEW)),
        Exercise(
            "2",
            taught("weak-teacher", sets(1)),
            taught({"kind": "weak-teacher", "permuted": True}, sets(1)),
            page="compare",
        ),
        Exercise(
            "3", taught("self-distilled", sets("support")), taught("self-distilled", IMITATE), page="compare"
        ),
    ),
    "honest": (
        Exercise(
            "1",
            noise("label-smoothing", 0.5),
            CLEAN,
            page="compare",
        ),
        Exercise("2", CLEAN, counts=counts.more_splits),
        Exercise("3", CLEAN, counts=counts.chance_finds),
    ),
}
"""Lesson -> its exercises."""


def every() -> list[Exercise]:
    """All of them."""
    return [one for some in EXERCISES.values() for one in some]
