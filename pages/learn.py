"""Learn: a claim, your prediction, what came out, and the way to try it. All numbers are computed."""

import streamlit as st

from softlabel_core.teaching import by_hand as hand
from softlabel_core.teaching.lessons import LESSONS, STEPS
from softlabel_core.teaching.steps import LessonStep
from ui import panels, state
from ui.answers import Answer
from ui.charts import lessons as charts
from ui.views import course
from ui.views import learn as view


def main() -> None:
    """The page."""
    name = view.current()
    if name == view.SCORE:
        _end()
        return
    lesson, step = STEPS[name]
    state.begin(step.experiment)  # the bar, and links to other pages, speak of the step
    if not state.presenting():
        st.title(state.t("learn.title"), anchor=False)
        view.contents(lesson)
        st.markdown(f"*{state.t(f'learn.{lesson}.point')}*")
    view.progress(name, lesson)
    view.navigate(name)
    with st.container(key="lead"):
        panels.explained(view.text(name, "claim"))
    needed = [] if step.ask == "by-hand" else step.experiments
    found = [view.known(one) for one in needed]
    missing = [one for one, answer in zip(needed, found, strict=True) if answer is None]
    if missing:
        view.live(missing[0])
    else:
        _ask(name, step, [answer for answer in found if answer is not None])
    if not state.presenting():
        if state.prediction(name) is not None and step is LESSONS[lesson][-1]:
            course.closing(lesson)
        course.words_and_symbols()


def _ask(name: str, step: LessonStep, found: list[Answer]) -> None:
    """The question with the visitor's prediction, then what came out."""
    guess = state.prediction(name)
    panels.explained(f"**{view.text(name, 'ask')}**")
    if step.ask == "by-hand" and guess is None:
        chart = charts.by_hand(hand.BY_HAND_K, **panels.look())
        panels.picture("", chart, key="by-hand", note=state.t("learn.by-hand-note"))
    if guess is None:
        view.predict(name, step, found)
        return
    view.reveal(name, step, guess, found)
    st.button(
        state.t("learn.again"), key="learn/again", type="tertiary", on_click=state.predict, args=(name, None)
    )


def _end() -> None:
    """After the last step."""
    if not state.presenting():
        st.title(state.t("learn.title"), anchor=False)
        view.contents(None)
    view.navigate(view.SCORE)
    course.score_card()
    course.whole_worksheet()


state.open_session()
main()
