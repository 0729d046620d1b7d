"""Learn: a claim, your prediction, what came out, and the way to try it. All numbers are computed."""

import streamlit as st

from softlabel_core.teaching import lessons
from softlabel_core.teaching.lessons import STEPS, LessonStep
from ui import panels, state
from ui.answers import Answer
from ui.charts import lessons as charts
from ui.views import learn as view


def main() -> None:
    """The page."""
    name = view.current()
    lesson, step = STEPS[name]
    state.begin(step.experiment)  # the bar, and links to other pages, speak of the step
    if not state.presenting():
        st.title(state.t("learn.title"), anchor=False)
        view.contents(lesson)
    view.progress(name, lesson)
    view.navigate(name)
    with st.container(key="lead"):
        st.markdown(view.text(name, "claim"))
    needed = [] if step.ask == "by-hand" else step.experiments
    found = [view.known(one) for one in needed]
    missing = [one for one, answer in zip(needed, found, strict=True) if answer is None]
    if missing:
        view.live(missing[0])
    else:
        _ask(name, step, [answer for answer in found if answer is not None])


def _ask(name: str, step: LessonStep, found: list[Answer]) -> None:
    """The question with the visitor's prediction, then what came out."""
    guess = state.prediction(name)
    st.markdown(f"**{view.text(name, 'ask')}**")
    if step.ask == "by-hand" and guess is None:
        chart = charts.by_hand(lessons.BY_HAND_K, **panels.look())
        panels.picture("", chart, key="by-hand", note=state.t("learn.by-hand-note"))
    if guess is None:
        view.predict(name, step)
        return
    view.reveal(name, step, guess, found)
    st.button(
        state.t("learn.again"), key="learn/again", type="tertiary", on_click=state.predict, args=(name, None)
    )


state.open_session()
main()
