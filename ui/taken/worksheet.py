"""Worksheets: the lessons on paper, A4, to guess on and to write on; with `teacher`, with all answers.

No streamlit here. Every number is the atlas's, or counted; without its results a step is left out.
`python -m ui.taken.worksheet --out FILE.html [--teacher] [--language zh]` writes the whole course.
"""

import argparse
import html
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from softlabel_core import Result
from softlabel_core.atlas import lookup
from softlabel_core.teaching import by_hand as hand
from softlabel_core.teaching.exercises import EXERCISES
from softlabel_core.teaching.lessons import LESSONS
from softlabel_core.teaching.steps import LessonStep
from ui.answers import precomputed
from ui.charts.palette import LIGHT
from ui.words import glossary, guesses
from ui.words import lessons as says
from ui.words.i18n import LANGUAGES, joined, say
from ui.words.sentences import rounded

STYLE = (
    "@page{size:A4;margin:16mm 18mm}"
    f"body{{font:11pt/1.4 'Source Sans 3','Noto Sans CJK SC',sans-serif;color:{LIGHT.ink};"
    "max-width:174mm;margin:0 auto;padding:6mm;orphans:3;widows:3}"
    "@media print{body{padding:0}}"
    "h1{font-size:20pt;margin:0 0 2mm}h2{font-size:15pt;margin:0 0 1mm}h3{font-size:11pt;margin:5mm 0 1mm}"
    "p{margin:1mm 0}section{break-before:page}section:first-of-type{break-before:auto}"
    f".step,.exercise{{break-inside:avoid;border-top:1px solid {LIGHT.line};padding:2mm 0}}"
    f".name{{display:flex;gap:10mm;margin:4mm 0}}.name span{{flex:1;border-bottom:1px solid {LIGHT.ink}}}"
    f".scale{{display:flex;justify-content:space-between;border-top:2px solid {LIGHT.ink};"
    "margin:5mm 2mm 1mm}"
    f".scale span{{border-left:1px solid {LIGHT.ink};padding:0 0 0 1mm;font-size:9pt}}"
    f".lines div{{border-bottom:1px solid {LIGHT.rival};height:8mm}}.box{{font-size:13pt}}"
    f".answer{{background:{LIGHT.panel};padding:1.5mm 3mm;margin:1mm 0}}"
    "ul{list-style:none;padding:0;margin:1mm 0;columns:2}ul.keep{columns:1;list-style:disc;padding-left:5mm}"
    "table{border-collapse:collapse;margin:1mm 0}"
    f"td,th{{border:1px solid {LIGHT.line};padding:.5mm 3mm;text-align:center}}"
    ".words{columns:2;font-size:9pt}.words p{break-inside:avoid}small{font-size:8.5pt}"
)
"""Of the page, on a screen and on paper."""

MARKS = 5
"""Numbers on a line on which a guess is marked."""


def maker(lessons: Sequence[str], language: str, *, teacher: bool = False) -> Callable[[], str]:
    """What makes the page when it is asked for."""
    return lambda: page(lessons, language, teacher=teacher)


def course(language: str, *, teacher: bool = False) -> str:
    """The page of all lessons."""
    return page(list(LESSONS), language, teacher=teacher)


def page(lessons: Sequence[str], language: str, *, teacher: bool = False) -> str:
    """A whole page that opens and prints without a network."""
    title = say(language, "worksheet.title-teacher" if teacher else "worksheet.title")
    name = "" if teacher else _name(language)
    body = "".join(_lesson(one, language, teacher=teacher) for one in lessons)
    words = "".join(
        f"<p><b>{html.escape(said.split('|')[0])}</b>: {html.escape(means)}</p>"
        for said, means in glossary.entries(language).values()
    )
    source = _text(say(language, "worksheet.source", entries=f"{lookup.provenance()['entries']:,}"))
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f"<title>Soft Label Lab: {html.escape(title)}</title><style>{STYLE}</style></head><body>"
        f"<h1>{html.escape(title)}</h1>{name}{body}"
        f"<section><h2>{html.escape(say(language, 'learn.glossary'))}</h2>"
        f'<div class="words">{words}</div><p><small>{source}</small></p></section></body></html>'
    )


def _name(language: str) -> str:
    fields = (say(language, f"worksheet.{one}") for one in ("name", "date"))
    return f'<p class="name">{"".join(f"<span>{html.escape(one)}</span>" for one in fields)}</p>'


def _lesson(lesson: str, language: str, *, teacher: bool) -> str:
    steps = []
    for number, step in enumerate(LESSONS[lesson], 1):
        results = _results(step)
        if results is not None:
            steps.append(_step(lesson, number, step, results, language, teacher=teacher))
    point = say(language, f"learn.{lesson}.point")
    return (
        f"<section><h2>{html.escape(says.title(language, lesson))}</h2><p><i>{_text(point)}</i></p>"
        f"{''.join(steps)}{_keep(lesson, language, teacher=teacher)}"
        f"{_exercises(lesson, language, teacher=teacher)}</section>"
    )


