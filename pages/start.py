"""Start: the question, and four ways into it."""

import streamlit as st

from softlabel_core import Experiment, share
from ui import presets, state

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
for column, preset in zip(st.columns(len(presets.ALL)), presets.ALL, strict=True):
    with column, st.container(border=True, height="stretch"):
        st.markdown(f"#### {preset.title}")
        st.markdown(preset.question)
        st.page_link(
            "../pages/explore.py",  # relative to ui/main.py
            label="**Try it** →",
            query_params=share.query(Experiment.parse(preset.config)),
            width="stretch",
        )
