"""Parts of the page Learn: the way through the lessons, the prediction of a step, and what came out."""

from typing import Any

import streamlit as st

from softlabel_core import Experiment
from softlabel_core.experiment.compare import difference
from softlabel_core.once import once
from softlabel_core.service.queue import Busy
from softlabel_core.teaching import by_hand as hand
from softlabel_core.teaching import steps
from softlabel_core.teaching.lessons import LESSONS, MOVED, STEPS
from softlabel_core.teaching.steps import LessonStep
from ui import answers, own, panels, state
from ui.answers import Answer
from ui.charts import details, pair
from ui.charts import lessons as charts_lessons
from ui.charts import results as charts
from ui.charts.figures import Chart
from ui.charts.strip import strip
from ui.components import keys
from ui.views import course
from ui.words import glossary, guesses, i18n
from ui.words import lessons as says

SCORE = "score"
"""Where the last step leads to."""

ORDER = [*STEPS, SCORE]

PERCENT, MIDDLE = 100, 50
"""Ends of a slider that is asked for a per cent, and where it stands before it is touched."""

WIDE = ("losses", "tally", "construction", "curve", "map", "triangle", "matrix")
"""Pictures that need all of the width."""

UNDER_WORDS = 560
"""Height of the chart in the present mode, below the sentences."""


def current() -> str:
    """The step of the link, else the first."""
    asked = state.extra("step")
    if asked in MOVED:
        asked = MOVED[asked]
        state.set_extra("step", asked)
    if asked is None or asked in ORDER:
        return asked or ORDER[0]
    st.warning(state.t("learn.no-step", step=i18n.plain(asked[:60])))
    return ORDER[0]


def text(name: str, part: str) -> str:
    """A text of the step that needs no result, with words that show their meaning."""
    return _text(state.language(), name, part)


@once(most=400)
def _text(language: str, name: str, part: str) -> str:
    return glossary.explained(language, says.spoken(language, name, part, STEPS[name][1], []))


def _go(name: str) -> None:
    """To a step, with its experiment."""
    state.set_extra("step", name)
    if name in STEPS:
        state.load(STEPS[name][1].experiment)


def contents(lesson: str | None) -> None:
    """The lessons; None: at the score card."""
    st.session_state["learn/lesson"] = lesson
    st.segmented_control(
        state.t("learn.lessons"),
        list(LESSONS),
        key="learn/lesson",
        format_func=lambda one: says.title(state.language(), one),
        label_visibility="collapsed",
        on_change=_open_lesson,
    )


def _open_lesson() -> None:
    """To the first step of the lesson just chosen; the one that is open stays where it is."""
    lesson = st.session_state["learn/lesson"]
    if lesson is not None:
        _go(f"{lesson}.{LESSONS[lesson][0].id}")


def progress(name: str, lesson: str) -> None:
    """Where in the lessons this is."""
    names = [f"{lesson}.{step.id}" for step in LESSONS[lesson]]
    at = state.t(
        "learn.progress",
        title=says.title(state.language(), lesson),
        step=1 + names.index(name),
        steps=len(names),
    )
    st.progress((1 + ORDER.index(name)) / len(ORDER), text=at)


def navigate(name: str) -> None:
    """One step back, one on."""
    at = ORDER.index(name)
    with st.container(horizontal=True, key="steps" if state.presenting() else "lesson-steps"):
        for key, step, shortcut in keys.STEPS:
            other = at + step
            inside = 0 <= other < len(ORDER)
            keys.button(
                state.t(f"learn.{key}"),
                key=f"learn/{key}",
                shortcut=shortcut,
                disabled=not inside,
                on_click=_go,
                args=(ORDER[other if inside else at],),
            )


def known(experiment: Experiment) -> Answer | None:
    """This visitor's live run of it, else the atlas's entry, which says so where other code made it."""
    job = own.look(experiment.key())
    if job is not None and job.result is not None:
        return answers.live(job)
    return answers.precomputed(experiment)


def live(experiment: Experiment) -> None:
    """Instead of a number: the offer to compute it."""
    if own.awaited(experiment, None):
        panels.under_way(experiment.key())
        return
    job = own.look(experiment.key())
    if job is not None and job.state == "failed":
        st.error(state.t("panels.failed", problem=i18n.problem(state.language(), job.problem)))
    st.info(state.t("learn.not-computed"))
    if st.button(state.t("panels.train"), type="primary", key="learn/train"):
        try:
            own.start(experiment)
        except Busy as busy:
            st.warning(state.t("panels.refused", problem=i18n.problem(state.language(), busy)))
        else:
            st.rerun()


def predict(name: str, step: LessonStep, found: list[Answer]) -> None:
    """The widget of the prediction, and the button that shows what came out."""
    key, label = f"learn/guess/{name}", state.t("learn.your-prediction")
    chosen: Any
    touched: dict[str, Any] = {"on_change": _touch, "args": (name,)}
    if step.ask in says.PERCENT:
        chosen = st.slider(label, 0, PERCENT, MIDDLE, format="%d %%", key=key, **touched)
    elif says.guess_is_share(step):
        chosen = st.slider(label, 0.0, 1.0, MIDDLE / PERCENT, 0.05, key=key, **touched)
    else:
        options = says.options(state.language(), name, step, [one.result for one in found])
        chosen = st.radio(label, list(options), index=None, format_func=options.__getitem__, key=key)
    if says.guess_is_share(step) and not state.presenting():
        st.caption(state.t("learn.guess-note"))
    keys.button(
        state.t("learn.reveal"),
        key="learn/reveal",
        type="primary",
        shortcut="Ctrl+Enter",
        help=state.t("learn.reveal-help"),
        disabled=chosen is None and not state.presenting(),
        on_click=_settle,
        args=(name, step),
    )


