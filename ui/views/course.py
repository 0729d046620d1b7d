"""Parts of the page Learn beside its steps: figures of their own, the end of a lesson, the score card."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from softlabel_core import Result
from softlabel_core.once import once
from softlabel_core.teaching import counts
from softlabel_core.teaching.exercises import EXERCISES
from softlabel_core.teaching.lessons import LESSONS, STEPS
from softlabel_core.teaching.steps import Exercise, LessonStep
from softlabel_core.teaching.triangle import FAMILIES
from ui import address, answers, panels, state
from ui.charts.palette import DARK, LIGHT, figure_colours
from ui.components import follow, label, repeats
from ui.components import frames as moving
from ui.taken import worksheet
from ui.views import by_hand, frames, start, triangle
from ui.words import glossary, guesses, i18n
from ui.words import lessons as says
from ui.words.guesses import Score

WAY = "learn/triangle"
"""Which way of changing labels the visitor has chosen."""

CHOICE = "learn/follow"
"""What the visitor has chosen in the figure that tallies."""


def _label(*_: Any) -> None:
    """A soft label whose bars are dragged, with its image."""
    shown = counts.voted()
    percents = [round(100 * float(one)) for one in shown.label]
    rows = {"pixels": [int(one) for one in shown.pixels.round()], "label": percents, "truth": shown.truth}
    label.show({**rows, **_setting(state.language(), label.NAME), "save": panels.saving()})


def _repeats(*_: Any) -> None:
    """Intervals of simulated studies."""
    numbers = {"repeats": counts.REPEATS, "share": counts.TEST_SHARE}
    repeats.show({**numbers, **_setting(state.language(), repeats.NAME), "save": panels.saving()})


def _moving(shown: dict[str, Any], key: str) -> None:
    """A slider over frames."""
    moving.show({**shown, "save": panels.saving()}, key)


def _curve(name: str, _: LessonStep, results: list[Result]) -> None:
    """A slider over numbers of examples."""
    guess, large = state.prediction(name), state.presenting()
    _moving(frames.examples(state.language(), results, guess, large=large), name)


def _map(name: str, _: LessonStep, results: list[Result]) -> None:
    """A slider over rounds."""
    _moving(frames.rounds(state.language(), results, large=state.presenting()), name)


def _triangle(name: str, _: LessonStep, __: list[Result]) -> None:
    """A slider over labels of one class, in one of three ways."""
    st.session_state.setdefault(WAY, FAMILIES[0])
    family = st.segmented_control(
        state.t("frames.triangle.choose"),
        FAMILIES,
        key=WAY,
        format_func=lambda one: state.t(f"frames.triangle.{one}"),
        required=True,
        label_visibility="collapsed" if state.presenting() else "visible",
    )
    shown = triangle.data(state.language(), family or FAMILIES[0], large=state.presenting())
    _moving(shown, f"{name}-{family}")


def _matrix(_: str, step: LessonStep, __: list[Result]) -> None:
    """A matrix of rivals to edit."""
    by_hand.in_lesson(step)


def _tally(_: str, step: LessonStep, __: list[Result]) -> None:
    """One label followed, from the rate of the step on."""
    choice = st.session_state.setdefault(CHOICE, start.chosen(step.experiment))
    if choice is not None:
        follow.show(start.address(state.language()), choice, on_choice=_chosen)


def _chosen(choice: dict[str, Any]) -> None:
    st.session_state[CHOICE] = choice


FIGURES: dict[str, Callable[[str, LessonStep, list[Result]], None]] = {
    "label": _label,
    "repeats": _repeats,
    "tally": _tally,
    "curve": _curve,
    "map": _map,
    "triangle": _triangle,
    "matrix": _matrix,
}
"""Pictures that run in the browser, from the name of a step and its results."""


@once(most=8)
def _setting(language: str, name: str) -> dict[str, object]:
    """Words and colours of a figure."""
    table, prefix = i18n.table(language), f"{name}."
    return {
        "words": {key.removeprefix(prefix): text for key, text in table.items() if key.startswith(prefix)},
        "colours": {
            **figure_colours(),
            "guess": (LIGHT.link, DARK.link),
        },
    }


def closing(lesson: str) -> None:
    """After the last step of a lesson: what to keep, and what to do."""
    language = state.language()
    st.subheader(state.t("learn.recap"), anchor=False)
    lines = (glossary.explained(language, state.t(f"learn.{lesson}.recap-{one}")) for one in ("one", "two"))
    panels.explained("\n".join(f"- {line}" for line in lines))
    st.subheader(state.t("learn.exercises"), anchor=False)
    for place, exercise in enumerate(EXERCISES[lesson]):
        _exercise(lesson, place, exercise)
    _worksheets([lesson], lesson)


def _exercise(lesson: str, place: int, exercise: Exercise) -> None:
    found = [answers.precomputed(one) for one in exercise.experiments]
    results = [one.result for one in found if one is not None]
    if len(results) < len(found):
        return
    ask, answer = says.exercise(state.language(), lesson, place, exercise, results)
    panels.explained(f"**{place + 1}.** {glossary.explained(state.language(), ask)}")
    with st.container(horizontal=True, key=f"next-exercise-{place}", vertical_alignment="center"):
        st.page_link(f"../pages/{exercise.page}.py", label=state.t("learn.do"), query_params=_leads(exercise))
        with st.expander(state.t("learn.answer")):
            st.markdown(answer)


def _leads(exercise: Exercise) -> dict[str, str]:
    """Where the link of an exercise leads."""
    switches = {"lang": state.language()} if state.link(page="start").get("lang") else {}
    if exercise.page == "labels":
        return switches
    pins = {}
    if exercise.page == "compare" and exercise.twin is not None:
        pins = {"a": exercise.experiment, "b": exercise.twin}
    return address.write(exercise.page, exercise.experiment, pins, switches, brief=True)


def score_card() -> None:
    """By how much guesses were off, a row a lesson, and in all."""
    made = _scores()
    st.subheader(state.t("learn.score"), anchor=False)
    whole = sum(made.values(), Score())
    if not whole.made:
        st.info(state.t("learn.score-none"))
        return
    st.markdown(state.t("learn.score-said", made=whole.made, steps=len(STEPS)))
    language = state.language()
    names = {lesson: says.title(language, lesson) for lesson in made} | {"all": state.t("learn.score-all")}
    heads = [state.t(f"learn.score-{one}") for one in ("lesson", "made", "off", "right")]
    rows = [f"| {' | '.join(heads)} |", "|---|---|---|---|"]
    for lesson, score in [*made.items(), ("all", whole)]:
        cells = [names[lesson], str(score.made), _off(score), _right(score)]
        bold = "**" if lesson == "all" else ""
        rows.append(f"| {' | '.join(f'{bold}{cell}{bold}' for cell in cells)} |")
    st.markdown("\n".join(rows))
    st.caption(state.t("learn.score-note"))
    st.caption(state.t("learn.score-link"))


def _scores() -> dict[str, Score]:
    made = dict.fromkeys(LESSONS, Score())
    for name, guess in state.predictions().items():
        lesson, step = STEPS[name]
        found = [answers.precomputed(one) for one in (step.experiments if step.ask != "by-hand" else [])]
        if all(found):
            made[lesson] += guesses.score(step, guess, [one.result for one in found if one])
    return made


def _off(score: Score) -> str:
    if not score.off:
        return state.t("learn.score-nothing")
    return state.t("learn.score-points", off=100 * sum(score.off) / len(score.off))


def _right(score: Score) -> str:
    if not score.right:
        return state.t("learn.score-nothing")
    return state.t("learn.score-of", right=sum(score.right), of=len(score.right))


def words_and_symbols() -> None:
    """The glossary, and the worksheet of the whole course."""
    with st.expander(state.t("learn.glossary"), key="glossary", on_change="rerun") as folded:
        if folded.open:
            st.markdown(glossary.listed(state.language()))


def whole_worksheet() -> None:
    """The worksheets of all lessons."""
    _worksheets(list(LESSONS), "soft-labels-course")


def _worksheets(lessons: list[str], name: str) -> None:
    """A worksheet to print, and the one with answers."""
    with st.container(horizontal=True, key="next-worksheet"):
        for kind, end in (("worksheet", ""), ("worksheet-teacher", "-answers")):
            made = worksheet.maker(lessons, state.language(), teacher=bool(end))
            panels.download(state.t(f"learn.{kind}"), f"{name}{end}.html", made, "tertiary")
