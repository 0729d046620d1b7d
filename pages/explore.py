"""Explore: choose labels, framework and student; see the atlas's numbers at once, train live."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from softlabel_core import Experiment, Invalid
from softlabel_core.service.queue import Busy
from ui import bar, forms, panels, state
from ui.answers import Answer
from ui.views import explore, observatory
from ui.words import i18n, sentences, tables


def main() -> None:
    """The page."""
    figure = st.container()
    if not state.controls():
        _bare(figure, state.experiment())
        return
    with st.container(key="unseen"):
        st.title(state.t("explore.title"), anchor=False)
    st.caption(bar.question("explore.lead"))
    try:
        chosen = _settings(state.experiment())
    except Invalid as error:
        st.error(state.t("explore.impossible", problem=i18n.problem(state.language(), error)))
        chosen = state.experiment()
    state.keep(chosen)
    with figure:
        observatory.draw(chosen)
    _train(chosen)
    answer = _results(chosen)
    if answer is not None:
        explore.draw(answer)


def _settings(chosen: Experiment) -> Experiment:
    """Everything that can be set, where it is unfolded; raises `Invalid`."""
    with st.expander(state.t("explore.settings"), key="settings", on_change="rerun") as form:
        if not form.open:
            return chosen
        return Experiment.parse(forms.experiment(chosen, state.language()))


def _bare(figure: DeltaGenerator, chosen: Experiment) -> None:
    """The figure without controls, and where its numbers come from."""
    with figure:
        observatory.draw(chosen)
    answer = state.answer(chosen)
    if answer is not None:
        panels.source(answer)


def _train(chosen: Experiment) -> None:
    """The button, and how the run stands."""
    job = state.look(chosen.key())
    live = job is not None and job.alive
    with st.container(horizontal=True):
        pressed = st.button(
            state.t("explore.train"),
            type="primary",
            disabled=live,
            key="train",
            help=state.t("explore.train-help"),
        )
        st.button(
            state.t("explore.anew"),
            key="anew",
            type="tertiary",
            help=state.t("explore.anew-help"),
            on_click=state.draw_anew,
        )
    if pressed:
        try:
            if state.start(chosen).state == "done":
                st.toast(state.t("explore.again"))
            else:
                st.rerun()
        except Busy as busy:
            st.warning(state.t("panels.refused", problem=i18n.problem(state.language(), busy)))
    if live:
        panels.under_way(chosen.key())
    elif job is not None and job.state == "failed":
        st.error(state.t("explore.failed", problem=i18n.problem(state.language(), job.problem)))
    elif job is not None and job.state == "cancelled":
        st.info(state.t("explore.cancelled"))


def _results(chosen: Experiment) -> Answer | None:
    """The numbers in full: of the live run, else of the atlas, else of the last run."""
    language, answer = state.language(), state.answer(chosen)
    changed = answer is not None and answer.live and answer.result.key != chosen.key()
    if answer is None or changed:
        explore.before_training(chosen)
    if answer is None:
        st.info(state.t("explore.none"))
        return None
    result = answer.result
    if changed:
        st.info(state.t("explore.changed", run=i18n.plain(tables.label(result, language))))
    with st.container(key="lead"):
        st.markdown(sentences.summary(language, result))
    panels.numbers(result)
    st.markdown(sentences.reason(language, result))
    panels.source(answer)
    return answer


state.open_session()
main()