def _touch(name: str) -> None:
    """The slider was moved: from now on where it stands is a guess."""
    st.session_state[f"learn/touched/{name}"] = True


def _settle(name: str, step: LessonStep) -> None:
    """Keep the prediction as the widget has it now, which may be newer than the page."""
    chosen = st.session_state[f"learn/guess/{name}"]
    if step.ask in says.PERCENT:
        chosen /= PERCENT
    if says.guess_is_share(step) and PERCENT * chosen == MIDDLE:
        chosen = chosen if st.session_state.get(f"learn/touched/{name}") else None
    state.predict(name, "" if chosen is None else chosen)


def reveal(name: str, step: LessonStep, guess: Any, found: list[Answer]) -> None:
    """How far off, what came out with its chart beside it, why, and where it comes from."""
    narrow = state.presenting() or step.picture in WIDE
    left, right = (st.container(), st.container()) if narrow else st.columns([5, 6], gap="large")
    with left:
        _told(name, step, guess, found)
    with right:
        _shown(name, step, found)
    if step.construction is not None or step.ask == "by-hand":
        st.caption(state.t("learn.source-here"))
    elif step.counts is not None:
        st.caption(state.t("learn.counted-here"))
    if step.ask != "by-hand" and step.counts is None:
        panels.source(*found[:2])


def _told(name: str, step: LessonStep, guess: Any, found: list[Answer]) -> None:
    language, results = state.language(), [answer.result for answer in found]
    with st.container(key="reveal"):
        if guess != "":
            brief = state.presenting()
            st.markdown(guesses.verdict(language, step, guess, results, name, brief=brief))
        elif not state.presenting():
            st.caption(state.t("learn.looked"))
        if not state.presenting():
            st.html(strip(step, name, guess, results, **panels.look()))
        if step.ask == "by-hand":
            _count()
        else:
            panels.explained(glossary.explained(language, says.why(language, name, step, results)))
    with st.container(horizontal=True, key="next"):
        panels.open_elsewhere("explore", state.t("learn.explore"), step.experiment)
        if step.twin is not None:
            panels.open_elsewhere("explore", state.t("learn.explore-b"), step.twin)
    if step.picture == "along":
        with st.container(key="next-drag"):  # the one way on that the present mode keeps
            panels.open_elsewhere("start", state.t("learn.drag"), step.experiment)


def _shown(name: str, step: LessonStep, found: list[Answer]) -> None:
    """The figure of a step."""
    if step.picture in course.FIGURES:
        with st.container(key="fit"):
            course.FIGURES[step.picture](name, step, [one.result for one in found])
    elif step.picture == "losses":
        with st.container(key="fit"):
            st.markdown(charts_lessons.decisions([one.result for one in found], state.language()))
    elif step.ask != "by-hand" and step.picture != "none":
        panels.picture("", _picture(step, found), key=f"learn-{step.picture}", large=UNDER_WORDS)


def _count() -> None:
    """The few labels with a set size to choose, counted by the core."""
    sizes = range(1, len(hand.LABELS[0]) + 1)
    st.session_state.setdefault("learn/k", hand.BY_HAND_K)
    k = int(st.segmented_control(state.t("learn.choose-k"), sizes, key="learn/k", required=True) or 1)
    panels.explained(glossary.explained(state.language(), says.counted(state.language(), k)))
    panels.picture("", charts_lessons.by_hand(k, **panels.look()), key="by-hand")
    panels.explained(text("indicators.by-hand", "why"))


def _picture(step: LessonStep, found: list[Answer]) -> Chart:
    """The chart of a step."""
    result, look = found[0].result, panels.look()
    construction = steps.constructed(step)
    if construction is not None:
        return charts_lessons.construction(construction, **look)
    if step.picture == "bars":
        results = [one.result for one in found]
        return charts_lessons.bars(step, results, steps.counted(step, results), **look)
    if step.picture == "slope" and (count := steps.counted(step, [])) is not None:
        return charts_lessons.slope(count, **look)
    if step.picture == "pair" and len(found) > 1:
        both = (result, found[1].result)
        return pair.pair(both, paired=difference(*both).paired, **look)
    if step.picture == "sets":
        return details.cooccurrence(result, **look)
    if step.picture == "rounds":
        return details.rounds(result, **look)
    slider = answers.slider(step.experiment) if step.picture == "along" else None
    if slider is None:
        behind = answers.around(result.experiment.dataset.kind())
        return charts.scatter([result], result.key, behind=behind, **look)
    title = i18n.field_title(state.language(), slider.owner, slider.field)
    return charts.along(slider.points, slider.now(step.experiment), name=title, **look)
