"""Sentences made from the numbers of a result, by language. No number stands in a text file."""

import math

from softlabel_core import Result
from softlabel_core.experiment.compare import Difference
from softlabel_core.experiment.result import Estimate
from softlabel_core.losses import LossMargin
from ui.words import i18n

STILL = 0.2
"""A student this much better than its labels is worth an "and still"."""


def percent(value: float) -> str:
    """A share of 1 as `93.1 %`."""
    return f"{100 * value:.1f} %"


def rounded(value: float) -> str:
    """A share of 1 as `93 %`, with a digit where it is close to an end."""
    near = min(value, 1 - value)
    return f"{100 * value:.0f} %" if near >= 0.03 or near < 0.0005 else percent(value)


def plus_minus(estimate: Estimate) -> str:
    """A mean with the larger half of its interval: `96.2 % ± 0.6`; without an interval the mean alone."""
    return percent(estimate.mean) + ("" if estimate.half is None else f" ± {estimate.half:.1f}")


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
    margin = result.loss_margin
    if margin.value is None:
        return i18n.say(language, "words.because-unknown")
    agrees = "as" if (margin.value > 0) == result.learned else "against"
    return i18n.say(language, f"words.because-{agrees}", rule=_of_rule(language, "because", margin))


def _of_rule(language: str, part: str, margin: LossMargin) -> str:
    """What is said of a margin's rule: of its case, else of the rule as a whole, else of any rule."""
    holds = "unknown" if margin.value is None else "pass" if margin.value > 0 else "fail"
    rules = (margin.rule, margin.rule.partition(".")[0], "other")
    keys = [f"rules.{rule}.{part}{end}" for rule in rules for end in (f"-{holds}", "")]
    key = next(key for key in keys if i18n.known(language, key))
    return i18n.say(language, key, **{**margin.numbers, "value": margin.value})


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
    value, said = result.loss_margin.value, asks(language, result.loss_margin)
    if value is None or (value > 0) == result.learned:
        return said
    surprise = "surprise-fails" if value > 0 else "surprise-learns"
    return f"{said} {i18n.say(language, f'words.{surprise}')}"


def asks(language: str, margin: LossMargin) -> str:
    """What a loss asks of labels, by the rule that its margin names."""
    return _of_rule(language, "asks", margin)


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
