"""A text to take along, with a button that copies it.

Streamlit's own (`st.code`) loads a highlighter of 1.6 MB of script, which holds a page up for half a second.
"""

from pathlib import Path

import streamlit as st

from ui.components import loader

FOLDER = Path(__file__).parent
SCRIPTS = ("text.js", "text.css")
NAME = FOLDER.name
"""Name of the component."""


def show(text: str, *, key: str, copy: str, copied: str) -> None:
    """The text as it is; `copy` and `copied` stand on the button, before and after."""
    shown = st.components.v2.component(NAME, js=loader(FOLDER, *SCRIPTS))
    shown(data={"text": text, "copy": copy, "copied": copied}, key=key)
