"""What the bounds promise the students of a result, or why they promise nothing."""

from typing import Literal

from softlabel_core.experiment.result import Result
from softlabel_core.theory.promises import Promise

Silence = Literal["distributions", "own", "instance", "sum", "overlap", "alone", "ends"]
"""Why nothing is promised: students see no sets; what they are shown is their own guess; labels depend on the
example and not on its class alone; Delta_max + gamma is not below 1; the classes overlap, so that no student
is always right; one replicate has no interval; there is no error between 0 and 1."""

SEPARATE = 0.9995
"""Best accuracy from which on the classes count as not overlapping."""


def learned_from(result: Result) -> int:
    """Examples that one student learned from. Labels drawn independently are measured together."""
    together = result.experiment.framework.class_conditional and result.experiment.bias.class_conditional
    n: int = result.indicators["n"]
    return n // result.student_accuracy.replicates if together else n


def promise(result: Result) -> Promise | Silence:
    """What the bounds rest on for the students of a result, or the first reason why they say nothing."""
    experiment, measured, accuracy = result.experiment, result.indicators, result.student_accuracy
    hidden, rival = measured["worst_unreliability"], measured["ambiguity"]
    if experiment.framework.shows != "sets":
        return "distributions"
    if not experiment.framework.class_conditional:
        return "own"
    if not experiment.bias.class_conditional:
        return "instance"
    if hidden + rival >= 1:
        return "sum"
    if result.bayes_accuracy is not None and result.bayes_accuracy < SEPARATE:
        return "overlap"
    if accuracy.low is None or accuracy.high is None:
        return "alone"
    if not 0 < accuracy.mean < 1:
        return "ends"
    _, _, features = experiment.dataset.sizes
    classes = len(result.class_names)
    return Promise(
        examples=learned_from(result),
        error=1 - accuracy.mean,
        low=1 - accuracy.high,
        high=1 - accuracy.low,
        unreliability=hidden,
        ambiguity=rival,
        classes=classes,
        parameters=experiment.student.parameters(features, classes),
        linear=experiment.student.is_linear,
    )
