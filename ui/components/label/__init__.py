"""A soft label whose bars are dragged, beside its image: what it says changes under the hand.

Nothing is told to the server. `label.js` draws and answers to hands and keys, `reading.js` says what a label
says; `rows.js` of the matrix keeps the bars adding up to 100.
"""

from pathlib import Path
from typing import Any

import streamlit as st

from ui.components import loader

FOLDER = Path(__file__).parent
SCRIPTS = ("label.js", "label.css", "reading.js", "../matrix/rows.js")
NAME = FOLDER.name
"""Name of the component, and of its words."""


def show(data: dict[str, Any]) -> None:
    """The figure: `pixels`, row by row, `label` in percent, `truth`, words and colours."""
    st.components.v2.component(NAME, js=loader(FOLDER, *SCRIPTS))(data=data, key=NAME)
