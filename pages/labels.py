"""Your labels: a file of soft labels and truths, measured live in a worker; students of it on request."""

import streamlit as st

from softlabel_core.audit.report import Audit
from softlabel_core.audit.untold import Untold
from ui import panels, state, uploads
from ui.charts import labels as charts
from ui.uploads import Own
from ui.views import door
from ui.views import labels as view
from ui.words import audits, untold


def main() -> None:
    """The page."""
    st.title(state.t("labels.title"), anchor=False)
    mine = uploads.current()
    if mine is None:
        door.invite()
        return
    found = uploads.audited(mine)
    if isinstance(found, Audit):
        _found(mine, found)
    elif isinstance(found, Untold):
        _untold(mine, found)
    elif "read" in mine.problems:
        door.refused(mine)
    else:
        st.caption(state.t("labels.reading"))
        panels.under_way(mine.pending["read"])


def _found(mine: Own, audit: Audit) -> None:
    """Everything that the file shows."""
    language = state.language()
    with st.container(key="lead"):
        st.markdown(audits.lead(language, audit))
    if state.presenting():
        panels.picture("", charts.by_size(audit, **panels.look()), key="by-size")
        st.caption(view.source(audit))
        return
    if state.controls():
        door.loaded(mine, audit)
        view.set_size(mine, audit)
    with st.container(horizontal=True, key="numbers"):
        panels.degrees(audit.indicators)
    st.caption(view.source(audit))
    st.markdown(audits.bias_note(language, audit))
    view.verdicts(audit)
    view.confusions(audit)
    view.pictures(audit)
    view.votes(audit)
    if state.controls():
        view.train(mine, audit)
    view.more(mine, audit)


def _untold(mine: Own, found: Untold) -> None:
    """What can be said without a truth, and what it takes to say more."""
    with st.container(key="lead"):
        st.markdown(untold.lead(state.language(), found))
    if state.controls():
        door.loaded(mine, found)
        door.missing(mine)
        view.set_size(mine, found)
    found = view.without_truth(found)
    st.caption(view.source(found))
    if not state.presenting():
        view.take(mine, found)


state.open_session()
main()
uploads.remember()
