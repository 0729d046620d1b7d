"""Lecture: opens a room for a class with phones, shows the way to the big screen, and what came of it."""

import streamlit as st

from ui import state
from ui.views import lecture as view


def main() -> None:
    """The page."""
    st.title(state.t("lecture.title"), anchor=False)
    view.invite()
    opened = view.opened()
    if opened is None:
        view.offer()
        return
    found = view.found(opened)
    if found is None:
        st.info(state.t("lecture.ended"))
        view.offer()
        return
    view.room(opened)
    view.reached()
    view.stands(opened, found)
    view.rehearse(opened)


state.open_session()
main()
