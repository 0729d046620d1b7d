"""Frames: a slider over pictures that the core has computed, one a stop, for lessons.

`frames.js` is the slider with its sentence and its table, `moments.js` says where it stands; a script a kind
of picture draws (`examples.js`, `rounds.js`, `triangle.js`). Nothing is told to the server.
"""

from pathlib import Path
from typing import Any

import streamlit as st

from ui.components import loader

FOLDER = Path(__file__).parent
SCRIPTS = ("frames.js", "frames.css", "moments.js", "drawn.js", "examples.js", "rounds.js", "triangle.js")
NAME = FOLDER.name
"""Name of the component, and of its words."""


def show(data: dict[str, Any], key: str) -> None:
    """The figure, as `data.d.ts` says; another `key` begins at another place."""
    st.components.v2.component(NAME, js=loader(FOLDER, *SCRIPTS))(data=data, key=f"{NAME}-{key}")
