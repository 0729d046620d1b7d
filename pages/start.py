"""Start: one sentence made from the numbers, one slider, one chart; all from the atlas."""

import streamlit as st

from softlabel_core.teaching.presets import FIRST
from ui import answers, panels, state
from ui.views.start import chart, followed
from ui.words import i18n, sentences
from ui.words.tables import describe


def main() -> None:
    """The page."""
    state.begin(FIRST)
    language, presenting = state.language(), state.presenting()
    if not presenting:
        st.title(state.t("start.title"), anchor=False)
    figure = st.container()
    lead = st.container(key="lead")
    slider = answers.slider(state.experiment())
    left, right = (st.container(), st.container()) if presenting else st.columns([2, 1], gap="large")
    with left:
        if slider is not None:
            panels.steer(slider, question(slider))
    experiment = state.experiment()
    answer = answers.nearest(experiment)
    with lead:
        st.markdown(sentences.claim(language, answer.result) if answer else state.t("start.unknown"))
    with right:
        panels.two_ways(experiment)
    if slider is not None and answer is not None:
        line = chart(slider, slider.now(experiment), question(slider), **panels.look())
        panels.picture("", line, key="along", light=True)
    if answer is not None:
        panels.source(answer)
    if state.controls():  # last, so that no number waits for it
        with figure:
            followed(experiment)
    if presenting:
        return
    with st.container(horizontal=True, key="next"):
        panels.open_elsewhere("learn", state.t("start.why"))
        panels.open_elsewhere("explore", state.t("start.try"))
    with st.expander(state.t("start.plain"), expanded=True):
        things = state.t("words.images" if experiment.dataset.image_shape else "words.points")
        what = i18n.plain(describe(experiment, language))
        st.markdown(f"{i18n.text(language, 'start')}\n\n{state.t('start.setting', things=things, what=what)}")


def question(slider: answers.Slider) -> str:
    """What the slider moves, in plain words where we have them."""
    key = f"start.{slider.owner.kind()}-{slider.field}"
    known = i18n.known(state.language(), key)
    return state.t(key) if known else i18n.field_title(state.language(), slider.owner, slider.field)


state.open_session()
main()
