"""Explore: choose labels, framework and student; see the atlas's numbers at once, train live."""

import streamlit as st

from softlabel_core import Experiment, Invalid
from ui import bar, forms, own, state
from ui.views import by_hand, explore, observatory, sweep
from ui.words import i18n


def main() -> None:
    """The page: the figure, in which everything is done, and below it what it leaves out."""
    figure = st.container()
    chosen = state.experiment()
    if state.controls():
        with st.container(key="unseen"):
            st.title(state.t("explore.title"), anchor=False)
        st.caption(bar.question("explore.lead"))
        chosen = _settings(chosen)
        state.keep(chosen)
    answer = own.answer(chosen)
    with figure:
        observatory.draw(chosen, answer)
        by_hand.show(chosen, answer)
        sweep.draw(chosen)
    explore.draw(answer)


def _settings(chosen: Experiment) -> Experiment:
    """Everything that can be set, where it is unfolded; what is impossible changes nothing."""
    with st.expander(state.t("explore.settings"), key="settings", on_change="rerun") as form:
        if not form.open:
            return chosen
        try:
            return Experiment.parse(forms.experiment(chosen, state.language()))
        except Invalid as error:
            st.error(state.t("explore.impossible", problem=i18n.problem(state.language(), error)))
            return chosen


state.open_session()
main()
