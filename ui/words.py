"""Sentences made from the numbers of a result, by language. No number stands in a text file."""

import math
from typing import Any

from softlabel_core import Result
from softlabel_core.compare import Difference
from softlabel_core.losses import Margin
from softlabel_core.results import Estimate
from ui import i18n

STILL = 0.2
"""A student this much better than its labels is worth an "and still"."""

LIKE = {"proden": "cc", "rc": "cc", "gcc": "cc"}
"""Losses that ask of labels what another one asks; the words of both are the same."""


def percent(value: float) -> str:
    """A share of 1 as `93.1 %`."""
    return f"{100 * value:.1f} %"


def rounded(value: float) -> str:
    """A share of 1 as `93 %`, with a digit where it is close to an end."""
    near = min(value, 1 - value)
    return f"{100 * value:.0f} %" if near >= 0.03 or near < 0.0005 else percent(value)


def plus_minus(estimate: Estimate) -> str:
    """A mean with the larger half of its interval: `96.2 % ± 0.6`; without an interval the mean alone."""
    if estimate.low is None or estimate.high is None:
        return percent(estimate.mean)
    half = 100 * max(estimate.mean - estimate.low, estimate.high - estimate.mean)
    return f"{100 * estimate.mean:.1f} % ± {math.ceil(round(10 * half, 6)) / 10:.1f}"


def ends(language: str, estimate: Estimate) -> str:
    """The interval of an accuracy in words."""
    if estimate.low is None or estimate.high is None:
        return i18n.say(language, "words.no-interval")
    low, high = (f"{100 * end:.1f}" for end in (estimate.low, estimate.high))
    return i18n.say(language, "words.interval", low=low, high=f"{high} %")


def outward(language: str, low: float, high: float) -> str:
    """An interval, rounded so that it does not shrink."""
    low, high = math.floor(1000 * low) / 1000, math.ceil(1000 * high) / 1000
    return i18n.say(language, "words.interval", low=f"{low:.3f}", high=f"{high:.3f}")


def claim(language: str, result: Result) -> str:
    """The sentence of Start: how wrong the labels are, how good the student, and why. Markdown."""
    right = result.indicators["label_accuracy"]
    student = result.student_accuracy
    way = "still" if student.mean > right + STILL else "also"
    way = way if result.learned else "fails"
    things = i18n.say(language, "words.images" if result.image_shape else "words.points")
    said = i18n.say(
        language, f"words.claim-{way}", wrong=rounded(1 - right), student=plus_minus(student), things=things
    )
    return f"{said} {because(language, result)}"


def because(language: str, result: Result) -> str:
    """Why, by the loss's own condition; where students and condition disagree, that they do."""
    margin = result.loss_margin.value
    if margin is None:
        return i18n.say(language, "words.because-unknown")
    kind = _loss(result)
    holds = "pass" if margin > 0 else "fail"
    agrees = "as" if (margin > 0) == result.learned else "against"
    key = f"words.rule-{LIKE.get(kind, kind)}-{holds}"
    rule = i18n.say(
        language, key if i18n.known(language, key) else f"words.rule-other-{holds}", **_values(result)
    )
    return i18n.say(language, f"words.because-{agrees}", rule=rule)


def _loss(result: Result) -> str:
    """The loss by whose condition the result is judged."""
    return _judged(result.experiment.framework.loss.model_dump(), result.indicators["k"])


def _judged(loss: dict[str, Any], k: int | str) -> str:
    """A loss's id; at one end of its range a loss is another."""
    kind, support = str(loss["kind"]), k == "support"
    if (kind == "gcc" and loss["q"] == 1) or (kind == "average" and not support):
        return "mae"
    return "cc" if kind == "lws" and loss["beta"] == 0 else kind


def _values(result: Result) -> dict[str, Any]:
    return _numbers(result.indicators, result.loss_margin)


def _numbers(shown: dict[str, Any], margin: Margin) -> dict[str, Any]:
    names = ("unreliability", "ambiguity", "total", "margin", "mean_label_margin")
    return {name: shown[name] for name in names} | {"value": margin.value, "k": shown["k"]}


def summary(language: str, result: Result) -> str:
    """What came out, in words made from the numbers. Markdown."""
    bayes = result.bayes_accuracy
    ceiling = "" if bayes is None else i18n.say(language, "words.ceiling", bayes=percent(bayes))
    return i18n.say(
        language,
        "words.summary",
        right=percent(result.indicators["label_accuracy"]),
        student=percent(result.student_accuracy.mean),
        truth=percent(result.ground_truth_accuracy.mean),
        ceiling=ceiling,
    )


def reason(language: str, result: Result) -> str:
    """What this student's loss asks of labels, and whether the students agreed. Markdown."""
    margin = result.loss_margin.value
    said = asks(
        language, result.experiment.framework.loss.model_dump(), result.indicators, result.loss_margin
    )
    if margin is None or (margin > 0) == result.learned:
        return said
    surprise = "surprise-fails" if margin > 0 else "surprise-learns"
    return f"{said} {i18n.say(language, f'words.{surprise}')}"


def asks(language: str, loss: dict[str, Any], shown: dict[str, Any], margin: Margin) -> str:
    """What a loss asks of labels with the indicators `shown`.

    English has the loss's own words; another language its translation of them, or else the English.
    """
    key = f"words.says-{_case(_judged(loss, shown['k']), shown, margin)}"
    if language != "en" and i18n.known(language, key):
        return i18n.say(language, key, **_numbers(shown, margin))
    return margin.says


def _case(kind: str, shown: dict[str, Any], margin: Margin) -> str:
    """Which of its sentences a loss says."""
    if LIKE.get(kind, kind) == "cc":
        sure = shown["unreliability"] == 0
        holds = shown["ambiguity"] < 1 if sure else shown["total"] < 1
        place = "sure-" if sure else "support-" if holds and shown["k"] == "support" else ""
        return f"cc-{place}{'pass' if holds else 'fail'}"
    if margin.value is None:
        return f"{kind}-unknown" if kind == "lws" else "unknown"
    return f"{kind}-{'pass' if margin.value > 0 else 'fail'}"


def comparison(language: str, found: Difference) -> str:
    """How A and B differ, with the interval and what it rests on. Markdown."""
    points = f"{abs(100 * found.mean):.1f}"
    if found.low is None or found.high is None:
        return i18n.say(language, "compare.alone", points=points)
    low, high = sorted((100 * found.low, 100 * found.high))
    if found.mean < 0 and found.clear:
        low, high = -high, -low
    low, high = math.floor(round(10 * low, 6)) / 10, math.ceil(round(10 * high, 6)) / 10
    way = "same" if not found.clear else "better" if found.mean > 0 else "worse"
    how = i18n.say(
        language, f"compare.{'paired' if found.paired else 'unpaired'}", replicates=found.replicates
    )
    values = {"points": points, "low": f"{low:.1f}", "high": f"{high:.1f}", "how": how}
    return i18n.say(language, f"compare.{way}", replicates=found.replicates, **values)