def _results(step: LessonStep) -> list[Result] | None:
    if step.ask == "by-hand":
        return []
    found = [answer.result for one in step.experiments if (answer := precomputed(one)) is not None]
    return found if len(found) == len(step.experiments) else None


def _step(
    lesson: str, number: int, step: LessonStep, results: list[Result], language: str, *, teacher: bool
) -> str:
    name = f"{lesson}.{step.id}"
    claim, ask = (says.spoken(language, name, part, step, results) for part in ("claim", "ask"))
    parts = [f"<p>{number}. {_text(claim)}</p><p><b>{_text(ask)}</b></p>"]
    if step.ask == "by-hand":
        parts.append(_table())
    if says.guess_is_share(step):
        parts.append(_scale(step))
    else:
        options = says.options(language, name, step, results)
        came = guesses.answer(step, results) if teacher else ""
        boxes = (
            f'<li><span class="box">{"☑" if one == came else "☐"}</span> {_text(text)}</li>'
            for one, text in options.items()
        )
        parts.append(f"<ul>{''.join(boxes)}</ul>")
    if teacher:
        told = (
            joined([says.counted(language, hand.BY_HAND_K), says.spoken(language, name, "why", step, [])])
            if step.ask == "by-hand"
            else says.why(language, name, step, results)
        )
        if step.ask == "share":
            told = joined(
                [say(language, "worksheet.came", value=rounded(guesses.actual(step, results))), told]
            )
        parts.append(f'<div class="answer"><p>{_text(told)}</p></div>')
    else:
        parts.append(f"<p><small>{_text(say(language, 'worksheet.why'))}</small></p>{_lines(1)}")
    return f'<div class="step">{"".join(parts)}</div>'


def _scale(step: LessonStep) -> str:
    marks = [number / (MARKS - 1) for number in range(MARKS)]
    said = (f"{100 * one:.0f} %" if step.ask in says.PERCENT else f"{one:.2f}" for one in marks)
    return f'<div class="scale">{"".join(f"<span>{one}</span>" for one in said)}</div>'


def _table() -> str:
    names = "".join(f"<th>{says.letter(i)}</th>" for i in range(len(hand.LABELS[0])))
    rows = ""
    for number, (label, truth) in enumerate(zip(hand.LABELS, hand.TRUTHS, strict=True), 1):
        cells = "".join(f"<td>{share:.2f}</td>" for share in label)
        rows += f"<tr><th>{number} ({says.letter(truth)})</th>{cells}</tr>"
    return f"<table><tr><th></th>{names}</tr>{rows}</table>"


def _keep(lesson: str, language: str, *, teacher: bool) -> str:
    head = f"<h3>{html.escape(say(language, 'learn.recap'))}</h3>"
    if not teacher:
        return f'<div class="exercise">{head}{_lines(2)}</div>'
    lines = (say(language, f"learn.{lesson}.recap-{one}") for one in ("one", "two"))
    items = "".join(f"<li>{_text(line)}</li>" for line in lines)
    return f'<div class="exercise">{head}<ul class="keep">{items}</ul></div>'


def _exercises(lesson: str, language: str, *, teacher: bool) -> str:
    parts = [f"<h3>{html.escape(say(language, 'learn.exercises'))}</h3>"]
    for place, exercise in enumerate(EXERCISES[lesson]):
        found = [precomputed(one) for one in exercise.experiments]
        if not all(found):
            continue
        results = [one.result for one in found if one is not None]
        ask, answer = says.exercise(language, lesson, place, exercise, results)
        below = f'<div class="answer"><p>{_text(answer)}</p></div>' if teacher else _lines(3)
        parts.append(f'<div class="exercise"><p>{place + 1}. {_text(ask)}</p>{below}</div>')
    return "".join(parts)


def _lines(count: int) -> str:
    return f'<div class="lines">{"<div></div>" * count}</div>'


def _text(markdown: str) -> str:
    """What texts of lessons use of Markdown, as HTML."""
    said = html.escape(markdown, quote=False)
    said = re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", said)
    said = re.sub(r"`(.+?)`", r"<code>\1</code>", said)
    return re.sub(r"\*(.+?)\*", r"<i>\1</i>", said)


def main(arguments: list[str] | None = None) -> int:
    """Write the course to a file; returns the exit status, 2 for bad input."""
    parser = argparse.ArgumentParser(prog="python -m ui.taken.worksheet", description="The lessons to print.")
    parser.add_argument("--teacher", action="store_true", help="with all answers")
    parser.add_argument("--language", choices=[*LANGUAGES], default="en")
    parser.add_argument("--out", required=True, type=Path, metavar="FILE.html")
    options = parser.parse_args(arguments)
    try:
        options.out.write_text(course(options.language, teacher=options.teacher), encoding="utf-8")
    except OSError as error:
        print(
            f"--out: allowed: a file that can be written; got {options.out} ({error.strerror}).",
            file=sys.stderr,
        )
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
