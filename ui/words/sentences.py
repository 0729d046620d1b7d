"""Sentences made from the numbers of a result, by language. No number stands in a text file."""

import math
from typing import Any, NamedTuple

from softlabel_core import Result
from softlabel_core.experiment.compare import Difference
from softlabel_core.experiment.result import Estimate
from softlabel_core.indicators import settled
from softlabel_core.losses import LossMargin
from ui.words import i18n

STILL = 0.2
"""A student this much better than its labels is worth an "and still"."""

FINEST = 4
"""Most digits of a difference in points."""

NO_BREAK = "\u00a0"
"""A space at which no line ends."""

SAME = 1e-5
"""Shares of labels that are the same but for rounding; the atlas keeps six digits."""


def percent(value: float) -> str:
    """A share of 1 as `93.1 %`."""
    return f"{100 * value:.1f} %"


def rounded(value: float) -> str:
    """A share of 1 as `93 %`, with a digit where it is close to an end."""
    near = min(value, 1 - value)
    return f"{100 * value:.0f} %" if near >= 0.03 or near < 0.0005 else percent(value)


def plus_minus(estimate: Estimate, language: str = "en") -> str:
    """A mean with its interval: `96.2 % ± 0.6`, in words where it ends at 0 or 1; else the mean alone."""
    mean, spread = percent(estimate.mean).replace(" ", NO_BREAK), estimate.spread
    if not spread.startswith("["):
        return f"{mean} {spread}".rstrip().replace(" ", NO_BREAK)
    low, high = spread.strip("[]").split(", ")
    return i18n.say(language, "words.cut", mean=mean, low=low, high=high)


class InPoints(NamedTuple):
    """A difference in points, rounded once for all that tell it: its ends are the mean ± its half.

    Never less than the unrounded interval, and with so many digits that an interval without 0 keeps it out.
    """

    mean: float
    low: float | None
    high: float | None
    digits: int

    def said(self, number: float) -> str:
        """A number with its sign, none before 0."""
        return f"{0:.{self.digits}f}" if number == 0 else i18n.minus(f"{number:+.{self.digits}f}")


def in_points(found: Difference) -> InPoints:
    """Of a difference as a share of 1."""
    for digits in range(1, FINEST + 1):
        mean = round(100 * found.mean, digits) + 0.0
        if found.low is None or found.high is None:
            return InPoints(mean, None, None, digits)
        unit = 10**digits
        reach = max(mean - 100 * found.low, 100 * found.high - mean)
        half = math.ceil(round(unit * reach, 6)) / unit
        low, high = (
            round(max(-100.0, mean - half), digits) + 0.0,
            round(min(100.0, mean + half), digits) + 0.0,
        )
        if not (found.clear and low <= 0 <= high):
            break
    return InPoints(mean, low, high, digits)


def points(found: Difference) -> str:
    """A difference in points with the half of its interval: `+1.6 ± 0.9`; without an interval alone."""
    one = in_points(found)
    if one.low is None or one.high is None:
        return one.said(one.mean)
    half = max(one.mean - one.low, one.high - one.mean)
    return f"{one.said(one.mean)} ± {half:.{one.digits}f}".replace(" ", NO_BREAK)


def ends(language: str, estimate: Estimate) -> str:
    """The interval of an accuracy in words."""
    if estimate.low is None or estimate.high is None:
        return i18n.say(language, "words.no-interval")
    return shares(language, estimate.low, estimate.high)


def reached(language: str, estimate: Estimate) -> str:
    """The interval of an accuracy, rounded as `plus_minus` rounds it: what its mean ± its half comes to."""
    if estimate.low is None or estimate.high is None:
        return i18n.say(language, "words.no-interval")
    if not estimate.spread.startswith("±"):
        return shares(language, estimate.low, estimate.high)
    mean, half = round(100 * estimate.mean, 1), float(estimate.spread[1:])
    return i18n.say(language, "words.interval", low=f"{mean - half:.1f}", high=f"{mean + half:.1f} %")


def shares(language: str, low: float, high: float) -> str:
    """An interval of shares of 1 in percent, rounded so that it does not shrink: `96.1 to 97.4 %`."""
    low, high = math.floor(round(1000 * low, 6)) / 1000, math.ceil(round(1000 * high, 6)) / 1000
    return i18n.say(language, "words.interval", low=f"{100 * low:.1f}", high=percent(high))


def outward(language: str, low: float, high: float, digits: int = 3) -> str:
    """An interval, rounded so that it does not shrink."""
    unit = 10**digits
    low, high = math.floor(unit * low) / unit, math.ceil(unit * high) / unit
    said = (i18n.minus(f"{end:.{digits}f}") for end in (low, high))
    return i18n.say(language, "words.interval", **dict(zip(("low", "high"), said, strict=True)))


DEGREES = ("unreliability", "ambiguity", "total", "worst_unreliability", "worst_total")
"""Indicators that are shown as `?` where their intervals are too wide to show a number."""


class _Unsettled:
    """A number that is not shown."""

    def __format__(self, style: str) -> str:
        return "?"


def _shown(measured: dict[str, Any], name: str) -> bool:
    return name not in measured["intervals"] or settled(measured, name)


def point(measured: dict[str, Any], name: str, style: str = ".2f") -> str:
    """An indicator as a number, or `?` where there is none or its interval is too wide to show one."""
    value = measured[name]
    known = value is not None and not math.isnan(value) and (name not in DEGREES or _shown(measured, name))
    return i18n.minus(format(value if known else _Unsettled(), style))


