"""Start: the question, and four ways into it."""

import streamlit as st

from softlabel_core.presets import PRESETS
from ui import state

state.open_session()
st.title("Can a bad teacher train a good student?", anchor=False)
st.markdown(
    """
A teacher hands out **soft labels**: for every example, how probable it thinks each class is. Labels can be
far from the truth and still teach. Two numbers say when: how often the truth is missing from the k most
probable labels (**unreliability Δ**), and how often the worst rival is among them (**ambiguity γ**). The
rule: a student that looks at these sets can learn when **Δ + γ < 1**. Try where it holds, and where it fails.
"""
)
for column, (name, preset) in zip(st.columns(3), list(PRESETS.items())[:3], strict=True):
    with column, st.container(border=True, height="stretch"):
        st.markdown(f"#### {state.t(f'presets.{name}.title')}")
        st.markdown(state.t(f"presets.{name}.question"))
        st.page_link(
            "../pages/explore.py",  # relative to ui/main.py
            label=state.t("shell.explore"),
            query_params=state.link(preset.experiment),
        )
