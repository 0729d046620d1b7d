"""Training films: one student or two in step, from the start that they share to their last answers.

`frames.js` counts and paints, `film.js` draws and answers to hands and keys. Films are fetched once and play
in the browser: the server hears only that one is to be made, or no longer.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from ui.components import loader

FOLDER = Path(__file__).parent
SCRIPTS = ("film.js", "film.css", "frames.js")
NAME = "film"
"""Name of the component, and where the session keeps what it tells."""


def show(data: dict[str, Any], *, key: str, on_deed: Callable[[str], None]) -> None:
    """The figure as `data` wants it; `on_deed` is called with `make` or `stop` before the page is drawn."""

    def told() -> None:
        deed = st.session_state[key].get("deed")
        if deed in ("make", "stop"):
            on_deed(deed)

    figure = st.components.v2.component(NAME, js=loader(FOLDER, *SCRIPTS))
    figure(data=data, key=key, on_deed_change=told)
