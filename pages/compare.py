"""Compare: A and B side by side, on the same axes and the same draws, and everything tried."""

import streamlit as st

from softlabel_core import Experiment
from softlabel_core.experiment.compare import difference
from ui import answers, bar, own, panels, state
from ui.answers import Answer
from ui.charts import pair as charts
from ui.views import compare as view
from ui.views import film
from ui.words import sentences


def main() -> None:
    """The page."""
    if not state.presenting():
        st.title(state.t("compare.title"), anchor=False)
        st.caption(bar.question("compare.lead"))
    sides = _sides()
    if sides is None:
        view.invite()
    else:
        _pair(*sides)
    view.tried()


def _sides() -> tuple[Experiment, Experiment] | None:
    """A and B; the present choice stands in for the one that is not pinned."""
    pins = state.pins()
    if not pins:
        return None
    for side in ("a", "b"):
        if side not in pins and state.controls():
            st.info(state.t("compare.half", side=side.upper()))
    return pins.get("a", state.experiment()), pins.get("b", state.experiment())


def _pair(a: Experiment, b: Experiment) -> None:
    """Both sides: words, charts, numbers, downloads."""
    live = b.replace(seed=a.seed, replicates=a.replicates)
    answers = (_answer(a, a), _answer(b, live))
    lead = st.container(key="lead")
    if state.controls():
        view.heads((a, b), answers)
        view.train((a, live), answers)
    if not state.presenting():
        film.draw((a, live), key="film/pair")
    first, second = answers
    if first is None or second is None:
        st.info(state.t("compare.missing"))
        return
    both = (first.result, second.result)
    found, language = difference(*both), state.language()
    lead.markdown(sentences.comparison(language, found))
    pair = charts.pair(both, paired=found.paired, **panels.look())
    if not state.controls():
        panels.source(first, second)
    if state.presenting():
        panels.picture("", pair, key="pair", large=panels.ALONE)
        return
    left, right = st.columns(2, gap="large")
    with left:
        panels.picture(state.t("compare.accuracy"), pair, key="pair")
    with right:
        panels.picture(state.t("compare.rule"), charts.plane(both, **panels.look()), key="plane")
    view.numbers(both)


def _answer(asked: Experiment, live: Experiment) -> Answer | None:
    """The live run with the common seed, else the atlas's entry."""
    job = own.look(live.key())
    return (answers.live(job) if job else None) or answers.precomputed(asked)


state.open_session()
main()
