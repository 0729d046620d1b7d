"""The details of a result, each drawn only when its tab is open."""

from collections.abc import Callable

import streamlit as st

from softlabel_core import Experiment, Result
from softlabel_core.experiment.needed import needed
from softlabel_core.experiment.promise import promise
from softlabel_core.experiment.untold import untold
from softlabel_core.theory.promises import Promise
from ui import panels, state
from ui.answers import Answer
from ui.charts import details, theory
from ui.taken import exports
from ui.trails import SIZE, paths
from ui.views import deeds, film
from ui.words import sentences as words
from ui.words import theory as sentences


def draw(answer: Answer | None) -> None:
    """Where the numbers come from, why they are so, and tabs with everything that the figure leaves out.

    Nothing of another experiment stands here: what was not trained has no details yet.
    """
    if answer is None:
        if state.controls():
            st.info(state.t("explore.none"))
        return
    panels.source(answer)
    if not state.controls():
        return
    result = answer.result
    st.markdown(words.reason(state.language(), result))
    parts: dict[str, Callable[[Answer], None]] = {
        "numbers": _numbers,
        "sets": _sets,
        "curves": _curves,
        "examples": _examples,
    }
    if result.confusion:
        parts["confusion"] = _confusion
    if result.boundary:
        parts["boundary"] = _boundary
    if result.rounds:
        parts["rounds"] = _rounds
    if result.teacher:
        parts["teacher"] = _teacher
    if film.seen([result.experiment]):
        parts["film"] = _film
    if untold(result):
        parts["blind"] = _blind
    parts |= {"theory": _theory, "code": _code}
    titles = [state.t("theory.title" if name == "theory" else f"explore.{name}") for name in parts]
    for tab, part in zip(st.tabs(titles, on_change="rerun", key="details"), parts.values(), strict=True):
        if tab.open:
            with tab:
                part(answer)


def _numbers(answer: Answer) -> None:
    st.markdown(words.summary(state.language(), answer.result))
    panels.numbers(answer.result)
    panels.indicators(answer.result)


def _only_live(present: object) -> bool:
    """Whether there is something to show; says so where the atlas did not keep it."""
    if not present:
        st.info(state.t("explore.only-live"))
    return bool(present)


def _curves(answer: Answer) -> None:
    if _only_live(answer.result.curves):
        chart = details.curves(answer.result, **panels.look())
        panels.picture("", chart, key="curves", note=state.t("explore.curves-note"))


def _examples(answer: Answer) -> None:
    result: Result = answer.result
    if _only_live(result.instances):
        halves = (slice(0, 4), slice(4, 8))
        drawn = [
            details.instances(result, half, **panels.look()) for half in halves if result.instances[half]
        ]
        panels.picture("", *drawn, key="instances", note=state.t("explore.examples-note"))


def _sets(answer: Answer) -> None:
    chart = details.cooccurrence(answer.result, **panels.look())
    panels.picture("", chart, key="cooccurrence", note=state.t("explore.sets-note"))


def _confusion(answer: Answer) -> None:
    chart = details.confusion(answer.result, **panels.look())
    panels.picture("", chart, key="confusion", note=state.t("explore.confusion-note"))


def _boundary(answer: Answer) -> None:
    chart = details.boundary(answer.result, **panels.look())
    panels.picture("", chart, key="boundary", note=state.t("explore.boundary-note"))


def _rounds(answer: Answer) -> None:
    chart = details.rounds(answer.result, **panels.look())
    panels.picture("", chart, key="rounds", note=state.t("explore.rounds-note"))


def _teacher(answer: Answer) -> None:
    chart = details.teacher(answer.result, **panels.look())
    panels.picture("", chart, key="teacher", note=state.t("explore.teacher-note"))


def _film(answer: Answer) -> None:
    film.draw([answer.result.experiment], key="film/one")


def _theory(answer: Answer) -> None:
    """The identity with the run's own numbers, and what the bounds promise beside what was measured."""
    result, language = answer.result, state.language()
    if said := sentences.identity(language, result):
        st.markdown(said)
        st.caption(state.t("theory.identity-note"))
    promised = promise(result)
    if result.experiment.framework.shows == "sets":
        known = needed(result.experiment, result.indicators)
        st.markdown(sentences.needs(language, known, promised))
        _more_sizes(result.experiment)
    if not isinstance(promised, Promise):
        st.info(sentences.silent(language, promised, result))
        return
    st.markdown(sentences.asks(language, promised))
    chart = theory.promised(promised, **panels.look())
    panels.picture("", chart, key="theory", note=state.t("theory.figure-note"))
    st.caption(sentences.rests(language, promised))


def _blind(answer: Answer) -> None:
    """What the validation part says without the truth, if both degrees were known."""
    found = untold(answer.result)
    if found is None:
        return
    st.caption(state.t("explore.blind-note"))
    left, right = st.columns(2)
    start = round(found.unreliability, 2), round(found.ambiguity, 2)
    assumed = left.slider(state.t("explore.blind-assumed"), 0.0, 1.0, start[0], 0.01, key="blind")
    rival = right.slider(state.t("explore.blind-rival"), 0.0, 1.0, start[1], 0.01, key="blind-rival")
    st.markdown(sentences.without_truth(state.language(), found, assumed, rival))
    chart = theory.untold(found, assumed, rival, **panels.look())
    panels.picture("", chart, key="blind-figure", note=state.t("explore.blind-figure"))


def _more_sizes(experiment: Experiment) -> None:
    """The way to a sweep over training sizes."""
    if SIZE in paths(experiment):
        st.button(
            state.t("theory.vary-sizes"),
            key="vary-sizes",
            on_click=deeds.vary,
            args=(SIZE,),
        )


def _code(answer: Answer) -> None:
    """The code that gives the numbers again, and everything to take along."""
    result, language = answer.result, state.language()
    st.caption(state.t("explore.code-note"))
    panels.to_copy(exports.snippet(result), key="explore/snippet")
    files = (
        ("csv", lambda: exports.csv(result)),
        ("json", lambda: exports.as_json(result)),
        ("py", lambda: exports.snippet(result)),
        ("html", lambda: exports.page(result, answer.source(language), language)),
    )
    with st.container(horizontal=True):
        for ending, made in files:
            panels.download(state.t(f"explore.download-{ending}"), f"softlabel-{result.key}.{ending}", made)
    st.segmented_control(
        state.t("explore.picture"), ["png", "svg"], key="picture-format", default="png", required=True
    )
