"""A guess beside what came out, as HTML: a line with both, or the choices with both marked."""

import html
from collections.abc import Callable
from typing import NamedTuple

from softlabel_core import Result
from softlabel_core.experiment.compare import difference
from softlabel_core.teaching.steps import LessonStep
from ui.charts.palette import palette
from ui.words import guesses
from ui.words import lessons as says
from ui.words.i18n import say
from ui.words.sentences import in_points, outward, percent, reached

ROOM = 1.25
"""How much wider the line of a difference is than what is on it."""

LEAST = 5.0
"""Half of the shortest line of a difference, in points."""


class Reach(NamedTuple):
    """An interval on a line, and its words."""

    low: float
    high: float
    said: str


def strip(
    step: LessonStep, name: str, guess: object, results: list[Result], *, dark: bool, language: str = "en"
) -> str:
    """What a step's guess (None where somebody only looked) and its answer look like together."""
    if says.guess_is_share(step):
        return _number(step, None if guess in (None, "") else float(str(guess)), results, dark, language)
    parts = [_choices(step, name, guess, results, language)]
    if step.ask == "which":
        parts.append(_difference(results, dark, language))
    colours = palette(dark)
    return f'<div style="--guess:{colours.link};--mark:{colours.mark}">{"".join(parts)}</div>'


def _number(step: LessonStep, guess: float | None, results: list[Result], dark: bool, language: str) -> str:
    value, ends = guesses.actual(step, results), guesses.ends(step, results)
    in_percent = step.ask in says.PERCENT

    def said(number: float) -> str:
        # as the sentence says it, and a guess as it was made
        return percent(number).replace(".0 ", " ") if in_percent else f"{number:.2f}"

    reach = None
    if ends is not None:
        asked = step.ask == "student_accuracy"
        told = reached(language, results[0].student_accuracy) if asked else outward(language, *ends)
        reach = Reach(*ends, told)

    chance = 1 / len(results[0].class_names) if step.ask == "student_accuracy" and results else None
    title = say(language, "learn.strip-percent" if in_percent else "learn.strip-share")
    marks = {"chance": chance, "came": value, "guess": guess}
    return _line((0, 1), marks, reach, said, title, dark=dark, language=language)


def _difference(results: list[Result], dark: bool, language: str) -> str:
    found = in_points(difference(results[0], results[1]))
    reach, half = None, max(LEAST, abs(found.mean))
    if found.low is not None and found.high is not None:
        half = max(half, -found.low, found.high)
        low, high = map(found.said, (found.low, found.high))
        reach = Reach(found.low, found.high, say(language, "words.interval", low=low, high=high))
    half = min(100.0, ROOM * half)
    title, said = say(language, "learn.strip-gap"), found.said
    marks: dict[str, float | None] = {"zero": 0.0, "came": found.mean}
    return _line((-half, half), marks, reach, said, title, dark=dark, language=language)


def _line(
    ends: tuple[float, float],
    marks: dict[str, float | None],
    reach: Reach | None,
    said: Callable[[float], str],
    title: str,
    *,
    dark: bool,
    language: str,
) -> str:
    """A line between two ends. `marks`: `came`, what came out; `guess`; `chance` and `zero`, mere ticks."""
    colours, (low, high) = palette(dark), ends
    names = {"came": say(language, "learn.came-out"), "guess": say(language, "learn.your-guess")}

    def left(number: float) -> str:
        return f"left:{(number - low) / (high - low):.2%}"

    parts = []
    if reach is not None:
        width = f"width:{(reach.high - reach.low) / (high - low):.2%}"
        parts.append(f'<b class="reach" style="{left(reach.low)};{width}"></b>')
    for kind, number in marks.items():
        if number is None:
            continue
        if kind not in names:
            tip = html.escape(say(language, "learn.chance")) if kind == "chance" else "0"
            parts.append(f'<i class="zero" style="{left(number)}" title="{tip}"></i>')
            continue
        share = (number - low) / (high - low)
        side = "start" if share < 0.25 else "end" if share > 0.75 else "middle"
        text = html.escape(f"{names[kind]} {said(number)}")
        parts.append(f'<b class="{kind}" style="{left(number)}"></b>')
        parts.append(f'<em class="{kind} {side}" style="{left(number)}">{text}</em>')
    guess, came = marks.get("guess"), marks["came"]
    alt = say(
        language,
        "learn.strip-alt",
        low=said(low),
        high=said(high),
        guess="" if guess is None else say(language, "learn.strip-guess", guess=said(guess)),
        value="" if came is None else said(came),
        interval=say(language, "learn.strip-reach", interval=reach.said)
        if reach
        else say(language, "learn.strip-none"),
    )
    scale = f"<span>{said(low)}</span><span>{html.escape(title)}</span><span>{said(high)}</span>"
    return (
        f'<div class="strip" role="img" aria-label="{html.escape(alt)}" '
        f'style="--guess:{colours.link};--mark:{colours.mark}">'
        f'<div class="line">{"".join(parts)}</div><div class="scale">{scale}</div></div>'
    )


def _choices(step: LessonStep, name: str, guess: object, results: list[Result], language: str) -> str:
    came = guesses.answer(step, results)
    lines = []
    for one, text in says.options(language, name, step, results).items():
        marks = []
        if one == came:
            marks.append(f'<em class="came">{say(language, "learn.came-out")}</em>')
        if str(guess) == one:
            marks.append(f'<em class="guess">{say(language, "learn.your-guess")}</em>')
        kind = "came" if one == came else "guess" if str(guess) == one else ""
        lines.append(f'<li class="{kind}">{html.escape(text)} {" ".join(marks)}</li>')
    return f'<ul class="choices">{"".join(lines)}</ul>'