def side(measured: dict[str, Any]) -> str:
    """Where Delta + gamma lies, by its interval: `below` 1, `above`, or `unclear`."""
    low, high = measured["intervals"]["total"]
    return "unclear" if low <= 1 <= high else "below" if measured["total"] < 1 else "above"


def tied(measured: dict[str, Any]) -> bool:
    """Whether labels are sets whose members share the first place: a draw is right as often as the first."""
    return measured["entropy"] > 0 and abs(measured["label_accuracy"] - measured["true_probability"]) < SAME


def claim(language: str, result: Result) -> str:
    """The sentence of Start: how wrong labels are, how good the student, what the rule says. Markdown."""
    right = result.indicators["label_accuracy"]
    student = result.student_accuracy
    way = "still" if student.mean > right + STILL else "also"
    way = way if result.learned else "fails"
    things = i18n.say(language, "words.images" if result.image_shape else "words.points")
    labels = "drawn" if tied(result.indicators) else "first"
    wrong = i18n.say(language, f"words.wrong-{labels}", wrong=rounded(1 - right), things=things)
    said = [i18n.say(language, f"words.claim-{way}", wrong=wrong, student=plus_minus(student, language))]
    if result.learned and result.lost:
        said.append(i18n.say(language, "words.claim-lost", **_lost(result)))
    return i18n.joined([*said, because(language, result)])


def because(language: str, result: Result) -> str:
    """What the loss's own condition says of it: that it expected this, the contrary, or cannot tell."""
    holds = result.loss_margin.verdict
    if holds == "unknown":
        return i18n.say(language, "words.because-unknown")
    agrees = "unclear" if holds == "unclear" else "as" if follows(result) else "against"
    said = rule(language, result.loss_margin, result.indicators)
    return i18n.say(language, f"words.because-{agrees}", rule=said)


def follows(result: Result) -> bool | None:
    """Whether every class was learned where its loss's condition holds, and not where it fails.

    None where the condition is unknown or its sign unclear.
    """
    learned = result.learned and not result.lost
    return {"pass": learned, "fail": not learned}.get(result.loss_margin.verdict)


def _lost(result: Result) -> dict[str, int]:
    return {"lost": len(result.lost), "classes": len(result.class_names)}


def _of_rule(language: str, part: str, margin: LossMargin, measured: dict[str, Any] | None = None) -> str:
    """What is said of a margin's rule: of its case, else of the rule as a whole, else of any rule."""
    rules = (margin.rule, margin.rule.partition(".")[0], "other")
    keys = [f"rules.{rule}.{part}{end}" for rule in rules for end in (f"-{margin.verdict}", "")]
    key = next(key for key in keys if i18n.known(language, key))
    numbers: dict[str, Any] = {**margin.numbers, "value": margin.value}
    if measured is not None:
        hidden = [name for name in DEGREES if name in numbers and not _shown(measured, name)]
        numbers |= dict.fromkeys(hidden, _Unsettled())
    if numbers.get("k") == "support":
        numbers["k"] = i18n.say(language, "words.support-in-full")
    return i18n.say(language, key, **numbers)


def rule(language: str, margin: LossMargin, measured: dict[str, Any]) -> str:
    """What the loss's own condition comes to for these labels, as half a sentence."""
    return _of_rule(language, "because", margin, measured)


def summary(language: str, result: Result) -> str:
    """What came out, in words made from the numbers. Markdown."""
    bayes = result.bayes_accuracy
    ceiling = "" if bayes is None else i18n.say(language, "words.ceiling", bayes=percent(bayes))
    labels = "drawn" if tied(result.indicators) else "first"
    right = percent(result.indicators["label_accuracy"])
    return i18n.say(
        language,
        "words.summary",
        right=i18n.say(language, f"words.right-{labels}", right=right),
        student=percent(result.student_accuracy.mean),
        truth=percent(result.ground_truth_accuracy.mean),
        ceiling=ceiling,
    )


def reason(language: str, result: Result) -> str:
    """What this student's loss asks of labels, and whether the students agreed. Markdown."""
    said = [asks(language, result.loss_margin, result.indicators)]
    if result.learned and result.lost:
        said.append(i18n.say(language, "words.lost", **_lost(result)))
    if follows(result) is False:
        passed = result.loss_margin.verdict == "pass"
        said.append(i18n.say(language, f"words.surprise-{'fails' if passed else 'learns'}"))
    return i18n.joined(said)


def asks(language: str, margin: LossMargin, measured: dict[str, Any] | None = None) -> str:
    """What a loss asks of labels, by the rule that its margin names; `measured`: which numbers to hide."""
    return _of_rule(language, "asks", margin, measured)


def comparison(language: str, found: Difference) -> str:
    """How A and B differ, with the interval and what it rests on. Markdown."""
    one = in_points(found)
    size = f"{abs(one.mean):.{one.digits}f}"
    if one.low is None or one.high is None:
        return i18n.say(language, "compare.alone", points=size)
    way = "same" if not found.clear else "better" if found.mean > 0 else "worse"
    low, high = (-one.high, -one.low) if way == "worse" else (one.low, one.high)
    how = i18n.say(
        language, f"compare.{'paired' if found.paired else 'unpaired'}", replicates=found.replicates
    )
    told = (f"{end:.{one.digits}f}" for end in (low + 0.0, high + 0.0))
    values = {"how": how, **dict(zip(("low", "high"), map(i18n.minus, told), strict=True))}
    values["points"] = one.said(one.mean) if way == "same" else size
    return i18n.say(language, f"compare.{way}", replicates=found.replicates, **values)
