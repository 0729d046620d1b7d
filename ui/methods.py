"""The Methods panel: what is measured and how, on every page."""

import os
import platform

import streamlit as st

from softlabel_core import Experiment, catalogue
from softlabel_core.experiment.result import versions
from softlabel_core.indicators import Indicator
from softlabel_core.plugin import Plugin
from ui import state
from ui.words import i18n

FIRST = ("unreliability", "ambiguity", "total", "label_accuracy", "mean_label_margin")
"""Indicators explained before the others."""


def show() -> None:
    """All of it."""
    experiment = state.experiment()
    st.markdown(i18n.text(state.language(), "methods"))
    st.subheader(state.t("methods.indicators"), anchor=False)
    every = {cls.key(): cls for cls in catalogue(Indicator).values()}
    for name in sorted(every, key=lambda name: (FIRST.index(name) if name in FIRST else len(FIRST), name)):
        _plugin(every[name])
    st.subheader(state.t("methods.here"), anchor=False)
    for part in (experiment.dataset, experiment.bias, experiment.framework, experiment.student):
        _plugin(type(part))
    _plugin(type(experiment.framework.loss))
    st.subheader(state.t("methods.computed"), anchor=False)
    _computed(experiment)


def _plugin(cls: type[Plugin]) -> None:
    with st.expander(i18n.title(state.language(), cls)):
        if cls.formula():
            st.latex(i18n.formula(state.language(), cls))
        st.markdown(i18n.about(state.language(), cls))


def _computed(experiment: Experiment) -> None:
    rows = {
        state.t("methods.seed"): f"{experiment.seed}",
        state.t("methods.replicates"): f"{experiment.replicates}",
        state.t("methods.key"): experiment.key(),
        **versions(),
        state.t("methods.hardware"): f"{os.cpu_count()} x {platform.machine()}, {platform.system()}",
    }
    st.dataframe(
        [{state.t("methods.what"): name, state.t("methods.value"): text} for name, text in rows.items()],
        hide_index=True,
        alt=state.t("methods.computed"),
    )
