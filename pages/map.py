"""Map: accuracy over the (Delta, gamma) plane, all of it computed beforehand; a click loads a cell."""

import streamlit as st

from softlabel_core import Experiment
from softlabel_core.atlas import plan
from ui import answers, panels, state
from ui.answers import Answer
from ui.views import map as view


def main() -> None:
    """The page."""
    if state.presenting():
        lead = st.container(key="lead")
        view.steer(state.experiment())
    else:
        st.title(state.t("map.title"), anchor=False)
        lead = st.container()
    chosen = state.experiment()
    plane, answer = plan.plane_of(chosen) or plan.planes()[0], _answer(chosen)
    lead.markdown(view.verdict(answer) if answer and state.presenting() else state.t("map.lead"))
    if not state.controls():
        view.accuracies(plane, answer)
        if answer is not None:
            panels.source(answer)
        return
    view.choose(plane)
    left, right = st.columns([11, 9], gap="large")
    with left:
        view.accuracies(plane, answer)
    with right:
        view.cell(answer)
    view.exceptions()


def _answer(chosen: Experiment) -> Answer | None:
    """What the atlas has on the present choice: itself, or on a plane the nearest cell."""
    if plan.plane_of(chosen):
        return answers.nearest(chosen)
    return answers.precomputed(chosen) if state.touched() else None


state.open_session()
main()
