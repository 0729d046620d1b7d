"""Intervals of simulated studies, a line each: how many hold what they should. Labelled a simulation.

`studies.js` draws and counts, with seeded draws; `repeats.js` shows. Nothing is told to the server.
"""

from pathlib import Path
from typing import Any

import streamlit as st

from ui.components import loader

FOLDER = Path(__file__).parent
SCRIPTS = ("repeats.js", "repeats.css", "studies.js")
NAME = FOLDER.name
"""Name of the component, and of its words."""


def show(data: dict[str, Any]) -> None:
    """The figure: `repeats` of a study, the `share` of the pool that tests, words and colours."""
    st.components.v2.component(NAME, js=loader(FOLDER, *SCRIPTS))(data=data, key=NAME)
