"""Predictions of lessons: how they compare with what came out, and what they come to. By language."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from softlabel_core import Result
from softlabel_core.experiment.compare import difference
from softlabel_core.teaching import by_hand as hand
from softlabel_core.teaching import steps
from softlabel_core.teaching.lessons import STEPS
from softlabel_core.teaching.steps import LessonStep
from ui.words import lessons as says
from ui.words.i18n import joined, say
from ui.words.sentences import comparison, outward, percent, plus_minus

CLOSE, FAR = 0.05, 0.2
"""Predictions of a share this close to the outcome are close; further than the second, far off."""


def actual(step: LessonStep, results: list[Result]) -> float:
    """The number that was asked for, a share of 1."""
    if step.ask == "by-hand":
        return float(says.by_hand(hand.BY_HAND_K)["unreliability"])
    count = steps.counted(step, results)
    if count is not None:
        return count.value
    if not results:
        raise ValueError(f"{step.id}: no result")
    result = results[0]
    return result.student_accuracy.mean if step.ask == "student_accuracy" else result.indicators[step.ask]


def ends(step: LessonStep, results: list[Result]) -> tuple[float, float] | None:
    """The interval of that number; None where it was counted, and not measured."""
    if not results or step.ask in ("by-hand", "share"):
        return None
    if step.ask != "student_accuracy":
        low, high = results[0].indicators["intervals"][step.ask]
        return float(low), float(high)
    low, high = results[0].student_accuracy.low, results[0].student_accuracy.high
    return None if low is None or high is None else (low, high)


def answer(step: LessonStep, results: list[Result]) -> str:
    """The right one of `options`."""
    if step.ask == "label":
        return str(says.values("en", step, results)["winner"])
    return steps.outcome(step, *results) or "holds"


def verdict(
    language: str, step: LessonStep, guess: Any, results: list[Result], name: str = "", *, brief: bool = False
) -> str:
    """How the prediction and what came out compare. Markdown.

    `name`: of the step, for what speaks against a wrong choice; it is left out if `brief`.
    """
    if says.guess_is_share(step):
        return _distance(language, step, float(guess), results)
    came = answer(step, results)
    said = [say(language, f"learn.verdict-{'right' if str(guess) == came else 'missed'}")]
    against = "" if brief or str(guess) == came else says.against(language, name, step, results, str(guess))
    if against:
        said = [say(language, "learn.verdict-otherwise"), against]
    if step.ask == "which":
        said.append(comparison(language, difference(results[0], results[1])))
    return joined(said)


def _distance(language: str, step: LessonStep, guess: float, results: list[Result]) -> str:
    value, interval = actual(step, results), ends(step, results)
    off = abs(guess - value)
    if step.ask in says.PERCENT:
        inside = interval is not None and interval[0] <= guess <= interval[1]
        mean = results[0].student_accuracy if step.ask == "student_accuracy" else None
        said = percent(value) if mean is None else plus_minus(mean, language)
        mine, gap, unit = f"{100 * guess:.0f} %", f"{100 * off:.0f}", "points"
    else:
        inside = off < 0.005
        said, mine, gap, unit = f"{value:.2f}", f"{guess:.2f}", f"{off:.2f}", "share"
        if interval is not None:
            said = say(language, "learn.measured", value=said, interval=outward(language, *interval))
    if interval is None and not float(gap):  # counted, and met to the last figure that is said
        return say(language, "learn.verdict-exact", guess=mine, value=said)
    place = "inside" if inside else "close" if off <= CLOSE else "off" if off <= FAR else "far"
    gap = say(language, f"learn.gap-{unit}", gap=gap)
    way = say(language, "learn.higher" if value > guess else "learn.lower")
    return say(language, f"learn.verdict-{place}", guess=mine, value=said, gap=gap, way=way)


@dataclass(frozen=True)
class Score:
    """What guesses come to: by how much numbers were off, shares of 1, and which choices were right."""

    off: tuple[float, ...] = ()
    right: tuple[bool, ...] = ()

    @property
    def made(self) -> int:
        """How many guesses."""
        return len(self.off) + len(self.right)

    def __add__(self, other: "Score") -> "Score":
        return Score(self.off + other.off, self.right + other.right)


def score(step: LessonStep, guess: Any, results: list[Result]) -> Score:
    """Of one guess; nothing of somebody who only looked."""
    if guess in (None, ""):
        return Score()
    if says.guess_is_share(step):
        return Score(off=(abs(float(guess) - actual(step, results)),))
    return Score(right=(str(guess) == answer(step, results),))


# Guesses in a link: a step's place in the course, then the number in hundredths or the place of the choice.

BEGINS = "1"
"""How the text begins; another order of the steps is another number."""

WIDTH, DIGITS = 2, "0123456789abcdefghijklmnopqrstuvwxyz"
LOOKED = "-"

CHOICE = re.compile(r"[a-z0-9][a-z0-9-]{0,19}")
"""Ids of choices; one that a step does not have is a wrong guess."""


def packed(guesses: Mapping[str, Any]) -> str:
    """Guesses as a short text for a link; empty without any."""
    order = list(STEPS)
    parts = [
        _place(order.index(name)) + _packed(STEPS[name][1], guess)
        for name, guess in sorted(guesses.items(), key=lambda one: order.index(one[0]))
        if guess is not None
    ]
    return ".".join([BEGINS, *parts]) if parts else ""


def _place(number: int) -> str:
    return DIGITS[number // len(DIGITS)] + DIGITS[number % len(DIGITS)]


def _packed(step: LessonStep, guess: Any) -> str:
    if guess == "":
        return LOOKED
    return str(round(100 * guess)) if says.guess_is_share(step) else str(guess)


def unpacked(text: str) -> dict[str, Any]:
    """The guesses of a link; what cannot be read is left out."""
    begins, *parts = text.split(".")
    order = list(STEPS)
    if begins != BEGINS:
        return {}
    found: dict[str, Any] = {}
    for part in parts[: len(order)]:
        place, said = part[:WIDTH], part[WIDTH:]
        if len(place) < WIDTH or any(one not in DIGITS for one in place) or int(place, 36) >= len(order):
            continue
        name = order[int(place, 36)]
        if (guess := _unpacked(STEPS[name][1], said)) is not None:
            found[name] = guess
    return found


def _unpacked(step: LessonStep, said: str) -> Any:
    if said == LOOKED:
        return ""
    if not says.guess_is_share(step):
        return said if CHOICE.fullmatch(said) else None
    return int(said) / 100 if said.isascii() and said.isdigit() and int(said) <= 100 else None
