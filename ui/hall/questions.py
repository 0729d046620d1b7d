"""What can be voted on: the steps of the lessons, with what came out."""

from dataclasses import dataclass, field
from typing import Any, Literal

from softlabel_core import Result
from softlabel_core.once import once
from softlabel_core.teaching import by_hand as hand
from softlabel_core.teaching.lessons import STEPS
from softlabel_core.teaching.steps import LessonStep
from ui import answers
from ui.words import guesses
from ui.words import lessons as says
from ui.words.i18n import LANGUAGES

Said = dict[str, str]
"""Language -> text."""

PERCENT = 100
"""Answers that are numbers are whole per cents, or hundredths of a share."""


@dataclass(frozen=True, eq=False)
class Question:
    """A step of a lesson, as a phone shows it."""

    lesson: Said
    claim: Said
    ask: Said
    why: Said
    kind: Literal["number", "choice"]
    truth: dict[str, Any]
    """`value`, `low` and `high` on the scale of the answers (None without an interval), or `came`, the place
    of the right choice."""

    unit: Literal["percent", "share"] = "percent"
    choices: dict[str, list[str]] = field(default_factory=dict)
    table: dict[str, Any] | None = None
    """Of the step that is counted by hand: its labels and their truths."""

    def asked(self) -> dict[str, Any]:
        """What may be known before the answer is."""
        found: dict[str, Any] = {"kind": self.kind, "claim": self.claim, "ask": self.ask}
        if self.kind == "choice":
            return found | {"choices": self.choices}
        return found | {"unit": self.unit} | ({"table": self.table} if self.table else {})

    @property
    def highest(self) -> int:
        """The largest answer; the smallest is 0."""
        return PERCENT if self.kind == "number" else len(next(iter(self.choices.values()))) - 1

    def allows(self, value: Any) -> bool:
        """Whether that is an answer."""
        return type(value) is int and 0 <= value <= self.highest


@once()
def every() -> dict[str, Question]:
    """`<lesson>.<step>` -> question, in teaching order; a step whose results are not there is left out."""
    found = {}
    for name, (lesson, step) in STEPS.items():
        needed = [] if step.ask == "by-hand" else step.experiments
        known = [answer.result for one in needed if (answer := answers.precomputed(one)) is not None]
        if len(known) == len(needed):
            found[name] = _question(name, lesson, step, known)
    return found


def _question(name: str, lesson: str, step: LessonStep, results: list[Result]) -> Question:
    texts: dict[str, Any] = {
        part: {language: _plain(says.spoken(language, name, part, step, results)) for language in LANGUAGES}
        for part in ("claim", "ask")
    }
    texts["lesson"] = {one: says.title(one, lesson) for one in LANGUAGES}
    if step.ask == "by-hand":
        table = {"rows": hand.LABELS, "truths": hand.TRUTHS}
        why = {one: _plain(says.counted(one, hand.BY_HAND_K)) for one in LANGUAGES}
        truth = {"value": PERCENT * guesses.actual(step, []), "low": None, "high": None}
        return Question(**texts, why=why, kind="number", unit="share", truth=truth, table=table)
    texts["why"] = {one: _plain(says.why(one, name, step, results)) for one in LANGUAGES}
    if says.guess_is_share(step):
        texts["unit"] = "percent" if step.ask in says.PERCENT else "share"
        return Question(**texts, kind="number", truth=_number(step, results))
    options = {one: says.options(one, name, step, results) for one in LANGUAGES}
    came = list(options[next(iter(LANGUAGES))]).index(guesses.answer(step, results))
    choices = {one: list(texts.values()) for one, texts in options.items()}
    return Question(**texts, kind="choice", choices=choices, truth={"came": came})


def _number(step: LessonStep, results: list[Result]) -> dict[str, Any]:
    low, high = guesses.ends(step, results) or (None, None)
    ends = {"value": guesses.actual(step, results), "low": low, "high": high}
    return {name: None if end is None else round(PERCENT * end, 1) for name, end in ends.items()}


def _plain(text: str) -> str:
    return text.replace("**", "")
